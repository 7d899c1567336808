# SPDX-License-Identifier: Apache-2.0
"""The examples in README.md and docs/clients.md."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scripted import Answer, ScriptedServer, problem

import loss_server
from loss_server import LossClient, local

CLIENT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```(python)?\n(.*?)^```\n(?:```\n(.*?)^```$)?", re.MULTILINE | re.DOTALL)


def examples(path: Path) -> list[tuple[str, str | None]]:
    """The programs of a document, and the output below each."""
    return [(code, output) for kind, code, output in BLOCK.findall(path.read_text()) if kind == "python"]


#: The libraries that are not installed with the tools of the tests.
LARGE = ("torch", "xgboost", "lightgbm", "sklearn")


def run(blocks: list[tuple[str, str | None]], namespace: dict[str, Any]) -> None:
    """Runs programs one after the other, and compares what they print."""
    for code, expected in blocks:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, "README.md", "exec"), namespace)
        if expected is not None:
            assert printed.getvalue() == expected, code


def is_large(code: str) -> bool:
    """Whether a program imports one of the large libraries."""
    return re.search(rf"^(import|from) ({'|'.join(LARGE)})\b", code, re.MULTILINE) is not None


def test_the_examples_of_the_readme(server: loss_server.Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loss_server, "serve", lambda: server)
    blocks = [block for block in examples(CLIENT / "README.md") if not is_large(block[0])]
    assert len(blocks) >= 5
    run(blocks, {})


@pytest.mark.engines
@pytest.mark.filterwarnings("default")
def test_the_examples_of_large_libraries(client: LossClient) -> None:
    for library in LARGE:
        pytest.importorskip(library)
    blocks = [block for block in examples(CLIENT / "README.md") if is_large(block[0])]
    assert len(blocks) == len(LARGE)
    random = np.random.default_rng(0)
    run(blocks, {"client": client, "rng": random, "targets": random.normal(size=1000), "np": np})


@pytest.mark.engines
def test_the_example_of_an_evaluation(executable: str | None, tmp_path: Path) -> None:
    for library in ("pandas", "matplotlib"):
        pytest.importorskip(library)
    program = CLIENT.parents[1] / "examples" / "evaluation.py"
    (tmp_path / "loss-server").symlink_to(Path(local.find_executable(executable)).absolute())
    environment = {**os.environ, "PYTHONPATH": str(CLIENT / "src"), "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    command = [sys.executable, str(program), "20000"]
    output = subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True).stdout
    assert "20,000 rows in" in output
    assert "Islands" in output
    assert (tmp_path / "evaluation.png").stat().st_size > 10_000


def test_the_example_of_urllib3(scripted: ScriptedServer) -> None:
    pytest.importorskip("urllib3")
    ((code, _),) = examples(CLIENT.parents[1] / "docs" / "clients.md")
    namespace: dict[str, Any] = {}
    exec(code, namespace)
    namespace["retries"].backoff_factor = namespace["retries"].backoff_jitter = 0
    scripted.answers = [problem(503), problem(429), Answer()]
    response = namespace["pool"].request("POST", scripted.url, body=b"{}")
    namespace["pool"].clear()
    assert (response.status, len(scripted.received)) == (200, 3)
