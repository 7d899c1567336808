# SPDX-License-Identifier: Apache-2.0
"""Merges partial sums without the service: merge_partials.py < documents of the format loss-partial/1, one per line."""

import functools
import json
import math
import sys
from fractions import Fraction

SUMS = "normalizer weight weight2 loss weighted_loss weighted_loss2 weight2_loss weight2_loss2".split()


def number(text):
    integer, _, exponent = text.partition("p")
    return Fraction(int(integer, 16)) * Fraction(2) ** int(exponent or 0)


def text(number):
    """An odd integer in hexadecimal digits and the exponent of a power of two; every denominator is one."""
    zeros = (number.numerator & -number.numerator).bit_length() - 1
    return f"{number.numerator >> zeros:x}p{zeros + 1 - number.denominator.bit_length()}" if number else "0"


def merged(one, other):
    """Unites two documents; what precedes the groups is compared as text, because languages write doubles differently."""
    (head, _, part), (other_head, _, other_part) = (line.partition('"groups":') for line in (one, other))
    if head != other_head:
        sys.exit(f"partial sums of unlike losses: {head} and {other_head}")
    groups = {}
    for group in json.loads(part[:-1]) + json.loads(other_part[:-1]):
        groups[group["group"]] = united(groups[group["group"]], group) if group["group"] in groups else group
    keys = sorted(groups, key=lambda key: (key is not None, (key or "").encode()))
    merged = json.dumps([groups[key] for key in keys], separators=(",", ":"), ensure_ascii=False)
    return f'{head}"groups":{merged}}}'


def united(one, other):
    def first(name, sign):
        places = [part[name] for part in (one, other) if part[name]]
        return min(places, key=lambda place: (sign * number(place["loss"]), int(place["index"])), default=None)
    sums = {"count": str(int(one["count"]) + int(other["count"]))}
    sums |= {name: text(number(one[name]) + number(other[name])) for name in SUMS}
    return one | sums | {"least": first("least", 1), "greatest": first("greatest", -1)}


def results(group):
    """The loss for each reduction and the statistics of two losses or more, each rounded once but for the root."""
    n, s = int(group["count"]), {name: number(group[name]) for name in SUMS}
    w, wl = s["weight"], s["weighted_loss"]
    square = n * (w * w * s["weight2_loss2"] - 2 * w * wl * s["weight2_loss"] + wl * wl * s["weight2"])
    return {"sum": float(wl), "mean": float(wl / Fraction(float(s["normalizer"]))), "element_mean": float(wl / n)} | ({
        "variance": float(n * (s["weighted_loss2"] * w - wl * wl) / ((n - 1) * w * w)),
        "standard_error": math.sqrt(square / ((n - 1) * w**4))} if n > 1 else {})


if __name__ == "__main__":
    whole = functools.reduce(merged, map(str.strip, sys.stdin))
    print(whole, json.dumps(results(functools.reduce(united, json.loads(whole)["groups"]))), sep="\n")
