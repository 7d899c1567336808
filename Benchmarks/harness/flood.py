# SPDX-License-Identifier: Apache-2.0
"""Large questions without pause, each from a process of its own that makes way for all others.

As a program: `python3 -m harness.flood PORT PATH COUNT QUESTION ANSWER`, the last two being files,
says `ready` after the first answer, asks until its input ends, and prints how many more came.
Each has the text of ANSWER, or else the last line says what is wrong.
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
from .question import Question
from .server import Server


@contextmanager
def flood(server: Server, question: Question, directory: Path, clients: int):
    """Asks from so many clients, for the length of a `with`; afterwards `per_second` is known.

    What the clients take of the processors they take when nobody else wants them, in short calls,
    so that what others notice is the work of the server.
    """
    answer = directory / f"answer-flood-{question.count}.json"
    answer.write_bytes(server.right_answer(question))
    command = ["chrt", "--idle", "0", sys.executable, "-B", "-m", "harness.flood"]
    command += [str(server.port), server.contender.path, str(question.count)]
    command += [str(question.path), str(answer)]
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
                raise Failure(f"a client with n = {question.count:,} got no right answer at first")
        started = time.monotonic()
        yield found
        elapsed = time.monotonic() - started
        right = 0
        for process in processes:
            process.stdin.close()
        for process in processes:
            last = process.stdout.read()
            if process.wait(60) or not last.strip().isdigit():
                raise Failure(f"a client with n = {question.count:,} failed: {last.strip()}")
            right += int(last)
        if not right:
            raise Failure(f"no question with n = {question.count:,} was answered meanwhile")
        found.per_second = right / elapsed
    finally:
        for process in processes:
            if process.poll() is None:
                process.kill()
            process.wait()
            process.stdin.close()
            process.stdout.close()


def main(port: str, path: str, count: str, question: str, answer: str) -> int:
    body = SimpleNamespace(path=question, size=Path(question).stat().st_size, count=int(count))
    right_answer = Path(answer).read_bytes()
    answered = -1  # The first one is to get ready.
    try:
        with Client("the server", int(port), path, paced=True) as client:
            while answered < 0 or not select.select([sys.stdin], [], [], 0)[0]:
                client.ask(body)
                if client.answer != right_answer:
                    raise Failure("another answer than the right one")
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
