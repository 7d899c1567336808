# SPDX-License-Identifier: Apache-2.0
"""The examples in README.md and docs/clients.md."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import re
from pathlib import Path
from typing import Any

import pytest
from scripted import Answer, ScriptedServer, problem

import loss_server

CLIENT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```(python)?\n(.*?)^```\n(?:```\n(.*?)^```$)?", re.MULTILINE | re.DOTALL)


def examples(path: Path) -> list[tuple[str, str | None]]:
    """The programs of a document, and the output below each."""
    return [(code, output) for kind, code, output in BLOCK.findall(path.read_text()) if kind == "python"]


def is_possible(code: str) -> bool:
    """Whether the libraries that a program imports are installed."""
    names = re.findall(r"^(?:import|from) (\w+)", code, re.MULTILINE)
    return all(importlib.util.find_spec(name) for name in names)


def test_the_examples_of_the_readme(
    server: loss_server.Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(loss_server, "serve", lambda: server)
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, Any] = {}
    ran = 0
    for code, expected in examples(CLIENT / "README.md"):
        if not is_possible(code):
            continue
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, "README.md", "exec"), namespace)
        if expected is not None:
            assert printed.getvalue() == expected, code
        ran += 1
    assert ran >= 4


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
