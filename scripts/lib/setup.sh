# shellcheck shell=bash
# Makes sure that what the scripts need is there. To be sourced; needs messages.sh and `root`, the repository's folder.
# It touches nothing but Debian packages, which it names before it installs them, and .venv in the repository.

: "${root:?}"
SWIFT_NEEDED=6.2
PYTHON_NEEDED=3.10
TOOLS="$root/.venv/bin"

# Everything that builds the Swift package.
set_up_build() {
    install_debian_packages
    check_swift
}

# The Python tools: emulator, AWS CLI, linters.
set_up_tools() {
    install_debian_packages
    make_virtual_environment
}

# What the tests of handlers in other languages need beside Python.
set_up_languages() {
    command -v node >/dev/null || install_debian_packages nodejs
}

# What the check of the console needs: a browser.
set_up_browser() {
    command -v chromium >/dev/null || install_debian_packages chromium
}

check_swift() {
    command -v swift >/dev/null \
        || fail "no swift in PATH: jobsys needs Swift $SWIFT_NEEDED or newer, see https://www.swift.org/install/linux"
    local version
    version=$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9]+(\.[0-9]+)*).*/\1/p' | head -n 1)
    at_least "${version:-0}" "$SWIFT_NEEDED" \
        || fail "$(command -v swift) is Swift ${version:-of unknown version}: jobsys needs $SWIFT_NEEDED or newer"
}

# at_least 6.10 6.2: is the first version the second or newer?
at_least() {
    [[ $(printf '%s\n' "$1" "$2" | sort -V | head -n 1) == "$2" ]]
}

# install_debian_packages [PACKAGE...]: what everything needs, and these.
install_debian_packages() {
    local missing=("$@")
    has_header curl/curl.h || missing+=(libcurl4-openssl-dev)
    has_header openssl/evp.h || missing+=(libssl-dev)
    command -v curl >/dev/null || missing+=(curl)
    command -v strip >/dev/null || missing+=(binutils)
    command -v python3 >/dev/null || missing+=(python3)
    python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
    ((${#missing[@]})) || return 0

    command -v apt-get >/dev/null \
        || fail "missing, and no apt-get to install it with: ${missing[*]} (names of Debian packages)"
    local as_root=()
    if ((EUID != 0)); then
        command -v sudo >/dev/null || fail "missing, and neither root nor sudo to install it: ${missing[*]}"
        as_root=(sudo)
    fi
    say "installing Debian packages: ${missing[*]}"
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# The folder of the architecture is Debian's; a header built from source is in the plain one.
has_header() {
    compgen -G "/usr/include/$1" >/dev/null \
        || compgen -G "/usr/include/*-linux-gnu/$1" >/dev/null \
        || compgen -G "/usr/local/include/$1" >/dev/null
}

# Made anew when the requirements or Python have changed. The stamp is written last: half an environment has none.
make_virtual_environment() {
    (
        flock 9
        local found wanted stamp="$root/.venv/requirements"
        found=$(python3 -c 'import platform; print(platform.python_version())')
        at_least "$found" "$PYTHON_NEEDED" \
            || fail "$(command -v python3) is Python $found: the tools need $PYTHON_NEEDED or newer"
        wanted="# Python $found in $root"$'\n'$(<"$root/scripts/requirements.txt")
        [[ -f $stamp && $(<"$stamp") == "$wanted" ]] && exit 0

        say "making .venv with the tools of scripts/requirements.txt"
        rm -rf "$root/.venv"
        python3 -m venv "$root/.venv"
        "$TOOLS/pip" install --quiet --disable-pip-version-check -r "$root/scripts/requirements.txt"
        printf '%s\n' "$wanted" >"$stamp"
    ) 9<"$root/scripts"
}
