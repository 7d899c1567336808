#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Evaluates a table of predictions with Ray Data: each batch is a request, each result one partial sum.

    with_ray.py URL FOLDER    URL of the service or its proxy, FOLDER of Parquet files
"""

import sys

import ray

from partials import merge, partials

# Rows in a request, which has 32 bytes for each.
BATCH = 50_000


def evaluate(url, folder):
    """The result of the whole table, as JSON."""
    def post(table):
        return {"partial": partials(url, table)}

    # A task that fails, for whatever reason, is run again.
    results = ray.data.read_parquet(folder).map_batches(
        post, batch_format="pandas", batch_size=BATCH, max_retries=3, retry_exceptions=True
    )
    return merge(url, [result["partial"] for result in results.take_all()])


if __name__ == "__main__":
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    ray.data.DataContext.get_current().enable_progress_bars = False
    print(evaluate(*sys.argv[1:]))
