# SPDX-License-Identifier: Apache-2.0
"""The time to compute each loss and penalty of the catalogue, which the server states in Server-Timing, compared with NumPy."""

import http.client
import json
import re
import statistics
from contextlib import ExitStack

from .. import contender, expressions
from ..bench import Bench
from ..expressions import Expressions
from ..failure import Failure, Skip
from ..run import OURS
from ..server import Server

# The first example of each loss or penalty is repeated until its first input has as many numbers.
COUNT = 100_000
OUTPUTS = {"loss": ["loss"], "with gradient": ["loss", "gradient"], "with Hessian": ["loss", "gradient", "hessian"]}
# Each round keeps the least of as many times, because the machine may be busy.
TIMES = 5


def measure(bench: Bench) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(Server(contender.OURS, bench.directory))
        try:
            peer = stack.enter_context(Expressions())
        except Skip as skip:
            bench.run.skip(str(skip))
            peer = None
        service = Service(server.port)
        cases = [(path.split("/")[-1], case) for path in service.paths() if (case := Case.of(service, peer, path))]
        # All cases of a round are measured before the next round begins.
        found = bench.alternate({loss: case.measure for loss, case in cases})
    theirs = found.get(expressions.NAME, {})
    for loss, _ in cases:
        for quantity in OUTPUTS:
            values = {OURS: found[quantity][loss]}
            if quantity == "loss" and loss in theirs:
                values[expressions.NAME] = theirs[loss]
            bench.add("catalogue", loss, quantity, "s", values)
    for quantity in OUTPUTS:
        ranked = sorted((sorted(found[quantity][loss])[bench.rounds // 2] * 1e9, loss) for loss, _ in cases)
        (least, first), (most, last) = ranked[0], ranked[-1]
        bench.run.note(
            "catalogue",
            f"{quantity}: {least:.2f} ns ({first}) to {most:.2f} ns ({last}) for each number of the first input, median"
            f" {ranked[len(ranked) // 2][0]:.2f} ns",
        )
    if theirs:
        ratios = sorted(
            (statistics.median(their / our for their, our in zip(times, found["loss"][loss])), loss)
            for loss, times in theirs.items()
        )
        (least, slowest), (most, fastest) = ratios[0], ratios[-1]
        bench.run.note(
            "catalogue",
            f"the loss takes {expressions.NAME} {least:.2f} ({slowest}) to {most:.1f} times ({fastest}) as long, in the"
            f" median of {len(ratios)} losses {ratios[len(ratios) // 2][0]:.1f} times",
        )


class Service:
    """A connection to the server."""

    def __init__(self, port: int):
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def get(self, path: str):
        self._connection.request("GET", path)
        return json.loads(self._connection.getresponse().read())

    def paths(self) -> list[str]:
        """The losses and penalties but those of whole batches, which cannot be repeated."""
        return [
            entry["href"]
            for kind in ("losses", "penalties")
            for entry in self.get(f"/v1/{kind}")[kind]
            if entry["unit"] != "batch"
        ]

    def post(self, path: str, body: str) -> tuple[float, float]:
        """The loss and the seconds that the server took to compute."""
        self._connection.request("POST", path, body, {"Content-Type": "application/json"})
        response = self._connection.getresponse()
        content = json.loads(response.read())
        if response.status != 200:
            raise Failure(f"{path} was refused: {content['detail']}")
        time = re.search(r"compute;dur=([\d.]+)", response.getheader("Server-Timing"))
        return content["loss"], float(time[1]) / 1000


class Case:
    """The requests of a loss."""

    def __init__(self, service: Service, peer: Expressions | None, path: str, facts: dict, example: dict):
        self._service = service
        self._peer = peer
        self._path = path
        self._loss = facts["name"]
        names = [each["name"] for each in facts["inputs"]]
        body = {name: value for name, value in example.items() if name != "outputs"} | {"reduction": "mean"}
        self._expected, _ = service.post(path, json.dumps(body | {"outputs": ["loss"]}))
        repeats = -(-COUNT // count(example[names[0]]))
        arrays = {
            name: repeated(name, value, repeats)
            for name, value in body.items()
            if name in names and isinstance(value, list)
        }
        self._count = count(arrays[names[0]])
        self._bodies = {name: json.dumps(body | arrays | {"outputs": outputs}) for name, outputs in OUTPUTS.items()}
        self._arrays = {name: value for name, value in (body | arrays).items() if name in names}
        defaults = {option["name"]: option["default"] for option in facts["options"]}
        self._options = defaults | {name: value for name, value in body.items() if name not in names}

    @classmethod
    def of(cls, service: Service, peer: Expressions | None, path: str) -> "Case | None":
        """The case of a loss; None if its first example is not an array that can be repeated."""
        facts = service.get(path)
        example = service.get(f"{path}/examples")["examples"][0]["request"]
        is_array = isinstance(example[facts["inputs"][0]["name"]], list)
        return cls(service, peer, path, facts, example) if is_array else None

    def measure(self) -> dict[str, float]:
        """The seconds for each number of the first input."""
        seconds = {quantity: self._least(body) for quantity, body in self._bodies.items()}
        theirs = self._peer and self._peer.measure(self._loss, self._arrays, self._options, TIMES)
        if theirs:
            loss, seconds[expressions.NAME] = theirs
            # Their sum is not exact, and terms of theirs may cancel.
            if abs(loss - self._expected) > 1e-9 * max(1, abs(self._expected)):
                raise Failure(f"{expressions.NAME} computed {loss} as {self._loss}, not {self._expected}")
        return {quantity: value / self._count for quantity, value in seconds.items()}

    def _least(self, body: str) -> float:
        times = []
        for _ in range(TIMES):
            loss, seconds = self._service.post(self._path, body)
            # The mean of repeated losses is that of the example, and both are correctly rounded.
            if loss != self._expected:
                raise Failure(f"{self._loss} of a repeated example is {loss}, not {self._expected}")
            times.append(seconds)
        return min(times)


def count(value) -> int:
    return sum(map(count, value)) if isinstance(value, list) else 1


def repeated(name: str, values: list, repeats: int) -> list:
    """An input that is repeated; each repetition has queries of its own."""
    if name != "query_ids":
        return values * repeats
    step = max(values) - min(values) + 1
    return [value + step * index for index in range(repeats) for value in values]
