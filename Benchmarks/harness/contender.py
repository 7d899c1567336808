# SPDX-License-Identifier: Apache-2.0
"""The servers to compare and their requirements."""

import functools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
RELEASE = REPOSITORY / ".build" / "release"
PEERS = REPOSITORY / "Benchmarks" / "peers"
# Debian installs nginx in a directory that is only in the path of root.
SEARCH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"

FASTAPI = ["fastapi", "uvicorn", "uvloop", "httptools", "orjson", "numpy"]


@dataclass(frozen=True)
class Contender:
    """A server to compare; `missing` returns the requirements that are not installed."""

    name: str
    path: str
    command: Callable[[int, Path], list[str]]
    missing: Callable[[], list[str]]
    environment: dict[str, str] = field(default_factory=dict)
    is_exact: bool = False
    fixed_response: bytes | None = None

    @property
    def skipped(self) -> str | None:
        """The reason why the server is skipped, or None."""
        missing = self.missing()
        return f"{self.name} ({not_installed(missing)})" if missing else None


def not_installed(names: list[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last} are not installed" if others else f"{last} is not installed"


def find(program: str) -> str | None:
    return shutil.which(program, path=SEARCH)


def missing_programs(*programs: str) -> list[str]:
    return [program for program in programs if not find(program)]


def bench_python() -> str:
    """The Python interpreter of the peers: $BENCH_PYTHON, that of .venv-bench, or this one."""
    environment = REPOSITORY / ".venv-bench" / "bin" / "python"
    return os.environ.get("BENCH_PYTHON") or (str(environment) if environment.exists() else sys.executable)


@functools.cache
def python_versions() -> dict[str, str | None]:
    """The versions of the packages that the Python peers import; None if not installed."""
    program = """
import importlib.metadata, json, sys
def version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
print(json.dumps({name: version(name) for name in sys.argv[1:]}))
"""
    names = FASTAPI + ["polars", "scipy", "torch"]
    try:
        run = subprocess.run(
            [bench_python(), "-c", program, *names], capture_output=True, text=True, timeout=30, check=True
        )
        return json.loads(run.stdout)
    except (OSError, subprocess.SubprocessError):
        return dict.fromkeys(names)


def missing_packages(*names: str) -> list[str]:
    return [name for name in names if not python_versions()[name]]


def uvicorn(application: str) -> Callable[[int, Path], list[str]]:
    """The command of a single process with the fastest event loop and parser and without logs."""
    return lambda port, directory: [
        bench_python(), "-B", "-m", "uvicorn", f"{application}:app", "--app-dir", str(PEERS),
        "--host", "127.0.0.1", "--port", str(port), "--loop", "uvloop", "--http", "httptools",
        "--no-access-log", "--log-level", "warning", "--no-proxy-headers",
    ]  # fmt: skip


NGINX_RESPONSE = (
    b'{"loss":0.37521,"gradient":[0.125,-0.0625,0.25,-0.5],"note":"sent in response to every request."}'
)


def nginx(port: int, directory: Path) -> list[str]:
    folder = directory / f"nginx-{port}"
    folder.mkdir()
    configuration = (PEERS / "nginx.conf").read_text()
    for name, value in ("PORT", str(port)), ("FOLDER", str(folder)), ("RESPONSE", NGINX_RESPONSE.decode()):
        configuration = configuration.replace(f"@{name}@", value)
    (folder / "nginx.conf").write_text(configuration)
    return [find("nginx") or "nginx", "-e", "stderr", "-p", str(folder), "-c", str(folder / "nginx.conf")]


# The executable of the container image, built by `make static`.
EXECUTABLE = REPOSITORY / ".build-static" / "loss-server"

OURS = Contender(
    name="loss-server",
    path="/v1/losses/mse",
    command=lambda port, directory: [str(EXECUTABLE), "--port", str(port)],
    missing=lambda: [],
    is_exact=True,
)
NGINX = Contender(
    name="nginx (fixed response)",
    path="/",
    command=nginx,
    missing=lambda: missing_programs("nginx"),
    fixed_response=NGINX_RESPONSE,
)
NUMPY = Contender(
    name="FastAPI + NumPy",
    path="/mse",
    command=uvicorn("fastapi_numpy"),
    missing=lambda: missing_packages(*FASTAPI),
    # One request is computed at a time, so more threads would only wait.
    environment={"OPENBLAS_NUM_THREADS": "1"},
)
TORCH = Contender(
    name="FastAPI + PyTorch",
    path="/mse",
    command=uvicorn("fastapi_torch"),
    missing=lambda: missing_packages(*FASTAPI, "torch"),
)
NODE = Contender(
    name="Node",
    path="/mse",
    command=lambda port, directory: [find("node") or "node", str(PEERS / "node.js"), str(port)],
    missing=lambda: missing_programs("node"),
)
