# SPDX-License-Identifier: Apache-2.0
"""Reads a table from memory with polars and prints the processor time: polars_csv.py FILE TIMES

The number of threads is that of the environment, POLARS_MAX_THREADS.
"""

import json
import statistics
import sys
import time
from pathlib import Path

import polars

body = Path(sys.argv[1]).read_bytes()


def read() -> polars.DataFrame:
    return polars.read_csv(body, schema={"predictions": polars.Float64, "targets": polars.Float64})


frame = read()  # Warm up.
seconds = []
for _ in range(int(sys.argv[2])):
    start = time.process_time()
    frame = read()
    seconds.append(time.process_time() - start)
last = {name: frame[name][-1] for name in frame.columns}
print(json.dumps({"seconds": statistics.median(seconds), "count": frame.height, "last": last}))
