#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Installs the peers of the benchmarks:
#
#     Benchmarks/peers/setup.sh [torch]
#
# Installing the Debian or Ubuntu packages needs root; the Python packages go into .venv-bench.
# PyTorch is large and therefore optional. Node is included in the comparison if installed.
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
# The directory excludes itself from git.
echo '*' >.venv-bench/.gitignore
.venv-bench/bin/pip install --quiet fastapi uvicorn uvloop httptools orjson numpy polars scipy
for extra in "$@"; do
    case $extra in
    # The CPU build: the default one includes gigabytes of GPU libraries.
    torch)
        .venv-bench/bin/pip install --quiet torch --index-url https://download.pytorch.org/whl/cpu
        ;;
    *) echo "unknown: $extra; torch is the one extra" >&2 && exit 2 ;;
    esac
done
