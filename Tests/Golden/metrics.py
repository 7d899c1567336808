# SPDX-License-Identifier: Apache-2.0
"""Metrics by their definitions, in rational arithmetic: pairs are counted one by one, thresholds tried one by one."""

import math
import random
from fractions import Fraction

import mpmath

DIGITS = 400


def show(value):
    """A rational number or an mpf with 60 digits, so that halves of units in the last place are exact; null if undefined."""
    if value is None:
        return None
    if isinstance(value, (list, tuple)):
        return [show(part) for part in value]
    with mpmath.workdps(DIGITS):
        if isinstance(value, Fraction):
            value = mpmath.mpf(value.numerator) / value.denominator
        return mpmath.nstr(mpmath.mpf(value), 60, strip_zeros=True)


def root(value):
    """The square root of a rational number."""
    with mpmath.workdps(DIGITS):
        return mpmath.sqrt(mpmath.mpf(value.numerator) / value.denominator)


def mean(values, weights):
    return sum(w * v for w, v in zip(weights, values)) / sum(weights)


def standard_error(values, weights):
    n, m = len(values), mean(values, weights)
    if n < 2:
        return None
    return root(Fraction(n, n - 1) * sum(w**2 * (v - m) ** 2 for w, v in zip(weights, values)) / sum(weights) ** 2)


def exact(numbers):
    return [exact(x) for x in numbers] if isinstance(numbers, list) else Fraction(numbers)


def decide(predictions, o):
    """The predicted classes and the number of classes."""
    if isinstance(predictions[0], list):
        return [row.index(max(row)) for row in predictions], len(predictions[0])
    if "classes" in o:
        return [int(p) for p in predictions], o["classes"]
    return [int(p > Fraction(o.get("threshold", 0.5))) for p in predictions], 2


def accuracy(p, t, w, o):
    hits = [Fraction(own == target) for own, target in zip(decide(p, o)[0], t)]
    return {"value": mean(hits, w), "standard_error": standard_error(hits, w)}


def top_k_accuracy(p, t, w, o):
    def rank(row, target):
        return sorted(range(len(row)), key=lambda column: (-row[column], column)).index(target)

    hits = [Fraction(rank(row, target) < o.get("k", 2)) for row, target in zip(p, t)]
    return {"value": mean(hits, w), "standard_error": standard_error(hits, w)}


def table(p, t, w, o):
    predicted, k = decide(p, o)
    cells = [[Fraction(0)] * k for _ in range(k)]
    for own, target, weight in zip(predicted, t, w):
        cells[int(target)][own] += weight
    return cells


def confusion_matrix(p, t, w, o):
    cells = table(p, t, w, o)
    rows, columns = [sum(row) for row in cells], [sum(column) for column in zip(*cells)]
    divisor = {
        "none": lambda i, j: 1, "true": lambda i, j: rows[i], "pred": lambda i, j: columns[j],
        "all": lambda i, j: sum(rows),
    }[o.get("normalize", "none")]
    return {"value": [[x / divisor(i, j) if x else Fraction(0) for j, x in enumerate(row)] for i, row in enumerate(cells)]}


def averaged(ratio):
    def metric(p, t, w, o):
        cells = table(p, t, w, o)
        k = range(len(cells))
        tp, actual = [cells[i][i] for i in k], [sum(cells[i]) for i in k]
        predicted = [sum(cells[j][i] for j in k) for i in k]
        empty = {"undefined": None, "zero": Fraction(0), "one": Fraction(1)}[o.get("zero_division", "undefined")]

        def value(a, b, c):
            dividend, divisor = ratio(a, b, c)
            return dividend / divisor if divisor else empty

        average = o.get("average", "binary")
        values = [value(tp[i], predicted[i], actual[i]) for i in k]
        if average == "binary":
            return {"value": values[o.get("pos_label", 1)]}
        if average == "none":
            return {"value": values}
        if average == "micro":
            return {"value": value(sum(tp), sum(predicted), sum(actual))}
        weights = actual if average == "weighted" else [Fraction(actual[i] + predicted[i] > 0) for i in k]
        chosen = [i for i in k if weights[i]]
        if any(values[i] is None for i in chosen):
            return {"value": None}
        return {"value": mean([values[i] for i in chosen], [weights[i] for i in chosen])}

    return metric


def balanced_accuracy(p, t, w, o):
    cells = table(p, t, w, o)
    shares = [row[i] / sum(row) for i, row in enumerate(cells) if sum(row)]
    value = sum(shares) / len(shares)
    if o.get("adjusted"):
        chance = Fraction(1, len(shares))
        value = (value - chance) / (1 - chance) if len(shares) > 1 else None
    return {"value": value}


