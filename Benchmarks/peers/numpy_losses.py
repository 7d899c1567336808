# SPDX-License-Identifier: Apache-2.0
"""The losses and penalties as a user of NumPy and SciPy would write them, and the time that each takes.

Reads a line of JSON for each loss (its name, inputs, options and the number of repetitions) and writes one with the
mean loss and the least time in seconds; null for a loss that is not among the expressions.
"""

import json
import sys
import time

import numpy as np
from numpy import abs, arctan, clip, cos, cosh, exp, expm1, log, log1p, logaddexp, maximum, pi, sqrt, tanh, where
from scipy.special import (
    betaln, entr, expit, gammaln, kl_div, log_ndtr, log_softmax, logsumexp, ndtr, rel_entr, softmax, xlogy,
)


def softplus(x):
    return logaddexp(0, x)


def distance(expression):
    return lambda x, o: expression(x.predictions - x.targets, o)


def margin(expression):
    return lambda x, o: expression(x.predictions * x.targets, o)


def pair(expression):
    return lambda x, o: expression(x.chosen - x.reference_chosen, x.rejected - x.reference_rejected, o.beta, o)


def policy(expression):
    return lambda x, o: expression(exp(x.logprobs - x.old_logprobs), x.advantages, o)


def probability(x, o):
    """The probability of the label."""
    p = clip(x.predictions, o.epsilon, 1 - o.epsilon)
    return where(x.targets == 1, p, 1 - p)


def huber(r, delta):
    return where(abs(r) <= delta, r * r / 2, delta * (abs(r) - delta / 2))


def scaled(r, o):
    return (r / o.scale) ** 2


def label_smoothed(u, o):
    return (1 - o.label_smoothing) * softplus(-u) + o.label_smoothing * softplus(u)


def crps_normal(x, o):
    w = (x.targets - x.mean) / x.standard_deviation
    density = exp(-w * w / 2) / sqrt(2 * pi)
    return x.standard_deviation * (w * (2 * ndtr(w) - 1) + 2 * density - 1 / sqrt(pi))


def crps(expression):
    return lambda x, o: x.scale * expression(abs(x.location - x.targets) / x.scale)


def student_t(x, o):
    z = (x.location - x.targets) / x.scale
    return (
        log(x.scale) + log(x.df * pi) / 2 + gammaln(x.df / 2) - gammaln((x.df + 1) / 2)
        + (x.df + 1) / 2 * log1p(z * z / x.df)
    )


def evidential(x, o):
    r, v, a = x.mean - x.targets, x.evidence, x.concentration
    w = 2 * x.rate * (1 + v)
    return (
        log(pi / v) / 2 - a * log(w) + (a + 0.5) * log(v * r * r + w) + gammaln(a) - gammaln(a + 0.5)
        + o.coefficient * abs(r) * (2 * v + a)
    )


def zero_inflated(x, o):
    mean, q = exp(x.log_mean), expit(x.zero_logit)
    return where(
        x.targets == 0, -log(q + (1 - q) * exp(-mean)), mean - x.targets * x.log_mean + softplus(x.zero_logit)
    )


def hurdle(x, o):
    a = x.zero_logit
    positive = softplus(a) + log(expm1(exp(x.log_mean))) - x.targets * x.log_mean
    return where(x.targets == 0, softplus(-a), positive)


def cross_entropy_lambda(x, o):
    exposed = x.exposures * softplus(x.predictions)
    return -x.targets * log(-expm1(-exposed)) + (1 - x.targets) * exposed


def exo(u, o):
    q = expit(u)
    return q * log(q / (1 - o.label_smoothing)) + (1 - q) * log((1 - q) / o.label_smoothing)


def kto(x, o):
    v = o.beta * (x.logprobs - x.reference_logprobs - o.kl)
    return where(x.labels == 1, o.desirable_weight * expit(-v), o.undesirable_weight * expit(v))


def log_odds(c):
    return c - log1p(-exp(c))


def value_clipped(x, o):
    near = x.old_values + clip(x.values - x.old_values, -o.clip, o.clip)
    return maximum((x.values - x.returns) ** 2, (near - x.returns) ** 2) / 2


def k3(d):
    return exp(d) - 1 - d


