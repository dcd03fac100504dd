# Shared by the scripts beside this folder: source it, do not run it.

set -euo pipefail

PROJECT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
VENV=$PROJECT/.venv
CACHE=$PROJECT/.cache
# shellcheck disable=SC2034 # used by the scripts that source this file
PYTHON=$VENV/bin/python

# Print one line of progress to standard error, so that a script's own output stays clean.
say() {
  printf '» %s\n' "$*" >&2
}

# Print what went wrong and what to do about it, and end the script.
fail() {
  printf '\nERROR: %s\n' "$1" >&2
  shift
  printf '       %s\n' "$@" >&2
  exit 1
}

have() {
  command -v "$1" >/dev/null 2>&1
}