def matthews_corrcoef(p, t, w, o):
    """The correlation of indicators of classes, summed over the classes."""
    predicted, k = decide(p, o)

    def covariance(left, right):
        total = Fraction(0)
        for c in range(k):
            x, y = [Fraction(a == c) for a in left], [Fraction(b == c) for b in right]
            total += mean([a * b for a, b in zip(x, y)], w) - mean(x, w) * mean(y, w)
        return total

    product = covariance(predicted, predicted) * covariance(t, t)
    if not product:
        return {"value": None}
    own = covariance(predicted, t)
    return {"value": root(own**2 / product) * (1 if own > 0 else -1)}


def pair_share(p, t, w):
    """The share of pairs of a positive and a negative unit in the right order."""
    right, all_pairs = Fraction(0), Fraction(0)
    for score, target, weight in zip(p, t, w):
        for other, label, own in zip(p, t, w):
            if target == 1 and label == 0:
                all_pairs += weight * own
                right += weight * own * (Fraction(score > other) + Fraction(score == other) / 2)
    return right / all_pairs if all_pairs else None


def step_sum(p, t, w):
    """The sum of the steps of recall times precision, over all thresholds from the greatest."""
    positive = sum(weight for target, weight in zip(t, w) if target == 1)
    if not positive:
        return None
    before = total = Fraction(0)
    for threshold in sorted(set(p), reverse=True):
        found = sum(weight for score, target, weight in zip(p, t, w) if score >= threshold and target == 1)
        selected = sum(weight for score, weight in zip(p, w) if score >= threshold)
        if selected:
            total += (found - before) / positive * found / selected
        before = found
    return total


def one_versus_rest(binary):
    def metric(p, t, w, o):
        if not isinstance(p[0], list):
            return {"value": binary(p, t, w)}
        k = range(len(p[0]))
        values = [binary([row[c] for row in p], [Fraction(target == c) for target in t], w) for c in k]
        average = o.get("average", "macro")
        if average == "none":
            return {"value": values}
        if any(value is None for value in values):
            return {"value": None}
        sizes = [sum(weight for target, weight in zip(t, w) if target == c) for c in k]
        return {"value": mean(values, sizes if average == "weighted" else [Fraction(1)] * len(p[0]))}

    return metric


def deviations(values, w):
    m = mean(values, w)
    return sum(weight * (value - m) ** 2 for value, weight in zip(values, w))


def r2(p, t, w, o):
    total = deviations(t, w)
    return {"value": 1 - sum(c * (a - b) ** 2 for a, b, c in zip(p, t, w)) / total if total else None}


def mean_absolute_error(p, t, w, o):
    errors = [abs(a - b) for a, b in zip(p, t)]
    return {"value": mean(errors, w), "standard_error": standard_error(errors, w)}


def root_mean_squared_error(p, t, w, o):
    return {"value": root(mean([(a - b) ** 2 for a, b in zip(p, t)], w))}


def explained_variance(p, t, w, o):
    total = deviations(t, w)
    return {"value": 1 - deviations([a - b for a, b in zip(p, t)], w) / total if total else None}


def mean_squared_error(p, t, w, o):
    errors = [(a - b) ** 2 for a, b in zip(p, t)]
    return {"value": mean(errors, w), "standard_error": standard_error(errors, w)}


def mean_absolute_percentage_error(p, t, w, o):
    least = Fraction(o.get("epsilon", 2.220446049250313e-16))
    errors = [abs(a - b) / max(abs(b), least) * (100 if o.get("percent") else 1) for a, b in zip(p, t)]
    return {"value": mean(errors, w), "standard_error": standard_error(errors, w)}


def mase(p, t, w, o, history):
    step = o.get("seasonality", 1)
    naive = [abs(b - a) for a, b in zip(history, history[step:])]
    if not any(naive):
        return {"value": None}
    scale = sum(naive) / len(naive)
    errors = [abs(a - b) / scale for a, b in zip(p, t)]
    return {"value": mean(errors, w), "standard_error": standard_error(errors, w)}


def quantile_coverage(p, t, w, o):
    hits = [Fraction(b <= a) for a, b in zip(p, t)]
    return {"value": mean(hits, w), "standard_error": standard_error(hits, w)}


def concordance(p, t, w, o, events=None):
    events = events or [1] * len(t)
    right, comparable = Fraction(0), Fraction(0)
    units = list(zip(p, t, w, events))
    for score, time, weight, event in units:
        for other, later, own, known in units:
            if event and (later > time or later == time and not known):
                comparable += weight * own
                right += weight * own * (Fraction(other > score) + Fraction(other == score) / 2)
    return {"value": right / comparable if comparable else None}


