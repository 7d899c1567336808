# SPDX-License-Identifier: Apache-2.0
"""Partial sums by rational arithmetic, as any client may compute and merge them without the service.

python3 partials.py < documents    # merges documents, one per line, and prints the whole with its losses and statistics
"""

import functools
import json
import math
import random
import sys
from fractions import Fraction

SUMS = {
    "normalizer": lambda w, l: w, "weight": lambda w, l: w, "weight2": lambda w, l: w * w, "loss": lambda w, l: l,
    "weighted_loss": lambda w, l: w * l, "weighted_loss2": lambda w, l: w * l * l,
    "weight2_loss": lambda w, l: w * w * l, "weight2_loss2": lambda w, l: w * w * l * l,
}


def text(number):
    """An odd integer in hexadecimal digits and the exponent of a power of two; every denominator is one."""
    if number == 0:
        return "0"
    exponent = 1 - number.denominator.bit_length()
    integer = abs(number.numerator)
    zeros = (integer & -integer).bit_length() - 1
    return f"{'-' if number < 0 else ''}{integer >> zeros:x}p{exponent + zeros}"


def number(text):
    integer, _, exponent = text.partition("p")
    return Fraction(int(integer, 16)) * Fraction(2) ** int(exponent or 0)


def of(head, losses, weights, offset=0):
    pairs = [(Fraction(w), Fraction(l)) for w, l in zip(weights, losses)]
    sums = {name: text(sum((term(w, l) for w, l in pairs), Fraction(0))) for name, term in SUMS.items()}
    places = [{"loss": text(Fraction(l)), "index": str(offset + k)} for k, l in enumerate(losses)]
    return head | {"groups": [{"group": None, "count": str(len(losses))} | sums | extremes(places)]}


def extremes(places):
    places = [place for place in places if place]
    def key(sign):
        return lambda place: (sign * number(place["loss"]), int(place["index"]))
    return {"least": min(places, key=key(1), default=None), "greatest": min(places, key=key(-1), default=None)}


def merged(one, other):
    for field in ("format", "loss", "options", "numerics"):
        if one[field] != other[field]:
            sys.exit(f"{field} differs: {one[field]} and {other[field]}")
    groups = {}
    for group in one["groups"] + other["groups"]:
        key = group["group"]
        groups[key] = united(groups[key], group) if key in groups else group
    return one | {"groups": sorted(groups.values(), key=order)}


def order(group):
    return group["group"] is not None, (group["group"] or "").encode()


def united(one, other):
    sums = {name: text(number(one[name]) + number(other[name])) for name in SUMS}
    places = [part[name] for part in (one, other) for name in ("least", "greatest")]
    return one | {"count": str(int(one["count"]) + int(other["count"]))} | sums | extremes(places)


def results(group):
    """The loss for each reduction and the statistics, each rounded once but for the root."""
    n, s = int(group["count"]), {name: number(group[name]) for name in SUMS}
    w, wl = s["weight"], s["weighted_loss"]
    square = n * (w * w * s["weight2_loss2"] - 2 * w * wl * s["weight2_loss"] + wl * wl * s["weight2"])
    return {
        "sum": float(wl), "mean": float(wl / Fraction(float(s["normalizer"]))), "element_mean": float(wl / n),
        "variance": float(n * (s["weighted_loss2"] * w - wl * wl) / ((n - 1) * w * w)),
        "standard_error": math.sqrt(square / ((n - 1) * w**4)),
    }


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


if __name__ == "__main__":
    whole = functools.reduce(merged, map(json.loads, sys.stdin))
    print(written(whole))
    print(json.dumps(results(functools.reduce(united, whole["groups"]))))
