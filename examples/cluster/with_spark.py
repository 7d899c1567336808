#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Evaluates a table of predictions with Spark: each batch of a partition is a request, each result one partial sum.

    with_spark.py URL FOLDER [MASTER]    URL of the service or its proxy, FOLDER of Parquet files

A task that runs twice, as an attempt after a failure or by speculation, has the same partial sums, of which Spark keeps
one. The default master, local[*,4], runs tasks in threads and each up to four times; a cluster also speculates.
"""

import os
import pathlib
import sys

import pandas
from pyspark.sql import SparkSession

import partials


def session(master="local[*,4]"):
    # Executors run this Python, which has the packages.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    # In local mode nothing else connects, and the address of the host may be out of reach.
    if master.startswith("local"):
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    return (
        SparkSession.builder.appName("losses").master(master)
        .config("spark.task.maxFailures", 4)
        .config("spark.speculation", "true")
        .config("spark.speculation.interval", "100ms")
        # Rows in a request, which has 32 bytes for each.
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", 50_000)
        .config("spark.ui.enabled", "false")
    )


def evaluate(spark, url, folder, partials_of=partials.partials):
    """The result of the whole table, as JSON."""
    def post(tables):
        for table in tables:
            yield pandas.DataFrame({"partial": partials_of(url, table)})

    spark.sparkContext.addPyFile(str(pathlib.Path(partials.__file__).resolve()))
    rows = spark.read.parquet(folder).mapInPandas(post, "partial string").collect()
    return partials.merge(url, [row.partial for row in rows])


if __name__ == "__main__":
    with session(*sys.argv[3:4]).getOrCreate() as spark:
        print(evaluate(spark, *sys.argv[1:3]))
