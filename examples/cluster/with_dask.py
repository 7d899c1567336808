#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Evaluates a table of predictions with Dask: each partition is a request, and partial sums are merged in a tree.

    with_dask.py URL FOLDER    URL of the service or its proxy, FOLDER of Parquet files
"""

import sys

import dask
import dask.dataframe
from dask.distributed import Client, LocalCluster

from partials import merge, partials, united

# Partial sums that one task merges.
BRANCHES = 4


def evaluate(client, url, folder):
    """The result of the whole table, as JSON."""
    texts = [dask.delayed(partials)(url, part) for part in dask.dataframe.read_parquet(folder).to_delayed()]
    level = [dask.delayed(united)(url, part) for part in texts]
    while len(level) > 1:
        level = [dask.delayed(united)(url, level[start:start + BRANCHES]) for start in range(0, len(level), BRANCHES)]
    return merge(url, [client.compute(level[0], retries=3).result()])


if __name__ == "__main__":
    with LocalCluster(n_workers=3, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        print(evaluate(client, *sys.argv[1:]))
