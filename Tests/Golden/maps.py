#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes maps.json: proximal operators of the penalties, and the means that predictions estimate.

    .venv/bin/python Tests/Golden/maps.py

A minimum of (u - w)² / 2 + step R(u) is found by bisection of the derivative on every interval on which it is monotone, and
by comparing the values there and at the ends of the intervals, with 400 bits. Where parameters move together, all ways in
which some of them may become equal are compared.
"""

import json
import random
from itertools import product
from pathlib import Path

from mpmath import exp, log, matrix, mp, mpf, sqrt, svd_r

mp.prec = 400
HERE = Path(__file__).resolve().parent


class Penalty:
    """The value and the derivative of a penalty of u >= 0, and the ends of intervals on which
    u + step times the derivative is monotone."""

    def __init__(self, value, slope, breaks):
        self.value, self.slope, self.breaks = value, slope, breaks


def l1(step, strength):
    return Penalty(lambda u: strength * u, lambda u: strength, [])


def l2(step, strength):
    return Penalty(lambda u: strength * u * u, lambda u: 2 * strength * u, [])


def elastic_net(step, strength, l1_ratio):
    return Penalty(
        lambda u: strength * (l1_ratio * u + (1 - l1_ratio) / 2 * u * u),
        lambda u: strength * (l1_ratio + (1 - l1_ratio) * u),
        [],
    )


def mcp(step, strength, gamma):
    end = gamma * strength
    return Penalty(
        lambda u: u * (strength - u / (2 * gamma)) if u < end else gamma * strength**2 / 2,
        lambda u: strength - u / gamma if u < end else mpf(0),
        [end],
    )


def scad(step, strength, gamma):
    end = gamma * strength
    return Penalty(
        lambda u: strength * u - max(0, u - strength) ** 2 / (2 * (gamma - 1)) if u < end else strength**2 * (gamma + 1) / 2,
        lambda u: min(strength, (end - u) / (gamma - 1)) if u < end else mpf(0),
        [strength, end],
    )


def log_sum(step, strength, epsilon):
    return Penalty(
        lambda u: strength * log(1 + u / epsilon),
        lambda u: strength / (epsilon + u),
        [sqrt(step * strength) - epsilon],
    )


def power(step, strength, exponent):
    return Penalty(
        lambda u: strength * u**exponent,
        lambda u: exponent * strength * u ** (exponent - 1) if u else mpf("inf"),
        [(step * strength * exponent * (1 - exponent)) ** (1 / (2 - exponent))],
    )


def l0_5(step, strength):
    return power(step, strength, mpf(1) / 2)


def l2_3(step, strength):
    return power(step, strength, mpf(2) / 3)


PENALTIES = {function.__name__: function for function in [l1, l2, elastic_net, mcp, scad, log_sum, l0_5, l2_3]}


def minimum(penalty, w, step):
    """The u with the least objective."""
    size = abs(w)
    ends = [mpf(0)] + sorted(b for b in penalty.breaks if 0 < b < size) + [size]
    derivative = lambda u: u - size + step * penalty.slope(u)
    candidates = list(ends)
    for low, high in zip(ends, ends[1:]):
        # The derivative jumps nowhere but is continued from the right.
        inner = high - (high - low) * mpf(2) ** -380
        if derivative(low) >= 0 or derivative(inner) <= 0:
            continue
        a, b = low, high
        for _ in range(390):
            middle = (a + b) / 2
            a, b = (middle, b) if derivative(middle) < 0 else (a, middle)
        candidates.append((a + b) / 2)
    objective = lambda u: (u - size) ** 2 / 2 + step * penalty.value(u)
    best = min(candidates, key=objective)
    return -best if w < 0 else best


def sample(name, rng, near):
    """The options, the step and the parameters of a case."""
    strength = rng.choice([0.01, 0.3, 1.0, 2.5, rng.uniform(0.01, 4)])
    options = {"strength": strength}
    if name == "elastic_net":
        options["l1_ratio"] = rng.choice([0.0, 0.15, 0.5, 1.0, rng.random()])
    if name == "mcp":
        options["gamma"] = rng.choice([1.5, 3.0, rng.uniform(1.01, 9)])
    if name == "scad":
        options["gamma"] = rng.choice([2.5, 3.7, rng.uniform(2.01, 9)])
    if name == "log_sum":
        options["epsilon"] = rng.choice([0.01, 1.0, rng.uniform(0.01, 5)])
    step = rng.choice([1.0, 0.1, 0.5, rng.uniform(0.001, 6)])
    edges = [step * strength, options.get("gamma", 1.0) * strength, strength * (1 + step), strength]
    if name == "l0_5":
        edges.append(1.5 * (step * strength) ** (2 / 3))
    if name == "l2_3":
        edges.append(2 * (2 / 3 * step * strength) ** 0.75)
    if near:
        parameters = [rng.choice([-1, 1]) * edge * (1 + k * 2.0**-52) for edge in edges for k in (-3, -1, 0, 1, 3, 2**30)]
    else:
        parameters = [rng.choice([-1, 1]) * 10 ** rng.uniform(-4, 2) for _ in range(24)]
    return options, step, parameters


def rounded(number):
    """The nearest double."""
    return float(mpf(number)) + 0.0


def prox_cases():
    rng = random.Random(20)
    for name, make in PENALTIES.items():
        for index in range(24):
            options, step, parameters = sample(name, rng, near=index % 3 == 0)
            exact = {key: mpf(value) for key, value in options.items()}
            penalty = make(mpf(step), **exact)
            kept, minima = [], []
            for w in parameters:
                u = minimum(penalty, mpf(w), mpf(step))
                # Where two minima are equally low, rounding decides.
                objective = lambda v: (v - abs(mpf(w))) ** 2 / 2 + mpf(step) * penalty.value(v)
                rivals = [mpf(0), abs(mpf(w))]
                if any(abs(v - abs(u)) > abs(u) * mpf(2) ** -30 and abs(objective(v) - objective(abs(u))) < objective(v) * mpf(2) ** -40 for v in rivals):
                    continue
                kept.append(w)
                minima.append(rounded(u))
            yield {
                "penalty": name,
                "request": {"parameters": kept, "outputs": ["prox"], "step": step} | options,
                "expected": {"prox": minima},
            }


def group_cases():
    """The rows of group_lasso, some of which become 0."""
    rng = random.Random(22)
    for _ in range(12):
        strength, step = rng.choice([0.01, 1.0, rng.uniform(0.01, 5)]), rng.choice([1.0, 0.1, rng.uniform(0.001, 6)])
        width = rng.choice([1, 2, 3, 8, 11])
        rows = [[rng.choice([-1, 1]) * 10 ** rng.uniform(-3, 2) for _ in range(width)] for _ in range(6)]
        rows.append([0.0] * width)
        minima = []
        for row in rows:
            length = sqrt(sum(mpf(w) ** 2 for w in row))
            factor = max(mpf(0), 1 - mpf(strength) * mpf(step) / length) if length else mpf(0)
            minima.append([rounded(factor * mpf(w)) for w in row])
        yield {
            "penalty": "group_lasso",
            "request": {"parameters": rows, "outputs": ["prox"], "step": step, "strength": strength},
            "expected": {"prox": minima},
        }


def box_cases():
    """The parameters, projected."""
    parameters = [-7.5, -1e-300, 0.0, 0.25, 1.0, 1.0 + 2.0**-52, 1e300]
    for penalty, options, lower, upper in [
        ("positive", {}, 0.0, 1e308), ("box", {}, 0.0, 1.0), ("box", {"lower": -2.0, "upper": 0.1}, -2.0, 0.1),
    ]:
        yield {
            "penalty": penalty,
            "request": {"parameters": parameters, "outputs": ["prox"], "step": 3.0} | options,
            "expected": {"prox": [min(max(w, lower), upper) for w in parameters]},
        }


def blocks(count):
    """Every division of a sequence into runs, as lists of ranges."""
    for cuts in product([False, True], repeat=count - 1):
        ends = [k + 1 for k in range(count - 1) if cuts[k]] + [count]
        yield [range(start, end) for start, end in zip([0] + ends, ends)]


def least(candidates, w, step, value):
    """The candidate with the least objective."""
    return min(candidates, key=lambda u: sum((a - b) ** 2 for a, b in zip(u, w)) / 2 + step * value(u))


def slope_minimum(w, step, strength, alphas):
    """Of all averages over neighbouring ranks, or 0, those that are best."""
    value = lambda u: strength * sum(a * s for a, s in zip(alphas, sorted(map(abs, u), reverse=True)))
    order = sorted(range(len(w)), key=lambda k: -abs(w[k]))
    candidates = []
    for runs in blocks(len(w)):
        u = [mpf(0)] * len(w)
        for run in runs:
            mean = sum(abs(w[order[k]]) - step * strength * alphas[k] for k in run) / len(run)
            for k in run:
                u[order[k]] = max(mean, mpf(0)) * (-1 if w[order[k]] < 0 else 1)
        candidates.append(u)
    return least(candidates, w, step, value)


def tv_minimum(w, step, strength):
    """Of all sequences of runs that rise or fall in between, the best."""
    value = lambda u: strength * sum(abs(b - a) for a, b in zip(u, u[1:]))
    candidates = []
    for runs in blocks(len(w)):
        for signs in product([-1, 1], repeat=len(runs) - 1):
            steps = [0, *signs, 0]
            u = []
            for run, before, after in zip(runs, steps, steps[1:]):
                mean = (sum(w[k] for k in run) + step * strength * (after - before)) / len(run)
                u += [mean] * len(run)
            candidates.append(u)
    return least(candidates, w, step, value)


def nuclear_minimum(w, step, strength):
    """The singular values less the threshold."""
    u, s, v = svd_r(matrix(w))
    for k, each in enumerate(s):
        v[k, :] *= max(mpf(0), each - step * strength)
    result = u * v
    return [[result[i, k] for k in range(len(w[0]))] for i in range(len(w))]


def segment_cases():
    """Sequences and matrices, whose parameters move together."""
    rng = random.Random(23)
    number = lambda: rng.choice([-1, 1]) * 10 ** rng.uniform(-2, 1)
    for penalty in ("slope", "tv"):
        for width in (1, 2, 3, 5, 6, 6, 6):
            strength, step = rng.choice([0.01, 1.0, rng.uniform(0.01, 3)]), rng.choice([1.0, 0.1, rng.uniform(0.001, 3)])
            options = {"strength": strength}
            alphas = [mpf(width - k) / width for k in range(width)]
            if penalty == "slope" and width == 5:
                options["alphas"] = [2.0, 2.0, 0.5, 0.25, 0.0]
                alphas = options["alphas"]
            rows = [[number() for _ in range(width)] for _ in range(4)] + [[0.0] * width, [0.7] * width]
            exact = [[mpf(w) for w in row] for row in rows]
            more = [alphas] if penalty == "slope" else []
            solve = slope_minimum if penalty == "slope" else tv_minimum
            minima = [solve(row, mpf(step), mpf(strength), *more) for row in exact]
            yield {
                "penalty": penalty,
                "request": {"parameters": rows, "outputs": ["prox"], "step": step} | options,
                "expected": {"prox": [[rounded(u) for u in row] for row in minima]},
            }
    for rows, columns in ((1, 1), (1, 3), (2, 2), (3, 2), (3, 5), (9, 4), (5, 5)):
        strength, step = rng.uniform(0.01, 2), rng.uniform(0.01, 2)
        w = [[number() for _ in range(columns)] for _ in range(rows)]
        minimum = nuclear_minimum([[mpf(x) for x in row] for row in w], mpf(step), mpf(strength))
        yield {
            "penalty": "nuclear",
            "request": {"parameters": w, "outputs": ["prox"], "step": step, "strength": strength},
            "expected": {"prox": [[rounded(u) for u in row] for row in minimum]},
        }


def link_cases():
    rng = random.Random(21)
    logits = [0.0, 1.0, -1.0, 36.9, -36.9, 700.0, -700.0, 1e-300, 5e5, -744.0] + [rng.gauss(0, 5) for _ in range(30)]
    sigmoid = lambda z: 1 / (1 + exp(-mpf(z)))
    small = [z for z in logits if abs(z) <= 709]
    labels = [1.0] * len(logits)
    for loss, flags, numbers, targets, mean in [
        ("binary_cross_entropy", {"from_logits": True}, logits, labels, sigmoid),
        ("logistic_margin", {}, logits, labels, sigmoid),
        ("exponential", {}, [z / 2 for z in small], labels[: len(small)], lambda z: sigmoid(2 * mpf(z))),
        ("l2_margin", {}, logits, labels, lambda z: min(max((1 + mpf(z)) / 2, mpf(0)), mpf(1))),
        ("poisson_nll", {"log_input": True}, small, labels[: len(small)], lambda z: exp(mpf(z))),
        ("squared_error", {}, logits, labels, lambda z: mpf(z)),
    ]:
        yield {
            "loss": loss,
            "request": {"predictions": numbers, "targets": targets, "outputs": ["link"]} | flags,
            "expected": {"link": [rounded(mean(z)) for z in numbers]},
        }
    rows = [[rng.gauss(0, 8) for _ in range(4)] for _ in range(10)] + [[0, 300, -300, 299.5], [1e5, 1e5, 0, -1e5]]
    softmax = lambda row: [exp(mpf(z) - max(row)) / sum(exp(mpf(y) - max(row)) for y in row) for z in row]
    yield {
        "loss": "categorical_cross_entropy",
        "request": {"predictions": rows, "targets": [0] * len(rows), "outputs": ["link"], "from_logits": True},
        "expected": {"link": [[rounded(p) for p in softmax(row)] for row in rows]},
    }


if __name__ == "__main__":
    # A request is text, so that no other writer rounds its numbers.
    cases = [case | {"body": json.dumps(case.pop("request"))} for case in [*prox_cases(), *link_cases(), *group_cases(), *box_cases(), *segment_cases()]]
    text = ",\n".join(json.dumps(case) for case in cases)
    (HERE / "maps.json").write_text('{"cases": [\n' + text + "\n]}\n")
