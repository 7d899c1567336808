# SPDX-License-Identifier: Apache-2.0
"""Continuous large requests from several processes of the lowest priority.

As a program: `python3 -m harness.flood PORT PATH COUNT REQUEST RESPONSE`, the last two being files,
prints `ready` after the first response, sends requests until its input ends, and prints the number
of further responses. If a response differs from RESPONSE, the last line is an error message.
"""

import select
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

from .client import Client
from .failure import Failure
from .request import Request
from .server import Server


@contextmanager
def flood(server: Server, request: Request, directory: Path, clients: int):
    """A context manager that runs a number of clients; afterwards `per_second` is their rate.

    The clients run only on otherwise idle processors and in short calls, so that other processes
    notice only the work of the server.
    """
    response = directory / f"response-flood-{request.count}.json"
    response.write_bytes(server.correct_response(request))
    command = ["chrt", "--idle", "0", sys.executable, "-B", "-m", "harness.flood"]
    command += [str(server.port), server.contender.path, str(request.count)]
    command += [str(request.path), str(response)]
    found = SimpleNamespace(per_second=0.0)
    processes = []
    try:
        for _ in range(clients):
            processes.append(
                subprocess.Popen(
                    command,
                    cwd=Path(__file__).resolve().parents[1],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
        for process in processes:
            if process.stdout.readline() != "ready\n":
                raise Failure(f"a client with n = {request.count:,} got no correct first response")
        started = time.monotonic()
        yield found
        elapsed = time.monotonic() - started
        right = 0
        for process in processes:
            process.stdin.close()
        for process in processes:
            last = process.stdout.read()
            if process.wait(60) or not last.strip().isdigit():
                raise Failure(f"a client with n = {request.count:,} failed: {last.strip()}")
            right += int(last)
        if not right:
            raise Failure(f"no request with n = {request.count:,} got a response meanwhile")
        found.per_second = right / elapsed
    finally:
        for process in processes:
            if process.poll() is None:
                process.kill()
            process.wait()
            process.stdin.close()
            process.stdout.close()


def main(port: str, path: str, count: str, request: str, response: str) -> int:
    size = Path(request).stat().st_size
    body = SimpleNamespace(path=request, size=size, count=int(count), fields=Request.fields)
    correct_response = Path(response).read_bytes()
    answered = -1  # The first response is a warm-up.
    try:
        with Client("the server", int(port), path, paced=True) as client:
            while answered < 0 or not select.select([sys.stdin], [], [], 0)[0]:
                client.send(body)
                if client.response != correct_response:
                    raise Failure("a wrong response")
                answered += 1
                if not answered:
                    print("ready", flush=True)
    except Failure as failure:
        print(failure)
        return 1
    print(answered)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
