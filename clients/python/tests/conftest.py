# SPDX-License-Identifier: Apache-2.0
"""The server of the tests: `pytest --executable=PATH`, by default the one of `loss_server.serve()`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from scripted import ScriptedServer

import loss_server


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--executable", default=None, help="the executable loss-server")


@pytest.fixture(scope="session")
def executable(request: pytest.FixtureRequest) -> str | None:
    path: str | None = request.config.getoption("--executable")
    return path


@pytest.fixture(scope="session")
def server(executable: str | None) -> Iterator[loss_server.Server]:
    with loss_server.serve(executable) as server:
        yield server


@pytest.fixture(scope="session")
def client(server: loss_server.Server) -> Iterator[loss_server.LossClient]:
    with server.client() as client:
        yield client


@pytest.fixture
def scripted() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server
