# SPDX-License-Identifier: Apache-2.0
"""The machine and the software versions of a run."""

import platform
import re
import subprocess
from pathlib import Path

from .contender import EXECUTABLE, FASTAPI, REPOSITORY, bench_python, find, python_versions


def machine() -> dict[str, str]:
    cpu = first(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text()) or platform.machine()
    cores = len(re.findall(r"^processor\s*:", Path("/proc/cpuinfo").read_text(), re.MULTILINE))
    memory = int(first(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())) / 2**20
    system = first(r'PRETTY_NAME="?([^"\n]+)', Path("/etc/os-release").read_text()) or "Linux"
    return {
        "processor": f"{cores} cores of {cpu}",
        "memory": f"{memory:.0f} GiB",
        "system": system,
        "kernel": f"Linux {platform.release()}",
    }


def versions() -> dict[str, str]:
    """The versions of all installed programs and packages."""
    programs = {
        "loss-server": ([str(EXECUTABLE), "--version"], r"(\S+)"),
        "commit": (["git", "-C", str(REPOSITORY), "describe", "--always", "--dirty"], r"(\S+)"),
        "Swift": (["swift", "--version"], r"Swift version (\S+)"),
        "wrk": (["wrk", "-v"], r"wrk \D*([\d.]+)"),
        "nginx": (["nginx", "-v"], r"nginx/(\S+)"),
        "Python": ([bench_python(), "--version"], r"Python (\S+)"),
        "Node": (["node", "--version"], r"v(\S+)"),
        "g++": (["g++", "--version"], r"([\d.]+)\n"),
        "simdjson": (["dpkg-query", "--show", "libsimdjson-dev"], r"\s([\d.]+)"),
    }
    found = {name: output(*program) for name, program in programs.items()}
    found |= {name: python_versions()[name] for name in FASTAPI + ["polars", "torch"]}
    return {name: version for name, version in found.items() if version}


def output(command: list[str], pattern: str) -> str | None:
    program = find(command[0])
    if not program:
        return None
    try:
        run = subprocess.run([program] + command[1:], capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.SubprocessError):
        return None
    return first(pattern, run.stdout + run.stderr)


def first(pattern: str, text: str) -> str | None:
    match = re.search(pattern, text)
    return match[1] if match else None


class Disturbance:
    """The share of processor time that the host took away during a run."""

    def __init__(self):
        self._before = self._ticks()

    def sentence(self) -> str:
        total, stolen = (now - then for now, then in zip(self._ticks(), self._before))
        return f"during the run, the host took away {stolen / max(total, 1):.1%} of the processor time"

    @staticmethod
    def _ticks() -> tuple[int, int]:
        # proc(5): user, nice, system, idle, iowait, irq, softirq, steal; guest time is part of user.
        fields = Path("/proc/stat").read_text().splitlines()[0].split()[1:9]
        ticks = [int(field) for field in fields]
        return sum(ticks), ticks[7]
