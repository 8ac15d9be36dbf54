# shellcheck shell=bash
# What the scripts say. To be sourced.

# One plain line about what is going on.
say() {
    printf '==> %s\n' "$*"
}

# What went wrong, and the end of the script.
fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}