def rational(number):
    """An mpf as a fraction."""
    sign, mantissa, exponent, _ = mpmath.mpf(number)._mpf_
    return (-1) ** sign * Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def probabilities(p, o):
    """Probabilities as fractions; of classes in rows."""
    if not o.get("from_logits"):
        return p
    with mpmath.workdps(60):
        if not isinstance(p[0], list):
            return [rational(1 / (1 + mpmath.exp(-mpmath.mpf(z.numerator) / z.denominator))) for z in p]
        rows = [[mpmath.exp(mpmath.mpf(z.numerator) / z.denominator) for z in row] for row in p]
        return [[rational(x / sum(row)) for x in row] for row in rows]


def binned(p, outcomes, w, count):
    """The weight, the mean probability and the mean outcome of each bin that is not empty."""
    ends = [Fraction(i / count) for i in range(count + 1)]
    for low, high in zip(ends, ends[1:]):
        units = [(a, y, v) for a, y, v in zip(p, outcomes, w) if (low < a or low == a == 0) and a <= high and v]
        if units:
            a, y, v = zip(*units)
            yield sum(v), mean(a, v), mean(y, v)


def expected_calibration_error(p, t, w, o):
    p = probabilities(p, o)
    if isinstance(p[0], list):
        outcomes = [Fraction(row.index(max(row)) == target) for row, target in zip(p, t)]
        p = [max(row) for row in p]
    else:
        outcomes = t
    return {"value": sum(v * abs(a - y) for v, a, y in binned(p, outcomes, w, o.get("bins", 10))) / sum(w)}


def brier(p, t, w, o):
    p = probabilities(p, o)
    rows = p if isinstance(p[0], list) else [[a] for a in p]
    outcomes = [[Fraction(target == c) for c in range(len(p[0]))] if isinstance(p[0], list) else [target] for target in t]
    scores = [sum((a - y) ** 2 for a, y in zip(*pair)) for pair in zip(rows, outcomes)]
    parts = {"reliability": Fraction(0), "resolution": Fraction(0), "uncertainty": Fraction(0)}
    for a, y in zip(zip(*rows), zip(*outcomes)):
        base = mean(y, w)
        parts["uncertainty"] += base * (1 - base)
        for weight, forecast, frequency in binned(a, y, w, o.get("bins", 10)):
            parts["reliability"] += weight / sum(w) * (forecast - frequency) ** 2
            parts["resolution"] += weight / sum(w) * (frequency - base) ** 2
    return {"value": mean(scores, w), "standard_error": standard_error(scores, w), "parts": parts}


def positive(number):
    return mpmath.mpf(number.numerator) / number.denominator


def divergence(p, t):
    return t * mpmath.log(t / p) if t else mpmath.mpf(0)


# The losses of a prediction and a target.
LOSSES = {
    "squared_error": lambda p, t, o: (p - t) ** 2, "absolute_error": lambda p, t, o: abs(p - t),
    "pinball": lambda p, t, o: max((1 - o["tau"]) * (p - t), o["tau"] * (t - p)),
    "half_poisson_deviance": lambda p, t, o: divergence(p, t) + p - t,
    "half_gamma_deviance": lambda p, t, o: mpmath.log(p / t) + t / p - 1,
    "half_inverse_gaussian_deviance": lambda p, t, o: (t - p) ** 2 / (2 * p**2 * t),
    "half_tweedie_deviance": lambda p, t, o: t ** (2 - o["power"]) / ((1 - o["power"]) * (2 - o["power"]))
    - t * p ** (1 - o["power"]) / (1 - o["power"]) + p ** (2 - o["power"]) / (2 - o["power"]),
    "brier": lambda p, t, o: (p - t) ** 2, "binary_cross_entropy": lambda p, t, o: divergence(p, t) + divergence(1 - p, 1 - t),
}


def d2(p, t, w, o):
    name = o.get("loss", "squared_error")
    with mpmath.workdps(60):
        options = mpmath_options(o)
        p = probabilities(p, o)
        predictions, targets, weights = [positive(x) for x in p], [positive(x) for x in t], [positive(x) for x in w]
        if o.get("log_input"):
            predictions = [mpmath.exp(x) for x in predictions]

        def total(forecasts):
            return mpmath.fsum(v * LOSSES[name](a, b, options) for a, b, v in zip(forecasts, targets, weights))

        quantile = name in ("absolute_error", "pinball")
        constants = targets if quantile else [positive(mean(t, w))]
        if len(set(b for b, v in zip(t, w) if v)) < 2:
            return {"value": None}
        return {"value": 1 - total(predictions) / min(total([c] * len(t)) for c in constants)}


