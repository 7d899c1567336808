#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes sklearn_metrics.json: metrics that scikit-learn computes, also where its value differs from the service's.

    python3 Tests/Golden/sklearn_metrics_values.py        # needs scikit-learn==1.9.1
"""

import random
import warnings

import numpy as np
import sklearn
from sklearn import metrics

from library_values import write

N, K = 40, 4


def binary(generator, ties):
    """Scores of the positive class and targets."""
    scores = [generator.randrange(8) / 8 if ties else generator.random() for _ in range(N)]
    return scores, [int(generator.random() < score) for score in scores]


def rows(generator, ties):
    """Rows of probabilities that differ within a row, and classes that all occur."""
    scores = []
    for _ in range(N):
        row = generator.sample(range(1, 9), K) if ties else [generator.random() for _ in range(K)]
        scores.append([score / sum(row) for score in row])
    return scores, [i % K if i < K else generator.randrange(K) for i in range(N)]


def numbers(generator, _):
    targets = [generator.gauss(1, 2) for _ in range(N)]
    return [t + generator.gauss(0, 0.5) for t in targets], targets


def positives(generator, _):
    """Positive predictions and counts."""
    return [generator.uniform(0.1, 5) for _ in range(N)], [generator.randrange(6) for _ in range(N)]


def labels(scores, threshold=0.5):
    scores = np.array(scores)
    return scores.argmax(axis=1) if scores.ndim == 2 else (scores > threshold).astype(int)


def of_labels(function):
    """A metric of predicted classes."""
    return lambda t, p, **options: function(t, labels(p, options.pop("threshold", 0.5)), **options)


def top_k(t, p, **options):
    return metrics.top_k_accuracy_score(t, p, labels=range(K), **options)


def one_versus_rest(t, p, **options):
    return metrics.roc_auc_score(t, p, multi_class="ovr", **options)


def sum_of_classes(t, p, **options):
    return metrics.brier_score_loss(t, p, labels=range(K), scale_by_half=False, **options)


def d2_pinball(t, p, loss, tau, **options):
    return metrics.d2_pinball_score(t, p, alpha=tau, **options)


def d2_tweedie(power):
    return lambda t, p, loss, power=power, **options: metrics.d2_tweedie_score(t, p, power=power, **options)


def of_loss(function):
    """A metric without an option for its loss."""
    return lambda t, p, loss=None, **options: function(t, p, **options)


AVERAGES = [{"average": average} for average in ("micro", "macro", "weighted", "none")]
RATIOS = ("precision", "recall", "f1")
# The metric, the function, the inputs, and the options of the request.
METRICS = [
    ("accuracy", of_labels(metrics.accuracy_score), binary, {}),
    ("accuracy_score", of_labels(metrics.accuracy_score), binary, {"threshold": 0.3}),
    ("accuracy", of_labels(metrics.accuracy_score), rows, {}),
    ("top_k_accuracy_score", top_k, rows, {}), ("top_k_accuracy", top_k, rows, {"k": 3}),
    ("balanced_accuracy", of_labels(metrics.balanced_accuracy_score), binary, {}),
    ("balanced_accuracy_score", of_labels(metrics.balanced_accuracy_score), rows, {"adjusted": True}),
    ("matthews_corrcoef", of_labels(metrics.matthews_corrcoef), binary, {}),
    ("mcc", of_labels(metrics.matthews_corrcoef), rows, {}),
    ("confusion_matrix", of_labels(metrics.confusion_matrix), binary, {}),
    *(("confusion_matrix", of_labels(metrics.confusion_matrix), rows, {"normalize": by}) for by in ("true", "pred", "all")),
    *((name, of_labels(getattr(metrics, f"{name}_score")), binary, {}) for name in RATIOS),
    *((f"{name}_score", of_labels(getattr(metrics, f"{name}_score")), binary, {"pos_label": 0}) for name in RATIOS),
    *((name, of_labels(getattr(metrics, f"{name}_score")), kind, by) for name in RATIOS for by in AVERAGES for kind in (binary, rows)),
    ("roc_auc", metrics.roc_auc_score, binary, {}), ("roc_auc_score", one_versus_rest, rows, {}),
    ("roc_auc", one_versus_rest, rows, {"average": "weighted"}),
    ("average_precision", metrics.average_precision_score, binary, {}),
    ("average_precision_score", metrics.average_precision_score, rows, {}),
    ("average_precision", metrics.average_precision_score, rows, {"average": "weighted"}),
    ("r2_score", metrics.r2_score, numbers, {}), ("mae", metrics.mean_absolute_error, numbers, {}),
    ("rmse", metrics.root_mean_squared_error, numbers, {}), ("mse", metrics.mean_squared_error, numbers, {}),
    ("mape", metrics.mean_absolute_percentage_error, numbers, {}),
    ("explained_variance_score", metrics.explained_variance_score, numbers, {}),
    ("brier_score_loss", metrics.brier_score_loss, binary, {}), ("brier", sum_of_classes, rows, {}),
    ("d2", of_loss(metrics.d2_tweedie_score), numbers, {}),
    ("d2_absolute_error_score", metrics.d2_absolute_error_score, numbers, {}),
    ("d2", d2_pinball, numbers, {"loss": "pinball", "tau": 0.8}),
    ("d2", d2_tweedie(1), positives, {"loss": "half_poisson_deviance"}),
    ("d2", d2_tweedie(1.5), positives, {"loss": "half_tweedie_deviance", "power": 1.5}),
    ("d2_log_loss_score", lambda t, p, **o: metrics.d2_log_loss_score(t, np.clip(p, 1e-15, 1 - 1e-15), **o), binary, {}),
    ("d2_brier_score", metrics.d2_brier_score, binary, {}),
]
EQUAL = [0.5, 0.5, 0.5]
# Where scikit-learn differs: the reason, and the metric, its function, predictions, targets and options.
DIFFERENT = [
    ("0 stands for a quotient by 0", "precision", of_labels(metrics.precision_score), [0.1, 0.2, 0.3], [1, 0, 1], {}),
    ("0 stands for a quotient by 0", "recall", of_labels(metrics.recall_score), [0.1, 0.8, 0.3], [0, 0, 0], {}),
    ("0 stands for a quotient by 0", "f1", of_labels(metrics.f1_score), [0.1, 0.2, 0.3], [0, 0, 0], {}),
    ("0 stands for a quotient by 0", "mcc", of_labels(metrics.matthews_corrcoef), [0.1, 0.2, 0.3], [1, 0, 1], {}),
    ("NaN, with a warning, where a class is missing", "roc_auc", metrics.roc_auc_score, [0.1, 0.2, 0.3], [1, 1, 1], {}),
    ("0 where no target is positive", "average_precision", metrics.average_precision_score, [0.1, 0.2], [0, 0], {}),
    ("0 stands for an infinite quotient", "r2", metrics.r2_score, [0.1, 0.2, 0.3], EQUAL, {}),
    ("1 stands for 0/0", "explained_variance", metrics.explained_variance_score, EQUAL, EQUAL, {}),
    ("1 stands for 0/0", "r2", metrics.r2_score, EQUAL, EQUAL, {}),
    (
        "of equal scores, the last ranks first", "top_k_accuracy", lambda t, p, k: metrics.top_k_accuracy_score(t, p, k=k, labels=[0, 1, 2]),
        [[0.5, 0.5, 0.0], [0.2, 0.4, 0.4]], [0, 1], {"k": 1},
    ),
]


def listed(value):
    """A number, or nested lists of them; NaN is null."""
    value = np.asarray(value, dtype=float)
    return value.tolist() if value.ndim else None if np.isnan(value) else float(value)


def main():
    warnings.simplefilter("ignore")
    cases = []
    for name, function, inputs, options in METRICS:
        for ties in (False, True):
            generator = random.Random(f"{name} {inputs.__name__} {options} {ties}")
            predictions, targets = inputs(generator, ties)
            theirs = {key: None if value == "none" else value for key, value in options.items()}
            for weights in (None, [generator.uniform(0.1, 2) for _ in targets]):
                value = function(np.array(targets), np.array(predictions), sample_weight=weights, **theirs)
                cases.append({
                    "metric": name, "options": options, "predictions": predictions, "targets": targets, "weights": weights,
                    "expected": listed(value),
                })
    for reason, name, function, predictions, targets, options in DIFFERENT:
        value = function(np.array(targets), np.array(predictions), **options)
        cases.append({
            "metric": name, "options": options, "predictions": predictions, "targets": targets, "weights": None,
            "expected": listed(value), "differs": reason,
        })
    write("sklearn_metrics", sklearn.__version__, cases)


if __name__ == "__main__":
    main()