def sapo(q, a, o):
    t = where(a > 0, o.temperature_positive, o.temperature_negative)
    return -4 * a / t * expit(t * (q - 1))


def dwd(u, o):
    q = o.power
    return where(u <= q / (q + 1), 1 - u, q**q / (q + 1) ** (q + 1) / maximum(u, q / (q + 1)) ** q)


def classes(expression):
    """An expression of the logarithm of the probability of the class, by softmax."""
    return lambda x, o: expression(own(log_softmax(x.predictions, axis=1), x), o)


def own(rows, x):
    """The number of the class of each row."""
    return rows[np.arange(len(rows)), x.targets.astype(int)]


def others(x):
    """The scores of the other classes, with -inf for the class of each row."""
    scores = x.predictions.copy()
    scores[np.arange(len(scores)), x.targets.astype(int)] = -np.inf
    return scores


def rows(expression):
    return lambda x, o: expression(x.predictions, x.targets, o).sum(axis=1)


def logistic(z, y):
    return softplus(z) - y * z


def asymmetric(z, y, o):
    p = expit(z)
    shifted = maximum(0, p - o.clip)
    return where(
        y == 1,
        -((1 - p) ** o.gamma_pos) * log(p),
        -(shifted**o.gamma_neg) * log(1 - shifted),
    )


def zlpr(x, o):
    negative = where(x.targets == 0, x.predictions, -np.inf)
    positive = where(x.targets == 1, -x.predictions, -np.inf)
    return softplus(logsumexp(negative, axis=1)) + softplus(logsumexp(positive, axis=1))


def corn(z, y, o):
    counts = np.arange(z.shape[1]) <= y.sum(axis=1, keepdims=True)
    return counts * logistic(z, y)


def distillation(x, o):
    target = softmax(x.targets / o.temperature, axis=1)
    difference = log_softmax(x.targets / o.temperature, axis=1) - log_softmax(x.predictions / o.temperature, axis=1)
    return o.temperature**2 * (target * difference).sum(axis=1)


def cosine(x, o):
    norms = np.linalg.norm(x.predictions, axis=1) * np.linalg.norm(x.targets, axis=1)
    return 1 - (x.predictions * x.targets).sum(axis=1) / norms


def triplet(x, o):
    near = np.linalg.norm(x.anchor - x.positive, axis=1)
    return maximum(0, near - np.linalg.norm(x.anchor - x.negative, axis=1) + o.margin)


def alpha_divergence(q, y, o):
    a = o.alpha
    return (a * y + (1 - a) * q - y**a * q ** (1 - a)) / (a * (1 - a))


def ranked_probability(x, o):
    classes = np.arange(x.predictions.shape[1]) == x.targets[:, None]
    return (np.cumsum(x.predictions - classes, axis=1)[:, :-1] ** 2).sum(axis=1)


def cumulative_link(x, o):
    ends = np.full((len(x.targets), 1), np.inf)
    thresholds = np.concatenate([-ends, x.thresholds, ends], axis=1)
    rows, classes = np.arange(len(x.targets)), x.targets.astype(int)
    above, below = thresholds[rows, classes + 1], thresholds[rows, classes]
    return -log(expit(above - x.predictions) - expit(below - x.predictions))


def multilabel_margin(x, o):
    pairs = x.targets[:, :, None] * (1 - x.targets[:, None, :])
    differences = x.predictions[:, :, None] - x.predictions[:, None, :]
    return (pairs * maximum(0, o.margin - differences)).sum(axis=(1, 2)) / x.predictions.shape[1]


def quantile_grid(x, o):
    r = x.predictions - x.targets[:, None]
    levels = np.array(o.levels)
    return maximum(-levels * r, (1 - levels) * r).mean(axis=1)


def weighted_interval(x, o):
    t = x.targets[:, None]
    outside = maximum(0, x.lower - t) + maximum(0, t - x.upper)
    intervals = np.array(o.alpha) * (x.upper - x.lower) / 2 + outside
    return (abs(x.targets - x.median) / 2 + intervals.sum(axis=1)) / (x.lower.shape[1] + 0.5)


