# SPDX-License-Identifier: Apache-2.0
"""Partial sums by rational arithmetic, as any client may compute them without the service."""

import json
import math
import pathlib
import random
import sys
from fractions import Fraction

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Clients"))

from merge_partials import text  # noqa: E402

SUMS = {
    "normalizer": lambda w, l: w, "weight": lambda w, l: w, "weight2": lambda w, l: w * w, "loss": lambda w, l: l,
    "weighted_loss": lambda w, l: w * l, "weighted_loss2": lambda w, l: w * l * l,
    "weight2_loss": lambda w, l: w * w * l, "weight2_loss2": lambda w, l: w * w * l * l,
}


def of(head, losses, weights, offset=0):
    pairs = [(Fraction(w), Fraction(l)) for w, l in zip(weights, losses)]
    sums = {name: text(sum((term(w, l) for w, l in pairs), Fraction(0))) for name, term in SUMS.items()}
    least, greatest = (
        {"loss": text(Fraction(losses[k])), "index": str(offset + k)}
        for k in (losses.index(min(losses)), losses.index(max(losses)))
    )
    group = {"group": None, "count": str(len(losses))} | sums | {"least": least, "greatest": greatest}
    return head | {"groups": [group]}


def written(partial):
    return json.dumps(partial, separators=(",", ":"))


def cases():
    """Losses and weights with the document of absolute errors; the service computes it from targets of 0."""
    chance = random.Random("partials")
    head = {"format": "loss-partial/1", "loss": "absolute_error", "options": {}, "numerics": 1}

    def case(name, losses, weights=None, offset=0):
        partial = of(head, losses, weights or [1.0] * len(losses), offset)
        return {
            "name": name, "losses": [float.hex(x) for x in losses], "offset": offset,
            "weights": weights and [float.hex(x) for x in weights], "partial": written(partial),
        }

    def wide():
        return math.ldexp(1 + chance.random(), chance.randrange(-1070, 1020))

    return [
        case("one loss", [0.75]), case("one loss of 0", [0.0], [3.0], 7), case("small integers", [1.0, 2.0, 3.0, 2.0]),
        case("tenths", [0.1, 0.2, 0.3], [0.7, 0.1, 0.2], 2**53 + 1), case("near 1e9", [1e9 + x / 8 for x in range(9)]),
        case("the least and the largest doubles", [5e-324, 1.7976931348623157e308], [5e-324, 1.7976931348623157e308]),
        case("normal losses", [abs(chance.gauss(0, 1)) for _ in range(1000)]),
        case("weights", [chance.random() for _ in range(99)], [chance.expovariate(1) for _ in range(99)], 1000),
        case("all magnitudes", [wide() for _ in range(40)], [wide() for _ in range(40)]),
    ]

