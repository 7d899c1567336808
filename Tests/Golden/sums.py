# SPDX-License-Identifier: Apache-2.0
"""Lists of doubles with their exact sum, rounded once. Rational arithmetic; no digits are lost."""

import random
import sys
from fractions import Fraction

import samples

LARGEST = sys.float_info.max
SMALLEST = 5e-324
NORMAL = sys.float_info.min  # the smallest normal


def case(name, values, repeat=1):
    total = sum(map(Fraction, values)) * repeat
    return {
        "name": name, "values": [float.hex(value) for value in values], "repeat": repeat,
        "sum": float.hex(total.numerator / total.denominator),  # a quotient of integers is rounded correctly
    }


def cases():
    return small() + ties() + huge() + tiny() + cancelling() + repeated() + mixed()


def small():
    return [
        case("one value", [0.1]),
        case("one negative value", [-1.5]),
        case("zero", [0.0]),
        case("zeros of both signs", [0.0, -0.0]),
        case("0.1 + 0.2", [0.1, 0.2]),
        case("ten tenths", [0.1] * 10),
        case("one to a hundred", [float(k) for k in range(1, 101)]),
    ]


def ties():
    half, ulp = 2.0**-53, 2.0**-52
    return [
        case("a tie goes down to the even neighbour", [1.0, half]),
        case("a tie goes up to the even neighbour", [1 + ulp, half]),
        case("a negative tie goes to the even neighbour", [-1.0, -half]),
        case("the smallest double above a tie", [1.0, half, SMALLEST]),
        case("the smallest double below a tie", [1.0, half, -SMALLEST]),
        case("one ulp of the addend above a tie", [1.0, samples.above(half)]),
        case("one ulp of the addend below a tie", [1.0, samples.below(half)]),
        case("a tie in many pieces", [1.0] + [2.0**-63] * 1024),
        case("above a tie by what cancels late", [1.0, half, 1e100, SMALLEST, -1e100]),
        case("a tie at the end of a binade", [2 - ulp, half]),
        case("a tie just under one", [1.0, -(2.0**-54)]),
        case("the first odd integer without a double", [2.0**53, 1.0]),
        case("the first odd integer without a double, and a little", [2.0**53, 1.0, 1e-300]),
        case("two ties that make no tie", [1.0, half, half]),
    ]


def huge():
    return [
        case("two of three overflow", [1e308, 1e308, -1e308]),
        case("ten largest and back", [LARGEST] * 10 + [-LARGEST] * 10 + [42.0]),
        case("ten largest and back to nothing", [LARGEST] * 10 + [-LARGEST] * 10),
        case("negative partial sums overflow", [-LARGEST, -LARGEST, 1.5, LARGEST]),
        case("just under half an ulp of the largest", [LARGEST, samples.below(2.0**970)]),
        case("the largest from halves", [2.0**1023, 2.0**1023, -(2.0**971)]),
    ]


def tiny():
    return [
        case("three smallest", [SMALLEST] * 3),
        case("the smallest normal from below", [NORMAL - SMALLEST, SMALLEST]),
        case("one step under the smallest normal", [NORMAL, -SMALLEST]),
        case("subnormals of both signs", [3e-310, -1e-310, 7e-322, -SMALLEST]),
        case("the smallest left over", [LARGEST, SMALLEST, -LARGEST]),
    ]


def cancelling():
    chance = random.Random("cancelling")
    pairs = [samples.signed(chance, -300, 300) for _ in range(60)]
    scattered = pairs + [-x for x in pairs] + [1e-200]
    chance.shuffle(scattered)
    return [
        case("one between two that cancel", [1e16, 1.0, -1e16]),
        case("one and the smallest between two that cancel", [1e300, 1.0, SMALLEST, -1e300]),
        case("rounding errors of tenths", [0.1, 0.2, -0.3]),
        case("neighbours", [1.0, -samples.above(1.0), 2.0**-1000]),
        case("scattered pairs and one left over", scattered),
        case("alternating harmonic series", [(-1.0) ** (k + 1) / k for k in range(1, 401)]),
    ]


def repeated():
    return [
        case("ten million hundredths", [0.01], 10_000_000),
        case("a million tenths", [0.1], 1_000_000),
        case("one between two that cancel, a thousand times", [1e100, 1.0, -1e100], 1000),
        case("three million thirds and a nudge", [1 / 3, 1 / 3, 1 / 3, 2.0**-80], 1_000_000),
    ]


def mixed():
    chance = random.Random("mixed")
    ranges = [(20, -1000, 1000), (100, -1022, -900), (200, -60, 60), (300, -5, 5)]
    lists = [
        case(f"{size} of both signs, 2^{low} to 2^{high}", [samples.signed(chance, low, high) for _ in range(size)])
        for size, low, high in ranges
    ]
    return lists + [
        case("300 uniform in [0, 1)", [chance.random() for _ in range(300)]),
        case("100 subnormals", [SMALLEST * chance.randrange(1, 2**40) for _ in range(100)]),
    ]
