# SPDX-License-Identifier: Apache-2.0
"""The benchmark executables of this package."""

import subprocess

from .contender import RELEASE, REPOSITORY
from .failure import Failure

PATIENCE = 240


def is_product(name: str) -> bool:
    return f'"{name}"' in (REPOSITORY / "Package.swift").read_text()


def run_product(name: str, *arguments: str) -> str:
    """Runs a benchmark executable and returns its output."""
    program = RELEASE / name
    if not program.exists():
        raise Failure(f"{name} is not built: swift build -c release --product {name}")
    try:
        run = subprocess.run([str(program), *arguments], capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        raise Failure(f"{name} did not finish within {PATIENCE} s")
    if run.returncode:
        words = (run.stderr.strip() or run.stdout.strip() or "no output").splitlines()[0]
        raise Failure(f"{name} exited with {run.returncode}: {words}")
    return run.stdout
