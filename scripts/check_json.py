"""Fail on JSON files that do not parse or say a key twice.

Usage: check_json.py FILE…
"""

import json
from pathlib import Path
import sys


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Build an object, refusing a key that stands in it twice."""
    built = dict(pairs)
    if len(built) != len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"repeated: {sorted({k for k in keys if keys.count(k) > 1})}")
    return built


def main(paths: list[str]) -> int:
    """Print what is wrong with the files, and return the exit status."""
    status = 0
    for path in paths:
        try:
            json.loads(
                Path(path).read_text(encoding="utf-8"),
                object_pairs_hook=_without_repeats,
            )
        except ValueError as error:
            print(f"{path}: {error}")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