def mpmath_options(o):
    return {"tau": mpmath.mpf(o.get("tau", 0.5)), "power": mpmath.mpf(o.get("power", 1.5))}


METRICS = {
    "accuracy": accuracy, "top_k_accuracy": top_k_accuracy, "confusion_matrix": confusion_matrix,
    "precision": averaged(lambda tp, predicted, actual: (tp, predicted)),
    "recall": averaged(lambda tp, predicted, actual: (tp, actual)),
    "f1": averaged(lambda tp, predicted, actual: (2 * tp, predicted + actual)),
    "balanced_accuracy": balanced_accuracy, "matthews_corrcoef": matthews_corrcoef,
    "roc_auc": one_versus_rest(pair_share), "average_precision": one_versus_rest(step_sum),
    "concordance": concordance, "brier": brier, "expected_calibration_error": expected_calibration_error,
    "explained_variance": explained_variance, "d2": d2, "mean_squared_error": mean_squared_error,
    "mean_absolute_percentage_error": mean_absolute_percentage_error, "mase": mase, "quantile_coverage": quantile_coverage,
    "r2": r2, "mean_absolute_error": mean_absolute_error, "root_mean_squared_error": root_mean_squared_error,
}
AVERAGES = [{"average": average} for average in ("micro", "macro", "weighted", "none")]
BINARY = [{}, {"threshold": 0.25}]
RATIO = [{}, {"pos_label": 0}, {"zero_division": "zero"}, {"threshold": 0.9, "zero_division": "one"}, *AVERAGES]
ROWS = [*AVERAGES, *({"zero_division": "zero"} | average for average in AVERAGES)]
RANKED = [{}, {"average": "weighted"}, {"average": "none"}]
# The options of a metric for scores of two classes, for rows of scores, and for class indices.
OPTIONS = {
    "accuracy": (BINARY, [{}], [{}]), "top_k_accuracy": ([], [{}, {"k": 1}, {"k": 3}, {"k": 9}], []),
    "confusion_matrix": (BINARY, [{}] + [{"normalize": by} for by in ("true", "pred", "all")], [{}]),
    "precision": (RATIO, ROWS, [{"average": "macro"}]), "recall": (RATIO, ROWS, []), "f1": (RATIO, ROWS, []),
    "balanced_accuracy": ([{}, {"adjusted": True}], [{}, {"adjusted": True}], [{}]),
    "matthews_corrcoef": (BINARY, [{}], [{}]),
    "roc_auc": ([{}], RANKED, []), "average_precision": ([{}], RANKED, []),
}
NUMBERS = {
    "r2": [{}], "mean_absolute_error": [{}], "root_mean_squared_error": [{}], "explained_variance": [{}],
    "mean_squared_error": [{}], "mean_absolute_percentage_error": [{}, {"percent": True, "epsilon": 0.5}],
    "quantile_coverage": [{}], "concordance": [{}], "mase": [{}, {"seasonality": 3}],
    "d2": [{}, {"loss": "absolute_error"}, {"loss": "pinball", "tau": 0.3}],
}
CALIBRATION = [{}, {"bins": 3}, {"from_logits": True}]
# The losses of d2 with their options, and the kinds of predictions and targets.
SAVINGS = [
    ({"loss": "half_poisson_deviance"}, "positive", "count"),
    ({"loss": "half_poisson_deviance", "log_input": True}, "real", "count"),
    ({"loss": "half_gamma_deviance"}, "positive", "positive"),
    ({"loss": "half_inverse_gaussian_deviance"}, "positive", "positive"),
    ({"loss": "half_tweedie_deviance"}, "positive", "count"),
    ({"loss": "half_tweedie_deviance", "power": 1.2}, "positive", "count"),
    ({"loss": "brier"}, "probability", "label"), ({"loss": "brier", "from_logits": True}, "real", "label"),
    ({"loss": "binary_cross_entropy"}, "probability", "label"),
    ({"loss": "binary_cross_entropy", "from_logits": True}, "real", "label"),
]
KINDS = {
    "real": lambda chance: chance.gauss(0, 1), "positive": lambda chance: chance.uniform(0.1, 5),
    "count": lambda chance: float(chance.randrange(5)), "probability": lambda chance: chance.uniform(0.01, 0.99),
    "label": lambda chance: float(chance.randrange(2)),
}


def weightings(chance, n):
    """Weights of 1, of similar magnitudes, with zeros, and of all magnitudes."""
    return [
        None, [chance.uniform(0.1, 3) for _ in range(n)], [float(chance.randrange(3)) for _ in range(n - 1)] + [1.0],
        [math.ldexp(1 + chance.random(), chance.randrange(-900, 900)) for _ in range(n)],
    ]


