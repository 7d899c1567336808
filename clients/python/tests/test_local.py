# SPDX-License-Identifier: Apache-2.0
"""Servers that `serve` starts, and when they end."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import loss_server


def connect(url: str) -> socket.socket:
    address = urlsplit(url)
    assert address.hostname is not None
    assert address.port is not None
    return socket.create_connection((address.hostname, address.port), timeout=60)


def ends(connection: socket.socket) -> bool:
    """Waits for the end of a connection."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def test_ends_with_the_statement(executable: str | None) -> None:
    with loss_server.serve(executable) as server:
        client = server.client()
        assert client.is_ready()
        connection = connect(server.url)
    with connection:
        assert ends(connection)
    assert "stopped" in repr(server)
    server.stop()
    assert not client.is_ready()


def test_a_client_keeps_its_server(executable: str | None) -> None:
    client = loss_server.serve(executable).client()
    assert client.loss("huber", predictions=[2.5], targets=[1.0]).loss == 1


PROGRAM = """
import sys, loss_server
server = loss_server.serve(sys.argv[1] or None)
print(server.url, flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("how", ["exit", "kill"])
def test_ends_with_the_process(executable: str | None, how: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1] / "src")}
    command = [sys.executable, "-c", PROGRAM, executable or ""]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment) as process:
        assert process.stdout is not None
        with connect(process.stdout.readline().strip()) as connection:
            if how == "kill":
                process.send_signal(signal.SIGKILL)
            else:
                process.communicate("")
            assert ends(connection)


def test_options_are_those_of_the_command_line(executable: str | None) -> None:
    with loss_server.serve(executable, body_bytes="1KiB", diagnostics=True, access_log=False, page=None) as server:
        client = server.client(retries=loss_server.Retries(tries=1))
        with pytest.raises(loss_server.LossServerError) as caught:
            client.penalty("l1", [1.0] * 1000)
        assert caught.value.status == 413


def test_an_option_that_is_none_is_explained(executable: str | None) -> None:
    with pytest.raises(RuntimeError, match=r"did not start: .*'many' is invalid for '--workers"):
        loss_server.serve(executable, workers="many")


def test_an_executable_that_says_nothing(tmp_path: Path) -> None:
    silent = tmp_path / "silent"
    silent.write_text("#!/bin/sh\n")
    silent.chmod(silent.stat().st_mode | stat.S_IXUSR)
    with pytest.raises(RuntimeError, match="ended without a message"):
        loss_server.serve(silent)


def test_where_the_executable_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loss_server.local.CARRIED", tmp_path / "none")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="make wheel"):
        loss_server.serve()
    with pytest.raises(FileNotFoundError, match="not an executable"):
        loss_server.serve(tmp_path / "none")
