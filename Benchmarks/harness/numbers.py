# SPDX-License-Identifier: Apache-2.0
"""Reading and writing numbers in memory, in C++: peers/numbers.cpp."""

from pathlib import Path

from .failure import Failure
from .products import run_product
from .program import NAME, Program


class Numbers:
    """Measures numbers of any shape."""

    def __init__(self, directory: Path):
        self._directory = directory
        self._program = Program("numbers", directory)

    def seconds(self, shape: str, count: int) -> dict[str, float]:
        """The median seconds to read and to write a number of a given shape."""
        file = self._directory / f"{count}-{shape.replace('/', '-')}.json"
        if not file.exists():
            file.write_text(run_product("codec-benchmark", "text", shape, str(count)))
        found = self._program.measure([str(file), str(max(11, 20_000_000 // count))], shape)
        if found["count"] != count:
            raise Failure(f"{NAME} read {found['count']} numbers of {count}")
        return {what: found[what] / count for what in ("read", "write")}
