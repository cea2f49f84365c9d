#!/bin/sh
# Makes .venv from uv.lock, on a machine that has Python 3.11 or newer and nothing else.
# `make setup` calls it. PYTHON=... names another Python, UV=... another uv.
set -eu
cd "$(dirname "$0")/.."

uv_version=0.13.9

say() { printf '%s\n' "$*" >&2; }

new_enough() {
    command -v "$1" >/dev/null 2>&1 &&
        "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    # The version the project is developed with first, then whatever is new enough. A name on the path can be
    # a shim with nothing behind it, so each is run before it is believed.
    for name in ${PYTHON:-"python$(cat .python-version)" python3 python3.13 python3.12 python3.14 python}; do
        if new_enough "$name"; then
            "$name" -c 'import sys; print(sys.executable)'
            return
        fi
    done
    say "Coproduce needs Python 3.11 or newer. Found: ${PYTHON:-$(python3 --version 2>/dev/null || echo none on the path)}"
    say "Install one (Debian, Ubuntu: apt install python3 python3-venv) or name it: make setup PYTHON=/path/to/python3"
    return 1
}

find_uv() {
    # A uv that is too old for this project (see required-version in pyproject.toml) fails here and is passed by.
    for name in ${UV:-uv}; do
        if "$name" tree --frozen --depth 0 >/dev/null 2>&1; then
            command -v "$name"
            return
        fi
    done
    if ! .tools/bin/uv --version 2>/dev/null | grep -q "^uv $uv_version\( \|\$\)"; then
        say "Putting uv $uv_version into .tools/ (nothing outside this folder is touched)"
        rm -rf .tools
        if ! "$python" -m venv .tools; then
            say "$python cannot make a virtual environment. On Debian and Ubuntu: apt install python3-venv"
            return 1
        fi
        if ! .tools/bin/python -m pip install --quiet --disable-pip-version-check "uv==$uv_version"; then
            say "uv could not be fetched from the package index. Is there a network? Behind a proxy, set HTTPS_PROXY."
            return 1
        fi
    fi
    echo .tools/bin/uv
}

# The system's certificates (both names: uv renamed the setting), the system's Pythons, no download of another.
export UV_SYSTEM_CERTS=1 UV_NATIVE_TLS=1
export UV_PYTHON_DOWNLOADS=never UV_PYTHON_PREFERENCE=only-system
export UV_PROJECT_ENVIRONMENT=.venv UV_HTTP_TIMEOUT="${UV_HTTP_TIMEOUT:-180}"
unset VIRTUAL_ENV CONDA_PREFIX UV_FROZEN UV_LOCKED 2>/dev/null || true

python=$(find_python)
export UV_PYTHON="$python"
uv=$(find_uv)
# Spark takes half a gigabyte, so only who asks for it has it: SPARK=1 make setup. `make fuzz` asks for its fuzzer.
but="--no-extra spark"
[ -z "${SPARK:-}" ] || but=""
[ -z "${FUZZ:-}" ] || but="$but --group fuzz"
# shellcheck disable=SC2086 # some words, or none
"$uv" sync --frozen --all-extras $but --quiet
touch .venv/.ready
say "Ready: .venv has $("$python" --version) and everything in uv.lock"
