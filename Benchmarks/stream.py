#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that a body longer than memory has its exact result in bounded memory.

    python3 Benchmarks/stream.py SERVER [GIGABYTES]    SERVER is the executable loss-server
"""

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from harness import contender, stream
from harness.failure import Failure
from harness.server import Server


def main() -> int:
    executable = Path(sys.argv[1]).resolve()
    rows = stream.Rows(int(float(sys.argv[2] if len(sys.argv) > 2 else 1) * 1e9))
    ours = replace(contender.OURS, command=lambda port, directory: [str(executable), "--port", str(port)])
    try:
        with tempfile.TemporaryDirectory() as directory, Server(ours, Path(directory)) as server:
            for case, measure in ("loss and statistics", stream.measure_sums), ("gradients back", stream.measure_rows):
                found = measure(server, rows)
                print(
                    f"{rows.size:,} bytes, {rows.count:,} rows, {case}: {found['time']:.1f} s, processor time "
                    f"{found['processor']:.1f} s, peak memory {found['peak']:.1f} MiB over idle"
                )
    except Failure as failure:
        print(f"FAILED: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
