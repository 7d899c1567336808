#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Evaluates a table of predictions with DuckDB: a query cuts the rows, and macros (loss.sql) send and merge them.

    with_duckdb.py URL FOLDER    URL of the service or its proxy, FOLDER of Parquet files
"""

import pathlib
import sys

import duckdb

from partials import post

# Rows in a request, which has some 70 bytes for each.
BATCH = 50_000
QUERY = """
with parts as (
    select list(prediction order by row) as predictions, list(target order by row) as targets,
        list(weight order by row) as weights, list(region order by row) as regions, min(row) as first
    from read_parquet($folder || '/*.parquet')
    group by row // $batch
)
select merged($service, list(huber_partial($service, 1.5, predictions, targets, weights, regions, first)))
from parts
"""


def evaluate(connection, url, folder):
    """The result of the whole table, as JSON."""
    connection.create_function("http_post", post, ["varchar", "varchar", "varchar"], "varchar", side_effects=True)
    connection.execute(pathlib.Path(__file__).with_name("loss.sql").read_text())
    return connection.execute(QUERY, {"service": url, "folder": folder, "batch": BATCH}).fetchone()[0]


if __name__ == "__main__":
    with duckdb.connect() as connection:
        print(evaluate(connection, *sys.argv[1:]))
