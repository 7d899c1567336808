# SPDX-License-Identifier: Apache-2.0
"""The ZLPR loss of a row: log(1 + sum_(y = 0) e^z) + log(1 + sum_(y = 1) e^-z)."""

from mpmath import exp, fsum, log

import samples

KIND = "rowwise"
OPTIONS = {"axis": -1}


def loss(predictions, target, o):
    negative = fsum(exp(z) for z, y in zip(predictions, target) if y == 0)
    positive = fsum(exp(-z) for z, y in zip(predictions, target) if y == 1)
    return log(1 + negative) + log(1 + positive)


def groups(random):
    def hot(size, share=0.5):
        return [float(random.random() < share) for _ in range(size)]

    rows = [(z, hot(len(z))) for z in samples.LOGIT_ROWS for _ in range(3)]
    rows += [(z, y) for z in samples.LOGIT_ROWS[:12:2] for y in ([0.0] * len(z), [1.0] * len(z))]
    for size in (1, 2, 3, 5, 7, 8, 9, 12):
        for low in (-3, -1, 0.0, 5, 30):
            rows.append(([random.uniform(-3, 3) + low * random.choice([-1, 1]) for _ in range(size)], hot(size)))
        rows.append(([samples.signed(random, -60, 8) for _ in range(size)], hot(size, 0.2)))
    rows += [([z], [y]) for z in (0.0, 1e-300, -1e-300, 5e-324, 1e8, -1e8, 36.75, -745.25) for y in (0.0, 1.0)]
    # A row longer than the rows that are computed eight at a time.
    rows.append(([random.uniform(-3, 3) for _ in range(131)], hot(131)))
    yield {}, rows
