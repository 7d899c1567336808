# SPDX-License-Identifier: Apache-2.0
"""What the scripts share that write the numbers of other libraries: numbers to send, and the file of the cases."""

import json
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROWS, COLUMNS = 5, 4


def array(kind, generator):
    """Numbers of a kind, ROWS x COLUMNS; ROWS of the kind class."""
    one = {
        "real": lambda: generator.gauss(0, 1.5),
        "positive": lambda: generator.uniform(0.1, 5),
        "probability": lambda: generator.uniform(0.01, 0.99),
        "distribution": lambda: generator.uniform(0.1, 1),
        "sign": lambda: generator.choice([-1, 1]),
        "label": lambda: generator.choice([0, 1]),
        "count": lambda: generator.randrange(6),
    }.get(kind)
    if kind == "class":
        return [generator.randrange(COLUMNS) for _ in range(ROWS)]
    rows = [[one() for _ in range(COLUMNS)] for _ in range(ROWS)]
    return [[x / sum(row) for x in row] for row in rows] if kind == "distribution" else rows


def row_weights(generator):
    """A weight for each row."""
    return [generator.uniform(0.1, 2) for _ in range(ROWS)]


def write(library, version, cases):
    """Writes the cases, each a loss, a request and the numbers that are expected, to the file of a library."""
    text = ",\n".join(json.dumps({"version": version} | case) for case in cases)
    (HERE / f"{library}.json").write_text(f'{{"cases": [\n{text}\n]}}\n')
