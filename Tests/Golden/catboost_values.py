#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes catboost.json: the gradients and Hessians of the objectives of CatBoost.

CatBoost reveals neither, but the leaves of its first tree do: with a leaf for each sample, no regularisation and a rate of
1, a leaf is minus the gradient, or minus the gradient over the Hessian if Newton's method estimates it. CatBoost has
the derivatives of what it maximises, with the other sign; here they are those of a loss. Targets and parameters of
objectives are in single precision there, so those below are exact in it. A Hessian of 0, or one that no leaf reveals,
is null.

    python3 Tests/Golden/catboost_values.py        # needs catboost==1.2.10
"""

import random

import catboost
import numpy as np

from library_values import write

SAMPLES, CLASSES = 8, 3
# By loss: the objective of CatBoost, the kind of its targets, and the options of the request.
LOSSES = [
    ("half_squared_error", "RMSE", "real", {}),
    ("pinball", "Quantile", "real", {}),
    ("pinball", "MAE", "real", {}),
    ("pinball", "Quantile:alpha=0.25", "real", {"tau": 0.25}),
    ("absolute_percentage_error", "MAPE", "real", {}),
    ("lp", "Lq:q=2.5", "real", {"power": 2.5}),
    ("lp", "Lq:q=3", "real", {"power": 3}),
    ("huber", "Huber:delta=1", "real", {"delta": 1}),
    ("expectile", "Expectile:alpha=0.25", "real", {"tau": 0.25}),
    ("expectile", "Expectile:alpha=0.75", "real", {"tau": 0.75}),
    ("log_cosh", "LogCosh", "real", {}),
    ("poisson_nll", "Poisson", "positive", {}),
    ("tweedie_nll", "Tweedie:variance_power=1.5", "positive", {"power": 1.5}),
    ("binary_cross_entropy", "Logloss", "label", {}),
    ("binary_cross_entropy", "CrossEntropy", "probability", {}),
    ("binary_focal", "Focal:focal_alpha=0.25;focal_gamma=2", "label", {"alpha": 0.25, "gamma": 2}),
    ("binary_focal", "Focal:focal_alpha=0.75;focal_gamma=1.5", "label", {"alpha": 0.75, "gamma": 1.5}),
    ("categorical_cross_entropy", "MultiClass", "class", {}),
]


def targets(kind, generator):
    """Targets of a kind, exact in single precision; of the others than real numbers, the first are the bounds."""
    one = {
        "real": lambda: generator.gauss(0, 1.5),
        "positive": lambda: generator.uniform(0, 5),
        "probability": lambda: generator.uniform(0, 1),
        "label": lambda: generator.randrange(2),
        "class": lambda: generator.randrange(CLASSES),
    }[kind]
    first = [] if kind == "real" else range(CLASSES) if kind == "class" else [0, 1]
    numbers = [*first, *(one() for _ in range(SAMPLES - len(first)))]
    return np.float32(numbers).astype(float)


def leaves(objective, method, features, true, start):
    """The leaf of each sample of a tree that has one for each."""
    model = catboost.CatBoost({
        "loss_function": objective,
        "leaf_estimation_method": method,
        "iterations": 1,
        "depth": 3,
        "learning_rate": 1,
        "l2_leaf_reg": 0,
        "leaf_estimation_iterations": 1,
        "leaf_estimation_backtracking": "No",
        "boost_from_average": False,
        "bootstrap_type": "No",
        "boosting_type": "Plain",
        "random_strength": 0,
        "min_data_in_leaf": 1,
        "logging_level": "Silent",
        "allow_writing_files": False,
    })
    model.fit(catboost.Pool(features, true, baseline=start))
    return model.predict(features, prediction_type="RawFormulaVal")


def hessian(gradient, steps):
    """The ratio of each gradient to the step that Newton's method takes."""
    pairs = zip(gradient.tolist(), steps.tolist())
    return [-slope / step if 0 < abs(step) < 1e15 else None for slope, step in pairs]


def main():
    # Three features of which each sample has another combination.
    features = np.array([[i >> 2 & 1, i >> 1 & 1, i & 1] for i in range(SAMPLES)], dtype=float)
    cases = []
    for name, objective, kind, options in LOSSES:
        generator = random.Random(objective)
        shape = (SAMPLES, CLASSES) if kind == "class" else (SAMPLES,)
        start = np.array([generator.gauss(0, 1.5) for _ in range(np.prod(shape))]).reshape(shape)
        true = targets(kind, generator)
        gradient = -leaves(objective, "Gradient", features, true, start)
        request = {"predictions": start.tolist(), "targets": true.tolist(), "convention": "catboost", **options}
        expected = {"gradient": gradient.tolist()}
        # With Newton's method a leaf of several classes depends on all derivatives.
        if kind != "class" and objective.split(":")[0] not in ("Quantile", "MAE", "MAPE"):
            expected["hessian"] = hessian(gradient, leaves(objective, "Newton", features, true, start))
        cases.append({
            "objective": objective,
            "loss": name,
            "request": request | {"outputs": list(expected)},
            "expected": expected,
        })
    write("catboost", catboost.__version__, cases)


if __name__ == "__main__":
    main()
