# SPDX-License-Identifier: Apache-2.0
"""Losses of the service as objectives of XGBoost and LightGBM."""

from __future__ import annotations

from typing import Any

import numpy as np

from .arrays import Array
from .client import LossClient


class BoostingObjective:
    """An objective for `train` and for the estimators of XGBoost or LightGBM.

        xgboost.train(params, data, obj=xgboost_objective(client, "huber", delta=0.5))
        lightgbm.LGBMRegressor(objective=lightgbm_objective(client, "huber"))

    The library's convention for the loss applies, if it has one: defaults of options, and the Hessian. Otherwise the
    Hessian is a surrogate that is never negative. Predictions are raw margins, as the libraries pass them: use
    `from_logits=True` where a loss expects probabilities.
    """

    def __init__(self, client: LossClient, loss: str, library: str, options: dict[str, Any]) -> None:
        self._client = client
        self._loss = loss
        conventions = {each["name"] for each in client.describe(loss)["conventions"]}
        defaults = {"convention": library} if library in conventions else {"hessian_kind": "positive"}
        self._fields: dict[str, Any] = {**defaults, "reduction": "sum", "dtype": "f32", **options}

    def __call__(self, first: Any, second: Any, sample_weight: Any = None) -> tuple[Array, Array]:
        """Returns the gradient and the Hessian.

        Called by `train` with the predictions and the data set, by an estimator with targets, predictions and weights.
        """
        predictions, targets, weights = first, second, sample_weight
        if hasattr(second, "get_label"):
            targets, weights = second.get_label(), second.get_weight()
        else:
            predictions, targets = second, first
        result = self._client.loss(
            self._loss,
            predictions=np.ascontiguousarray(predictions),
            targets=targets,
            weights=weights if weights is not None and len(weights) else None,
            outputs=["gradient", "hessian"],
            **self._fields,
        )
        if result.gradient is None or result.hessian is None:
            raise ValueError(f"{self._loss} has several predictions: choose one by gradient_of, or another loss")
        return result.gradient, result.hessian


def xgboost_objective(client: LossClient, loss: str, /, **options: Any) -> BoostingObjective:
    """Returns an objective of XGBoost."""
    return BoostingObjective(client, loss, "xgboost", options)


def lightgbm_objective(client: LossClient, loss: str, /, **options: Any) -> BoostingObjective:
    """Returns an objective of LightGBM."""
    return BoostingObjective(client, loss, "lightgbm", options)
