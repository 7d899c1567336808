# SPDX-License-Identifier: Apache-2.0
"""Rows of CSV whose body is longer than memory, in one request."""

from .. import contender, stream
from ..bench import Bench

LENGTH = 10_000_000_000


def measure(bench: Bench) -> None:
    measure_length(bench, LENGTH)


def measure_length(bench: Bench, length: int) -> None:
    """Measures bodies of at least the given length in bytes."""
    rows = stream.Rows(length)
    with bench.serving([contender.OURS]) as servers:
        for case, measurement in ("loss and statistics", stream.measure_sums), ("gradients back", stream.measure_rows):
            # Each takes so long that one round says enough.
            found = {server.name: measurement(server, rows) for server in servers}
            _add(bench, f"{rows.size:,} bytes, {case}", rows.count, found)


def _add(bench: Bench, case: str, count: int, found: dict[str, dict[str, float]]) -> None:
    def values(quantity: str, divisor: int = 1) -> dict[str, list[float]]:
        return {name: [own[quantity] / divisor] for name, own in found.items()}

    bench.add("stream", case, "time", "s", values("time"))
    bench.add("stream", case, "processor time for each row", "s", values("processor", count))
    bench.add("stream", case, "peak memory over idle", "MiB", values("peak"))