def cases():
    chance = random.Random("metrics")

    def case(metric, options, predictions, targets, weights, **others):
        n = len(targets)
        more = {name: exact(values) for name, values in others.items()}
        result = METRICS[metric](exact(predictions), exact(targets), exact(weights or [1] * n), options, **more)
        parts = result.pop("parts", None)
        return {
            "metric": metric, "options": options, "predictions": predictions, "targets": targets, **others,
            "weights": weights, **{name: show(value) for name, value in result.items()},
            **({"parts": {name: show(value) for name, value in parts.items()}} if parts else {}),
        }

    found = []
    for metric, (binary, rows, indices) in OPTIONS.items():
        for options in binary:
            # Many ties, few ties, one unit, and targets of one class.
            for n, scores in ((24, 4), (17, 1000), (1, 4)):
                for weights in weightings(chance, n):
                    predictions = [chance.randrange(scores) / (scores - 1) for _ in range(n)]
                    targets = [chance.randrange(2) for _ in range(n)]
                    found.append(case(metric, options, predictions, targets, weights))
            found.append(case(metric, options, [0.1, 0.7, 0.7], [1, 1, 1], None))
            found.append(case(metric, options, [0.1, 0.2, 0.2], [0, 0, 0], [0.1, 0.2, 0.3]))
        for options in rows:
            for n, k, scores in ((20, 3, 4), (30, 4, 1000), (3, 5, 3)):
                for weights in weightings(chance, n)[:: 1 if options == {} else 3]:
                    predictions = [[chance.randrange(scores) / 8 for _ in range(k)] for _ in range(n)]
                    targets = [chance.randrange(k) for _ in range(n)]
                    found.append(case(metric, options, predictions, targets, weights))
        for options in indices:
            for weights in weightings(chance, 15):
                predictions, targets = [[chance.randrange(5) for _ in range(15)] for _ in range(2)]
                found.append(case(metric, options | {"classes": 5}, predictions, targets, weights))
    for metric, all_options in NUMBERS.items():
        for options in all_options:
            for predictions, targets in numbers(chance):
                for weights in weightings(chance, len(targets)):
                    others = {"history": [chance.randrange(40) / 4 for _ in range(10)]} if metric == "mase" else {}
                    found.append(case(metric, options, predictions, targets, weights, **others))
    found.append(case("mase", {}, [1.0, 2.0], [1.5, 3.5], None, history=[0.1, 0.1, 0.1]))
    for options, predicted, true in SAVINGS:
        for weights in weightings(chance, 20)[:3]:
            pairs = [[KINDS[kind](chance) for _ in range(20)] for kind in (predicted, true)]
            found.append(case("d2", options, *pairs, weights))
    for weights in weightings(chance, 30):
        for times in (5, 1000):
            scores, targets = [[float(chance.randrange(times)) for _ in range(30)] for _ in range(2)]
            events = [chance.randrange(2) for _ in range(30)]
            found.append(case("concordance", {}, scores, targets, weights, events=events))
    for metric in ("brier", "expected_calibration_error"):
        for options in CALIBRATION:
            for weights in weightings(chance, 30):
                for scale in (10, 64, 1 << 40):
                    scores = [chance.gauss(0, 2) if options.get("from_logits") else chance.randrange(scale + 1) / scale for _ in range(30)]
                    found.append(case(metric, options, scores, [chance.randrange(2) for _ in range(30)], weights))
                rows = [[chance.gauss(0, 2) for _ in range(3)] for _ in range(30)]
                if "from_logits" not in options:
                    rows = [[abs(x) / sum(map(abs, row)) for x in row] for row in rows]
                found.append(case(metric, options, rows, [chance.randrange(3) for _ in range(30)], weights))
    return found


def numbers(chance):
    """Predictions and targets: errors of a tenth, nearly equal numbers far from 0, of all magnitudes, one, equal ones."""
    targets = [chance.gauss(0, 3) for _ in range(20)]
    yield [t + chance.gauss(0, 0.1) for t in targets], targets
    yield [1e9 + chance.randrange(8) / 8 for _ in range(12)], [1e9 + chance.randrange(8) / 8 for _ in range(12)]
    yield [[chance.choice([-1, 1]) * math.ldexp(1 + chance.random(), chance.randrange(-500, 500)) for _ in range(9)] for _ in range(2)]
    yield [0.5], [0.25]
    yield [0.1, 0.2, 0.4], [0.3, 0.3, 0.3]
