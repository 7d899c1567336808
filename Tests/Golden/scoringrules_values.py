#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes scoringrules.json: scores of forecasts that scoringrules computes, in double precision.

    python3 Tests/Golden/scoringrules_values.py        # needs scoringrules==0.10.0 and numpy

Its weighted interval score adds the median where the absolute error of the median belongs; the difference is corrected
here, and shows in the member `theirs`.
"""

import random

import numpy as np
import scoringrules

from library_values import write

COUNT, MEMBERS, SIZE = 5, 6, 3


def numbers(generator, *shape):
    return np.array([generator.gauss(0, 1.5) for _ in range(int(np.prod(shape)))]).reshape(shape)


def case(loss, elements, options=None, **inputs):
    request = {name: value.tolist() for name, value in inputs.items()} | (options or {})
    return {"loss": loss, "request": request | {"outputs": ["elements"]}, "expected": {"elements": elements.tolist()}}


def cases():
    generator = random.Random("scoringrules")
    targets, location = numbers(generator, COUNT), numbers(generator, COUNT)
    scale = 0.1 + np.abs(numbers(generator, COUNT))
    for loss, score in (
        ("crps_logistic", scoringrules.crps_logistic), ("crps_laplace", scoringrules.crps_laplace),
        ("crps_lognormal", scoringrules.crps_lognormal),
    ):
        truth = np.abs(targets) if loss == "crps_lognormal" else targets
        yield case(loss, score(truth, location, scale), location=location, scale=scale, targets=truth)
    yield case(
        "crps_normal", scoringrules.crps_normal(targets, location, scale), mean=location, standard_deviation=scale,
        targets=targets)
    ensemble = numbers(generator, COUNT, MEMBERS)
    vectors, truths = numbers(generator, COUNT, MEMBERS, SIZE), numbers(generator, COUNT, SIZE)
    for theirs, ours in (("nrg", "standard"), ("fair", "fair")):
        options = {"estimator": ours}
        scores = scoringrules.crps_ensemble(targets, ensemble, estimator=theirs)
        yield case("crps_ensemble", scores, options, predictions=ensemble, targets=targets)
        scores = scoringrules.es_ensemble(truths, vectors, estimator=theirs)
        yield case("energy_score", scores, options, predictions=vectors, targets=truths)
    for power in (0.5, 1.0, 0.25, 2.0):
        scores = scoringrules.vs_ensemble(truths, vectors, p=power)
        yield case("variogram_score", scores, {"power": power}, predictions=vectors, targets=truths)
    weights = np.abs(numbers(generator, COUNT, SIZE, SIZE))
    scores = scoringrules.vs_ensemble(truths, vectors, w=weights)
    yield case("variogram_score", scores, predictions=vectors, targets=truths, pair_weights=weights)
    lower = np.sort(numbers(generator, COUNT, 2), axis=1)
    upper = lower + np.abs(numbers(generator, COUNT, 2))
    scores = scoringrules.interval_score(targets, lower[:, 0], upper[:, 0], 0.2)
    yield case("interval_score", scores, {"alpha": 0.2}, lower=lower[:, 0], upper=upper[:, 0], targets=targets)
    alpha = [0.1, 0.5]
    theirs = scoringrules.weighted_interval_score(targets, location, lower, upper, np.array(alpha))
    scores = theirs + (np.abs(location - targets) - location) / 2 / (len(alpha) + 0.5)
    yield case(
        "weighted_interval_score", scores, {"alpha": alpha}, lower=lower, upper=upper, median=location, targets=targets
    ) | {"theirs": theirs.tolist()}
    levels = [0.1, 0.5, 0.9]
    quantiles = np.sort(numbers(generator, COUNT, 3), axis=1)
    scores = np.mean([scoringrules.quantile_score(targets, quantiles[:, k], level) for k, level in enumerate(levels)], axis=0)
    yield case("quantile_grid", scores, {"levels": levels}, predictions=quantiles, targets=targets)
    counts, means = np.floor(np.abs(3 * numbers(generator, COUNT))), 0.1 + np.abs(5 * numbers(generator, COUNT))
    yield case("crps_poisson", scoringrules.crps_poisson(counts, means), mean=means, targets=counts)
    shape, rate = 0.2 + np.abs(numbers(generator, COUNT)), 0.2 + np.abs(numbers(generator, COUNT))
    scores = scoringrules.crps_gamma(np.abs(targets), shape, rate)
    yield case("crps_gamma", scores, shape=shape, rate=rate, targets=np.abs(targets))
    freedom = 1.5 + np.abs(4 * numbers(generator, COUNT))
    scores = scoringrules.crps_t(targets, freedom, location, scale)
    yield case("crps_student_t", scores, location=location, scale=scale, df=freedom, targets=targets)


if __name__ == "__main__":
    write("scoringrules", scoringrules.__version__, list(cases()))
