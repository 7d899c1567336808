# SPDX-License-Identifier: Apache-2.0
"""Functions shared by all sections."""

import functools
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from .contender import Contender, missing_programs, not_installed
from .failure import Skip
from .numbers import Numbers
from .request import Request
from .run import Row, Run
from .server import Server
from .stages import Stages


class Bench:
    """A run in progress: its requests, its servers, the order of measurements."""

    def __init__(self, run: Run, seconds: int, directory: Path):
        self.run = run
        self.rounds = run.rounds
        self.seconds = seconds
        self.directory = directory
        cores = sorted(os.sched_getaffinity(0))
        # On a single core they share it, and requests per second mean little.
        self.server_core, self.load_core = cores[0], cores[-1]
        self._requests: dict[int, Request] = {}

    def request(self, count: int) -> Request:
        if count not in self._requests:
            self._requests[count] = Request(count, self.directory)
        return self._requests[count]

    @functools.cached_property
    def in_memory(self) -> Stages | None:
        """The stages in C++, or None if they cannot be built."""
        try:
            return Stages(self.directory)
        except Skip as skip:
            self.run.skip(str(skip))
            return None

    @functools.cached_property
    def numbers(self) -> Numbers | None:
        """Reading and writing numbers in C++, or None if it cannot be built."""
        try:
            return Numbers(self.directory)
        except Skip as skip:
            self.run.skip(str(skip))
            return None

    def installed(self, contenders: Iterable[Contender]) -> list[Contender]:
        """The contenders that are installed; the others are reported as skipped."""
        found = []
        for contender in contenders:
            if why := contender.skipped:
                self.run.skip(why)
            else:
                found.append(contender)
        return found

    def need(self, section: str, *programs: str) -> None:
        if missing := missing_programs(*programs):
            raise Skip(f"{section} ({not_installed(missing)})")

    @contextmanager
    def serving(self, contenders: Iterable[Contender], core: int | None = None) -> Iterator[list[Server]]:
        with ExitStack() as stack:
            yield [
                stack.enter_context(Server(contender, self.directory, core))
                for contender in self.installed(contenders)
            ]

    def alternate(self, measures: dict[str, Callable[[], dict]]) -> dict[str, dict[str, list[float]]]:
        """Measures each contender once per round, alternately forwards and backwards.

        A temporary disturbance of the machine then affects all of them equally. Returns the values
        by quantity and contender.
        """
        found: dict[str, dict[str, list[float]]] = {}
        for number in range(self.rounds):
            names = list(measures)
            for name in names if number % 2 == 0 else reversed(names):
                for quantity, value in measures[name]().items():
                    found.setdefault(quantity, {}).setdefault(name, []).append(value)
        # The table lists the contenders in the given order.
        return {q: {name: v[name] for name in measures if name in v} for q, v in found.items()}

    def add(self, section: str, case: str, quantity: str, unit: str, values: dict[str, list[float]]) -> None:
        # Six digits exceed the resolution of every clock used here.
        rounded = {name: [float(f"{value:.6g}") for value in v] for name, v in values.items()}
        self.run.rows.append(Row(section, case, quantity, unit, rounded))
