# SPDX-License-Identifier: Apache-2.0
"""A loss of the service as a scorer of scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.metrics import make_scorer

from .client import LossClient


def loss_scorer(
    client: LossClient,
    loss: str,
    /,
    *,
    response_method: str = "predict",
    classes: Sequence[Any] | None = None,
    **options: Any,
) -> Any:
    """Returns a scorer for `cross_val_score`, `GridSearchCV` and so on: the loss with a minus, so that more is better.

    Sample weights are those of the loss.

    - response_method: `predict`, `predict_proba` or `decision_function`.
    - classes: the labels in the order of the columns of predictions, if they are not 0, 1 and so on.
    """
    score = _Score(client, loss, None if classes is None else np.asarray(classes), options)
    return make_scorer(score, response_method=response_method, greater_is_better=False)


class _Score:
    """The loss of predictions; an object, so that it can be sent to other processes."""

    def __init__(self, client: LossClient, loss: str, classes: Any, options: dict[str, Any]) -> None:
        self._client = client
        self._loss = loss
        self._classes = classes
        self._options = options
        self.__name__ = loss

    def __call__(self, targets: Any, predictions: Any, sample_weight: Any = None) -> float:
        if self._classes is not None:
            targets = self._index(np.asarray(targets))
        result = self._client.loss(
            self._loss,
            predictions=predictions,
            targets=targets,
            weights=sample_weight,
            outputs=["loss"],
            **self._options,
        )
        if not isinstance(result.loss, float):
            raise ValueError("a score is one number: choose a reduction other than none")
        return result.loss

    def _index(self, labels: Any) -> Any:
        matches = labels[:, np.newaxis] == self._classes
        if not matches.any(axis=1).all():
            unknown = labels[~matches.any(axis=1)][0]
            raise ValueError(f"the label {str(unknown)!r} is not in classes: {', '.join(map(str, self._classes))}")
        return matches.argmax(axis=1)
