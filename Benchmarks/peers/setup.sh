#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Installs what the benchmarks compare with:
#
#     Benchmarks/peers/setup.sh [torch]
#
# Packages of Debian or Ubuntu as root; packages of Python into .venv-bench, for any user.
# PyTorch is large, so it is installed only when named. Node is compared when `node` is there.
set -eu
cd "$(dirname "$0")/../.."

PACKAGES='wrk nginx-light libsimdjson-dev g++ python3-venv'
if [ "$(id -u)" = 0 ]; then as_root=; else as_root=sudo; fi
if command -v apt-get >/dev/null; then
    $as_root apt-get update
    # shellcheck disable=SC2086 # The names are separate words.
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends $PACKAGES
else
    echo "There is no apt-get here. Install by other means: $PACKAGES" >&2
fi

[ -x .venv-bench/bin/python ] || python3 -m venv .venv-bench
# The folder hides itself from git.
echo '*' >.venv-bench/.gitignore
.venv-bench/bin/pip install --quiet fastapi uvicorn uvloop httptools orjson numpy
for extra in "$@"; do
    case $extra in
    # The build for processors alone: the other brings gigabytes of libraries for graphics cards.
    torch)
        .venv-bench/bin/pip install --quiet torch --index-url https://download.pytorch.org/whl/cpu
        ;;
    *) echo "unknown: $extra; torch is the one extra" >&2 && exit 2 ;;
    esac
done
