#!/bin/sh
# Installs the Debian 12 packages that are missing: the one list of what
# building, testing and measuring need. With everything there it only looks.
# usage: tools/setup.sh [run|test|bench]
set -eu

run="meson ninja-build pkg-config gcc g++ python3 libmicrohttpd-dev libsqlite3-dev libpq-dev
     libjansson-dev libphonenumber-dev libicu-dev libsodium-dev libssl-dev libcurl4-openssl-dev liboath-dev libcmocka-dev curl jq"
test="postgresql clang-14 libclang-rt-14-dev clang-format-14 clang-tidy-14 valgrind
      sqlite3 chromium fonts-noto-core"
bench="wrk postgresql sqlite3"

case "${1:-run}" in
run) want="$run" ;;
test) want="$run $test" ;;
bench) want="$run $bench" ;;
*) echo "usage: tools/setup.sh [run|test|bench]" >&2; exit 2 ;;
esac

missing=""
for package in $want; do
    state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing="$missing $package"
done

# Node.js may come from elsewhere than Debian, with npm inside it, and then
# conflicts with Debian's npm package: only what cannot be found is installed.
# Building needs both, for the bundles of the web pages.
command -v node >/dev/null || missing="$missing nodejs"
command -v npm >/dev/null || missing="$missing npm"
[ -n "$missing" ] || exit 0

as_root=""
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "setup: needs root to install:$missing" >&2; exit 1; }
    as_root="sudo"
fi
echo "setup: installing$missing"
apt() {
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" </dev/null
}
apt update
# shellcheck disable=SC2086 # a list of names
apt install -y --no-install-recommends $missing >/dev/null
