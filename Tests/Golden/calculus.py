# SPDX-License-Identifier: Apache-2.0
"""Values and derivatives of a function in plain form, accurate to far more than 30 digits.

Derivatives are central differences with a step of 1e-210 of the coordinate's own scale, with as many
digits as that step needs. Every number is computed twice, the second time with another step and 100
more digits, and both results must agree.
"""

from types import SimpleNamespace

from mpmath import mp, mpf, nstr, workdps

SHOWN_DIGITS = 30
BASE_DIGITS = 1000
STEP_EXPONENT = -210
NEGLIGIBLE = mpf("1e-400")  # far below the smallest subnormal double, 4.9e-324; shown as 0
LARGEST = mpf("1e308")
AGREEMENT = mpf("1e-35")


class Beyond(Exception):
    """The value, or one of its derivatives, is not a finite double."""


def exact(value):
    """The exact binary value of a number; lists element by element, everything else unchanged."""
    if isinstance(value, (list, tuple)):
        return [exact(item) for item in value]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return mpf(value)
    return value


def bind(defaults, given):
    """The options of a loss as attributes, exact."""
    unknown = set(given) - set(defaults)
    assert not unknown, f"unknown options: {unknown}"
    return SimpleNamespace(**{name: exact(value) for name, value in (defaults | given).items()})


def derivatives(function, point, others=(), kink=lambda x: None):
    """The value at `point` (a list), and the first and second derivatives with respect to each coordinate.

    `others` are the remaining inputs, which bound the distance of a kink from a coordinate of 0.
    `kink` returns the documented derivatives of a coordinate that has more than one.
    """
    with workdps(BASE_DIGITS):
        point = exact(point)
        stated = [kink(x) or {} for x in point]
        sizes = [abs(x) for x in point + exact(list(others)) if x != 0] + [mpf(1)]
        scales = [min(abs(x) if x != 0 else min(sizes), mpf(1)) for x in point]
        result = differences(function, point, scales, stated, 0, 0)
        again = differences(function, point, scales, stated, -7, 100)
    for first, second in zip(flatten(result), flatten(again)):
        if max(abs(first), abs(second)) >= NEGLIGIBLE:
            assert abs(first - second) <= AGREEMENT * abs(first), (point, first, second)
    return result


def differences(function, point, scales, stated, extra_exponent, extra_digits):
    with workdps(BASE_DIGITS + extra_digits):
        value = function(point)
    if not mp.isfinite(value):
        raise Beyond(value)
    magnitude = int(mp.log10(max(abs(value), 1)))
    gradient, hessian = [], []
    for k, scale in enumerate(scales):
        step = scale * mpf(10) ** (STEP_EXPONENT + extra_exponent)
        # 50 digits more than those that cancel in the second difference.
        lost = magnitude - 2 * int(mp.floor(mp.log10(step))) - int(mp.log10(NEGLIGIBLE)) + 50
        with workdps(max(BASE_DIGITS, lost) + extra_digits):
            centre = function(point)
            above = function(point[:k] + [point[k] + step] + point[k + 1:])
            below = function(point[:k] + [point[k] - step] + point[k + 1:])
            slope = (above - below) / (2 * step)
            curvature = (above - 2 * centre + below) / step**2
        gradient.append(mpf(stated[k].get("gradient", slope)))
        hessian.append(mpf(stated[k].get("hessian", curvature)))
    return value, gradient, hessian


def flatten(result):
    value, gradient, hessian = result
    return [value, *gradient, *hessian]


def show(value):
    """30 significant digits, trailing zeros dropped."""
    if abs(value) < NEGLIGIBLE:
        return "0"
    if not abs(value) <= LARGEST:
        raise Beyond(value)
    return nstr(value, SHOWN_DIGITS, strip_zeros=True)


def evaluate(module, prediction, target, options):
    """Value, gradient and Hessian diagonal of one loss, as stated in its file.

    A file may state `clip` (the point at which loss and derivatives are evaluated) and `kink` (the
    documented derivatives at a point that has more than one; of a row, a list with those of each coordinate, or None).
    """
    rowwise = module.KIND == "rowwise"
    with workdps(BASE_DIGITS):
        point = exact(prediction) if rowwise else [exact(prediction)]
        if hasattr(module, "clip"):
            point = [module.clip(p, options) for p in point]
        if rowwise:
            goal = target if isinstance(target, int) else exact(target)
            others = [] if isinstance(target, int) else goal
        else:
            goal = exact(target)
            others = [goal]

    def function(x):
        return module.loss(x if rowwise else x[0], goal, options)

    with workdps(BASE_DIGITS):
        stated = module.kink(point if rowwise else point[0], goal, options) if hasattr(module, "kink") else None
    stated = iter(stated or [None] * len(point) if rowwise else [stated])
    return derivatives(function, point, others, lambda _: next(stated))


def evaluate_inputs(module, inputs, options):
    """Value, and gradients and Hessian diagonals by input, of a loss of any number of inputs.

    An input is a number or a row; all are differentiated. A file may state `kink(*inputs, o)`: by the index of an
    input, a list with the documented derivatives of each coordinate, or None.
    """
    rows = [x if isinstance(x, list) else [x] for x in inputs]
    ends = [sum(len(row) for row in rows[: k + 1]) for k in range(len(rows))]

    def shaped(flat):
        parts = [list(flat[end - len(row):end]) for row, end in zip(rows, ends)]
        return [part if isinstance(x, list) else part[0] for x, part in zip(inputs, parts)]

    with workdps(BASE_DIGITS):
        stated = module.kink(*exact(inputs), options) if hasattr(module, "kink") else None
    stated = iter([one for k, row in enumerate(rows) for one in ((stated or {}).get(k) or [None] * len(row))])
    flat = [x for row in rows for x in row]
    value, *derived = derivatives(lambda x: module.loss(*shaped(x), options), flat, (), lambda _: next(stated))
    return value, *([list(kind[end - len(row):end]) for row, end in zip(rows, ends)] for kind in derived)


def numbers(value):
    """The numbers of nested lists, in order."""
    return [x for part in value for x in numbers(part)] if isinstance(value, list) else [value]


def nested(value, flat):
    """Nested lists like those of a value, with the next numbers of an iterator."""
    return [nested(part, flat) for part in value] if isinstance(value, list) else next(flat)


def evaluate_arrays(module, inputs, options):
    """Value, and gradients and Hessian diagonals by input, of a loss of one segment, whose inputs are nested lists.

    The file states which inputs are `DIFFERENTIABLE`; the others are passed to the loss as they are.
    """
    chosen = module.DIFFERENTIABLE
    sizes = [len(numbers(inputs[k])) for k in chosen]

    def function(flat):
        following = iter(flat)
        own = [nested(x, following) if k in chosen else x for k, x in enumerate(inputs)]
        return module.loss(*own, options)

    value, *derived = derivatives(function, [x for k in chosen for x in numbers(inputs[k])])
    ends = [sum(sizes[: k + 1]) for k in range(len(sizes))]
    return value, *([list(kind[end - size:end]) for size, end in zip(sizes, ends)] for kind in derived)
