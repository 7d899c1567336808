# SPDX-License-Identifier: Apache-2.0
"""A server of one's own, on this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import weakref
from pathlib import Path
from typing import IO, Any

from .client import LossClient

#: The executable that the wheel carries.
CARRIED = Path(__file__).parent / "bin" / "loss-server"

# The shell ends the server when its own standard input ends, as it does when this process ends, even if killed. It
# leaves standard output to the server, so that the reader sees its end if the server does not start.
_GUARD = '"$@" </dev/null & pid=$!; exec >/dev/null; read -r _; kill "$pid" 2>/dev/null; wait "$pid"'
#: The seconds that a server has to complete its requests; it cuts the rest itself after `drain_time`.
_STOP_TIME = 60.0


class Server:
    """A running server, which ends with this process, at the end of a `with` statement, or by `stop`."""

    def __init__(self, url: str, process: subprocess.Popen[str], log: IO[str]) -> None:
        #: Its address, such as `http://127.0.0.1:40123`.
        self.url = url
        self._process = process
        self._log = log
        self._finalizer = weakref.finalize(self, _stop, process, log)

    def client(self, **options: Any) -> LossClient:
        """Returns a client of this server, with the options of `LossClient`. It keeps the server running."""
        client = LossClient(self.url, **{"proxy": "", **options})
        client._server = self
        return client

    def stop(self) -> None:
        """Ends the server after it has completed the requests in progress. A second call does nothing."""
        self._finalizer()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<Server {self.url}{'' if self._finalizer.alive else ', stopped'}>"


def serve(executable: str | os.PathLike[str] | None = None, *, port: int = 0, **options: Any) -> Server:
    """Starts a server on 127.0.0.1 and returns it once it takes requests.

    - executable: by default the one in the wheel, else `loss-server` in `$PATH`.
    - port: any free one by default.
    - options: those of `loss-server serve`, such as `body_bytes="1GiB"` for `--body-bytes 1GiB`; `True` for one
      without a value.

    Raises `FileNotFoundError` if there is no executable, and `RuntimeError` with its messages if it does not start.
    """
    arguments = [find_executable(executable), "serve", "--port", str(port)]
    for name, value in options.items():
        if value is None or value is False:
            continue
        arguments.append("--" + name.replace("_", "-"))
        if value is not True:
            arguments.append(str(value))
    log = tempfile.TemporaryFile("w+", prefix="loss-server-", suffix=".log")  # noqa: SIM115 - the server closes it
    process = subprocess.Popen(
        ["/bin/sh", "-c", _GUARD, "sh", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        start_new_session=True,  # an interrupt at the terminal or in a notebook is not for the server
    )
    assert process.stdout is not None
    with process.stdout as output:
        line = output.readline()
    if " http" not in line:
        log.seek(0)
        messages = log.read().strip()
        _stop(process, log)
        raise RuntimeError(f"{arguments[0]} did not start: {messages or line.strip() or 'it ended without a message'}")
    return Server(line.split()[-1], process, log)


def find_executable(executable: str | os.PathLike[str] | None) -> str:
    if executable is not None:
        found = shutil.which(os.fspath(executable))
        if found is None:
            raise FileNotFoundError(f"{os.fspath(executable)!r} is not an executable")
        return found
    if CARRIED.exists():
        return str(CARRIED)
    found = shutil.which("loss-server")
    if found is None:
        raise FileNotFoundError(
            "this installation carries no executable, and $PATH has no loss-server: install the wheel of `make wheel`, "
            "or give serve(executable)"
        )
    return found


def _stop(process: subprocess.Popen[str], log: IO[str]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(_STOP_TIME)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, 9)
            process.wait()
        log.close()
