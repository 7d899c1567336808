#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the performance of loss-server with that of alternatives.

    python3 Benchmarks/bench.py [section ...] [--rounds 3] [--seconds 2] [--keep]

Prints a table in Markdown. A wrong or missing response ends its section with a message and the run
with status 1.
"""

import argparse
import resource
import shlex
import signal
import sys
import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path

from harness.bench import Bench
from harness.contender import EXECUTABLE
from harness.failure import Failure, Skip
from harness.machine import Disturbance, machine, versions
from harness.plot import write_plots
from harness.run import Run
from harness.sections import ALL
from harness.table import markdown

RESULTS = Path(__file__).resolve().parent / "results"


def main() -> int:
    options = parse()
    if not EXECUTABLE.exists():
        print("loss-server is not built; run make static", file=sys.stderr)
        return 1
    # The servers, wrk and this process may each have a thousand open connections.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    # On SIGTERM, exit normally, which stops the servers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))

    now = datetime.now(timezone.utc)
    run = Run(
        machine=machine(),
        versions=versions(),
        command=shlex.join(["python3", "Benchmarks/bench.py", *sys.argv[1:]]),
        date=now.strftime("%Y-%m-%d %H:%M UTC"),
        rounds=options.rounds,
    )
    disturbance = Disturbance()
    with tempfile.TemporaryDirectory(prefix="loss-server-bench-") as directory:
        bench = Bench(run, options.seconds, Path(directory))
        for section in options.sections:
            measure(section, bench)
    run.note("", disturbance.sentence())
    print(markdown(run), end="")
    if options.keep:
        RESULTS.mkdir(exist_ok=True)
        path = RESULTS / f"{now:%Y-%m-%d}.json"
        run.write(path)
        write_plots(run, RESULTS)
        print(f"saved as {path}", file=sys.stderr)
    return 1 if run.failures else 0


def measure(section: str, bench: Bench) -> None:
    started = time.monotonic()
    kept = len(bench.run.rows)
    try:
        ALL[section](bench)
    except Skip as skip:
        bench.run.skip(str(skip))
    except Failure as failure:
        # An incomplete section would look like a complete one.
        del bench.run.rows[kept:]
        bench.run.failures.append(f"{section}: {failure}")
        print(f"FAILED: {section}: {failure}", file=sys.stderr)
    print(f"{section}: {time.monotonic() - started:.0f} s", file=sys.stderr)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sections", nargs="*", metavar="section", help=f"{', '.join(ALL)}; all by default")
    parser.add_argument("--rounds", type=positive, default=3, help="number of rounds")
    parser.add_argument("--seconds", type=positive, default=2, help="duration of each run of wrk")
    parser.add_argument("--keep", action="store_true", help="write Benchmarks/results/<date>.json and plots")
    options = parser.parse_args()
    if unknown := [section for section in options.sections if section not in ALL]:
        parser.error(f"unknown section {unknown[0]}; sections: {', '.join(ALL)}")
    options.sections = options.sections or list(ALL)
    return options


def positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value


if __name__ == "__main__":
    sys.exit(main())
