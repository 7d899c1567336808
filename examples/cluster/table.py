#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a table of predictions, in Parquet files, for the engines in this folder.

    table.py FOLDER ROWS FILES
"""

import pathlib
import sys

import numpy
import pandas


def table(rows):
    """Rows whose losses differ by many orders of magnitude, so that the order of a naive sum would matter."""
    chance = numpy.random.default_rng(20)
    target = chance.normal(size=rows) * 10.0 ** chance.integers(-3, 7, rows)
    return pandas.DataFrame({
        "row": numpy.arange(rows),
        "region": chance.choice(4, rows, p=[0.4, 0.3, 0.2, 0.1]),
        "prediction": target + chance.standard_cauchy(rows),
        "target": target,
        "weight": chance.exponential(size=rows),
    })


def write(folder, whole, files):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for number, rows in enumerate(numpy.array_split(numpy.arange(len(whole)), files)):
        whole.iloc[rows].to_parquet(folder / f"{number:04}.parquet", index=False)


if __name__ == "__main__":
    write(sys.argv[1], table(int(sys.argv[2])), int(sys.argv[3]))