def crps_ensemble(x, o):
    members = np.sort(x.predictions, axis=1)
    count = members.shape[1]
    ranks = 2 * np.arange(count) - count + 1
    return abs(members - x.targets[:, None]).mean(axis=1) - (ranks * members).sum(axis=1) / count**2


def reverse_kl(x, o):
    own, teacher = log_softmax(x.predictions / o.temperature, axis=1), log_softmax(x.targets / o.temperature, axis=1)
    return (exp(own) * (own - teacher)).sum(axis=1)


def penalty(expression):
    return lambda x, o: expression(abs(x.parameters), o)


def mcp(w, o):
    end = o.gamma * o.strength
    return where(w <= end, o.strength * w - w * w / (2 * o.gamma), o.strength * end / 2)


EXPRESSIONS = {
    "squared_error": distance(lambda r, o: r**2),
    "half_squared_error": distance(lambda r, o: r**2 / 2),
    "absolute_error": distance(lambda r, o: abs(r)),
    "huber": distance(lambda r, o: huber(r, o.delta)),
    "smooth_l1": distance(lambda r, o: where(abs(r) < o.beta, r * r / (2 * o.beta), abs(r) - o.beta / 2)),
    "pseudo_huber": distance(lambda r, o: o.delta**2 * (sqrt(1 + (r / o.delta) ** 2) - 1)),
    "log_cosh": distance(lambda r, o: log(cosh(r))),
    "logistic_distance": distance(lambda r, o: 2 * softplus(r) - r - log(4)),
    "fair": distance(lambda r, o: o.scale**2 * (abs(r) / o.scale - log1p(abs(r) / o.scale))),
    "cauchy": distance(lambda r, o: o.scale**2 / 2 * log1p(scaled(r, o))),
    "welsch": distance(lambda r, o: o.scale**2 / 2 * -expm1(-scaled(r, o))),
    "geman_mcclure": distance(lambda r, o: r * r / 2 / (1 + scaled(r, o))),
    "tukey_biweight": distance(lambda r, o: o.scale**2 / 6 * (1 - maximum(0, 1 - scaled(r, o)) ** 3)),
    "epsilon_insensitive": distance(lambda r, o: maximum(0, abs(r) - o.tolerance)),
    "squared_epsilon_insensitive": distance(lambda r, o: maximum(0, abs(r) - o.tolerance) ** 2),
    "periodic": distance(lambda r, o: 1 - cos(2 * pi * r / o.period)),
    "wing": distance(
        lambda r, o: where(
            abs(r) < o.width,
            o.width * log1p(abs(r) / o.curvature),
            abs(r) - o.width + o.width * log1p(o.width / o.curvature),
        )
    ),
    "linex": distance(lambda r, o: exp(o.asymmetry * r) - o.asymmetry * r - 1),
    "lp": distance(lambda r, o: abs(r) ** o.power),
    "general_robust": distance(
        lambda r, o: abs(o.alpha - 2) / o.alpha * ((scaled(r, o) / abs(o.alpha - 2) + 1) ** (o.alpha / 2) - 1)
    ),
    "pinball": distance(lambda r, o: maximum(-o.tau * r, (1 - o.tau) * r)),
    "expectile": distance(lambda r, o: where(r < 0, o.tau, 1 - o.tau) * r * r / 2),
    "quantile_huber": distance(lambda r, o: abs(o.tau - (r >= 0)) * huber(r, o.delta)),
    "squared_log_error": lambda x, o: (log1p(x.predictions) - log1p(x.targets)) ** 2,
    "absolute_percentage_error": lambda x, o: abs(x.predictions - x.targets) / maximum(abs(x.targets), o.epsilon),
    "squared_percentage_error": lambda x, o: ((x.predictions - x.targets) / maximum(abs(x.targets), o.epsilon)) ** 2,
    "smape": lambda x, o: 2 * abs(x.predictions - x.targets) / (abs(x.predictions) + abs(x.targets)),
    "poisson_nll": lambda x, o: exp(x.predictions) - x.targets * x.predictions,
    "half_poisson_deviance": lambda x, o: (
        xlogy(x.targets, x.targets) - x.targets * x.predictions + exp(x.predictions) - x.targets
    ),
    "half_gamma_deviance": lambda x, o: x.targets * exp(-x.predictions) - 1 - log(x.targets) + x.predictions,
    "half_inverse_gaussian_deviance": lambda x, o: (
        (x.targets - exp(x.predictions)) ** 2 / (2 * x.targets * exp(2 * x.predictions))
    ),
    "tweedie_nll": lambda x, o: (
        exp((2 - o.power) * x.predictions) / (2 - o.power)
        - x.targets * exp((1 - o.power) * x.predictions) / (1 - o.power)
    ),
    "half_tweedie_deviance": lambda x, o: (
        x.targets ** (2 - o.power) / ((1 - o.power) * (2 - o.power))
        - x.targets * exp((1 - o.power) * x.predictions) / (1 - o.power)
        + exp((2 - o.power) * x.predictions) / (2 - o.power)
    ),
    "gaussian_nll": lambda x, o: (log(x.variance) + (x.mean - x.targets) ** 2 / x.variance) / 2,
    "crps_normal": crps_normal,
    "crps_logistic": crps(lambda x: x + 2 * log1p(exp(-x)) - 1),
    "crps_laplace": crps(lambda x: x + exp(-x) - 0.75),
    "dawid_sebastiani": lambda x, o: (
        ((x.mean - x.targets) / x.standard_deviation) ** 2 + 2 * log(x.standard_deviation)
    ),
    "interval_score": lambda x, o: (
        (x.upper - x.lower)
        + 2 / o.alpha * (maximum(0, x.lower - x.targets) + maximum(0, x.targets - x.upper))
    ),
    "gaussian_nll_logvar": lambda x, o: (x.log_variance + (x.mean - x.targets) ** 2 * exp(-x.log_variance)) / 2,
    "laplace_nll": lambda x, o: log(x.scale) + abs(x.location - x.targets) / x.scale,
    "student_t_nll": student_t,
    "evidential_nig": evidential,
    "gamma_nll": lambda x, o: (
        gammaln(x.concentration) - x.concentration * log(x.rate) - (x.concentration - 1) * log(x.targets)
        + x.rate * x.targets
    ),
    "beta_nll": lambda x, o: (
        betaln(x.concentration1, x.concentration0)
        - (x.concentration1 - 1) * log(x.targets) - (x.concentration0 - 1) * log1p(-x.targets)
    ),
    "negative_binomial_nll": lambda x, o: (
        o.total_count * log1p(exp(x.predictions) / o.total_count)
        + x.targets * log1p(o.total_count * exp(-x.predictions))
    ),
    "zero_inflated_poisson_nll": zero_inflated,
    "hurdle_poisson_nll": hurdle,
    "binary_cross_entropy": lambda x, o: (
        -x.targets * log(clip(x.predictions, o.epsilon, 1 - o.epsilon))
        - (1 - x.targets) * log1p(-clip(x.predictions, o.epsilon, 1 - o.epsilon))
    ),
    "binary_focal": lambda x, o: -((1 - probability(x, o)) ** o.gamma) * log(probability(x, o)),
    "brier": lambda x, o: (x.predictions - x.targets) ** 2,
    "logistic_margin": margin(lambda u, o: softplus(-u)),
    "exponential": margin(lambda u, o: exp(-u)),
    "hinge": margin(lambda u, o: maximum(0, o.margin - u)),
    "squared_hinge": margin(lambda u, o: maximum(0, o.margin - u) ** 2),
    "smoothed_hinge": margin(
        lambda u, o: where(u >= 1 - o.gamma, maximum(0, 1 - u) ** 2 / (2 * o.gamma), 1 - o.gamma / 2 - u)
    ),
    "modified_huber": margin(lambda u, o: where(u >= -1, maximum(0, 1 - u) ** 2, -4 * u)),
    "binary_sparsemax": margin(lambda u, o: where(u >= 1, 0, where(u > -1, (1 - u) ** 2 / 4, -u))),
    "perceptron": margin(lambda u, o: maximum(0, -u)),
    "l2_margin": margin(lambda u, o: (1 - u) ** 2),
    "sigmoid_margin": margin(lambda u, o: 1 - tanh(u)),
    "savage": margin(lambda u, o: 1 / (1 + exp(u)) ** 2),
    "tangent": margin(lambda u, o: (2 * arctan(u) - 1) ** 2),
    "binary_probit": margin(lambda u, o: -log_ndtr(u)),
    "dwd": margin(dwd),
    "zero_one": margin(lambda u, o: (u < 0).astype(float)),
    "cross_entropy_lambda": cross_entropy_lambda,
    "dpo": pair(lambda a, b, beta, o: label_smoothed(beta * (a - b), o)),
    "dpo_robust": pair(
        lambda a, b, beta, o: (
            ((1 - o.label_smoothing) * softplus(-beta * (a - b)) - o.label_smoothing * softplus(beta * (a - b)))
            / (1 - 2 * o.label_smoothing)
        )
    ),
    "dpo_hinge": pair(lambda a, b, beta, o: maximum(0, 1 - beta * (a - b))),
    "ipo": pair(lambda a, b, beta, o: (a - b - 1 / (2 * beta)) ** 2),
    "dpo_exo": pair(lambda a, b, beta, o: exo(beta * (a - b), o)),
    "nca": pair(
        lambda a, b, beta, o: softplus(-beta * a) + softplus(beta * a) / 2 + softplus(beta * b) / 2
    ),
    "bco": pair(lambda a, b, beta, o: softplus(o.delta - beta * a) + softplus(beta * b - o.delta)),
    "sppo_hard": pair(lambda a, b, beta, o: (a - 1 / (2 * beta)) ** 2 + (b + 1 / (2 * beta)) ** 2),
    "apo_zero": pair(lambda a, b, beta, o: expit(-beta * a) + expit(beta * b)),
    "apo_down": pair(lambda a, b, beta, o: expit(beta * a) + expit(-beta * (a - b))),
    "kto": kto,
    "cpo": lambda x, o: label_smoothed(o.beta * (x.chosen - x.rejected), o),
    "simpo": lambda x, o: label_smoothed(o.beta * (x.chosen - x.rejected) - o.gamma, o),
    "alphapo": lambda x, o: softplus(
        o.gamma - o.beta * (exp(-o.alpha * x.rejected) - exp(-o.alpha * x.chosen)) / o.alpha
    ),
    "orpo": lambda x, o: (
        -o.nll_coefficient * x.chosen + o.beta * softplus(log_odds(x.rejected) - log_odds(x.chosen))
    ),
    "bradley_terry": lambda x, o: softplus(x.rejected + x.margin - x.chosen),
    "reinforce": lambda x, o: -x.advantages * x.logprobs,
    "importance_sampling": policy(lambda q, a, o: -a * q),
    "ppo": policy(lambda q, a, o: maximum(-q * a, -clip(q, 1 - o.clip_low, 1 + o.clip_high) * a)),
    "cispo": lambda x, o: (
        -clip(exp(x.logprobs - x.old_logprobs), o.ratio_min, o.ratio_max) * x.advantages * x.logprobs
    ),
    "sapo": policy(sapo),
    "dro": lambda x, o: o.beta * (x.logprobs - x.old_logprobs) ** 2 / 2 - x.advantages * x.logprobs,
    "dft": lambda x, o: -exp(x.logprobs) * x.logprobs,
    "value_clipped": value_clipped,
    "policy_kl": lambda x, o: k3(x.reference_logprobs - x.logprobs),
    "policy_kl_corrected": lambda x, o: (
        exp(x.logprobs - x.old_logprobs) * k3(x.reference_logprobs - x.logprobs)
    ),
    "categorical_cross_entropy": lambda x, o: -log(clip(own(x.predictions, x), o.epsilon, 1 - o.epsilon)),
    "multi_margin": lambda x, o: (
        maximum(0, o.margin - own(x.predictions, x)[:, None] + others(x)).sum(axis=1) / x.predictions.shape[1]
    ),
    "multiclass_hinge": lambda x, o: maximum(0, o.margin + others(x).max(axis=1) - own(x.predictions, x)),
    "multiclass_perceptron": lambda x, o: x.predictions.max(axis=1) - own(x.predictions, x),
    "generalized_cross_entropy": classes(lambda c, o: -expm1(o.q * c) / o.q),
    "softmax_focal": classes(lambda c, o: -o.alpha * (1 - exp(c)) ** o.gamma * c),
    "poly1_cross_entropy": classes(lambda c, o: -c + o.epsilon * (1 - exp(c))),
    "mae_softmax": classes(lambda c, o: 2 * (1 - exp(c))),
    "symmetric_cross_entropy": classes(lambda c, o: -o.alpha * c - o.beta * o.log_zero * (1 - exp(c))),
    "distillation": distillation,
    "multilabel_soft_margin": lambda x, o: logistic(x.predictions, x.targets).mean(axis=1),
    "asymmetric_multilabel": rows(asymmetric),
    "zlpr": zlpr,
    "coral": rows(lambda z, y, o: logistic(z, y)),
    "corn": rows(corn),
    "kl_divergence": rows(lambda z, y, o: xlogy(y, y) - y * z),
    "generalized_kl": rows(lambda q, y, o: kl_div(y, q)),
    "jensen_shannon": rows(lambda q, y, o: (rel_entr(y, (q + y) / 2) + rel_entr(q, (q + y) / 2)) / 2),
    "renyi_divergence": lambda x, o: (
        log((x.targets**o.alpha * x.predictions ** (1 - o.alpha)).sum(axis=1) / x.targets.sum(axis=1))
        / (o.alpha - 1)
    ),
    "alpha_divergence": rows(alpha_divergence),
    "beta_divergence": rows(lambda q, y, o: kl_div(y, q)),
    "chi_square": rows(lambda q, y, o: (y - q) ** 2 / q),
    "hellinger": rows(lambda q, y, o: (sqrt(q) - sqrt(y)) ** 2 / 2),
    "total_variation": rows(lambda q, y, o: abs(q - y) / 2),
    "cosine_distance": cosine,
    "triplet_margin": triplet,
    "dice": lambda x, o: (
        1
        - (2 * (x.predictions * x.targets).sum(axis=1) + o.smooth)
        / (x.predictions.sum(axis=1) + x.targets.sum(axis=1) + o.smooth)
    ),
    "cumulative_link": cumulative_link,
    "multilabel_margin": multilabel_margin,
    "ranked_probability_score": ranked_probability,
    "wasserstein_1d": lambda x, o: abs(np.cumsum(x.predictions - x.targets, axis=1)[:, :-1]).sum(axis=1),
    "crps_ensemble": crps_ensemble,
    "quantile_grid": quantile_grid,
    "weighted_interval_score": weighted_interval,
    "reverse_kl": reverse_kl,
    "router_z_loss": lambda x, o: logsumexp(x.predictions, axis=1) ** 2,
    "entropy": lambda x, o: entr(softmax(x.predictions / o.temperature, axis=1)).sum(axis=1),
    "l1": penalty(lambda w, o: o.strength * w),
    "l2": penalty(lambda w, o: o.strength * w * w),
    "elastic_net": penalty(lambda w, o: o.strength * (o.l1_ratio * w + (1 - o.l1_ratio) / 2 * w * w)),
    "mcp": penalty(mcp),
    "log_sum": penalty(lambda w, o: o.strength * log1p(w / o.epsilon)),
    "l0_5": penalty(lambda w, o: o.strength * sqrt(w)),
    "l2_3": penalty(lambda w, o: o.strength * w ** (2 / 3)),
    "group_lasso": lambda x, o: o.strength * np.linalg.norm(x.parameters, axis=1),
    "tv": lambda x, o: o.strength * abs(np.diff(x.parameters, axis=1)).sum(axis=1),
    "nuclear": lambda x, o: o.strength * np.linalg.svd(x.parameters, compute_uv=False).sum(axis=-1),
}


class Fields:
    """A dictionary whose values are attributes."""

    def __init__(self, fields: dict):
        self.__dict__.update(fields)


def measure(name: str, inputs: dict, options: dict, times: int) -> list[float] | None:
    if name not in EXPRESSIONS:
        return None
    expression = EXPRESSIONS[name]
    inputs = Fields({key: np.array(value, dtype=float) for key, value in inputs.items()})
    options = Fields(options)
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        loss = expression(inputs, options).mean()
        seconds.append(time.perf_counter() - start)
    return [float(loss), min(seconds)]


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(measure(*json.loads(line))), flush=True)
