# SPDX-License-Identifier: Apache-2.0
"""PyTorch, XGBoost, LightGBM and scikit-learn, with the losses of the service in place of their own."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

from loss_server import LossClient, LossServerError

pytestmark = [
    pytest.mark.engines,
    # Warnings of the libraries about themselves.
    pytest.mark.filterwarnings("default"),
]


class TestTorch:
    torch: Any = None

    @pytest.fixture(autouse=True)
    def _torch(self) -> None:
        torch = pytest.importorskip("torch")
        torch.manual_seed(0)
        type(self).torch = torch

    def compare(self, ours: Any, theirs: Any, leaves: list[Any], tolerance: float) -> None:
        """Compares two losses, and what they pass back if each has another outer gradient."""
        outer = self.torch.rand_like(ours)
        gradients = []
        for loss in (ours, theirs):
            for leaf in leaves:
                leaf.grad = None
            (loss * outer).sum().backward()
            gradients.append([leaf.grad.clone() for leaf in leaves])
        for pair in [(ours, theirs), *zip(*gradients, strict=True)]:
            self.torch.testing.assert_close(*pair, rtol=tolerance, atol=tolerance)

    @pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
    @pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-14), ("float32", 1e-6), ("bfloat16", 1e-2)])
    def test_huber(self, client: LossClient, reduction: str, dtype: str, tolerance: float) -> None:
        from loss_server.torch import Loss

        functional = self.torch.nn.functional
        kind = getattr(self.torch, dtype)
        leaves = [self.torch.randn(7, 3, dtype=kind, requires_grad=True) for _ in range(2)]
        loss = Loss(client, "huber", reduction=reduction, delta=0.7)(*leaves)
        assert loss.dtype == kind
        self.compare(loss, functional.huber_loss(*leaves, reduction=reduction, delta=0.7), leaves, tolerance)

    @pytest.mark.parametrize("reduction", ["mean", "none"])
    def test_cross_entropy(self, client: LossClient, reduction: str) -> None:
        from loss_server.torch import Loss

        logits = self.torch.randn(5, 4, requires_grad=True)
        classes = self.torch.randint(0, 4, (5,))
        loss = Loss(client, "cross_entropy", from_logits=True, reduction=reduction)(logits, classes)
        theirs = self.torch.nn.functional.cross_entropy(logits, classes, reduction=reduction)
        self.compare(loss, theirs, [logits], 1e-6)

    def test_named_inputs_and_numeric_gradients(self, client: LossClient) -> None:
        from loss_server.torch import Loss

        criterion = Loss(client, "gaussian_nll")
        assert repr(criterion) == "Loss('gaussian_nll')"
        mean, targets = self.torch.randn(2, 4, dtype=self.torch.float64)
        variance = self.torch.rand(4, dtype=self.torch.float64) + 0.5
        leaves = [tensor.requires_grad_() for tensor in (mean, variance, targets)]
        assert self.torch.autograd.gradcheck(
            lambda mean, variance, targets: criterion(mean=mean, targets=targets, variance=variance), leaves
        )

    def test_a_step_of_training(self, client: LossClient) -> None:
        from loss_server.torch import Loss

        model = self.torch.nn.Linear(3, 1)
        optimizer = self.torch.optim.SGD(model.parameters(), lr=0.1)
        criterion = Loss(client, "squared_error")
        features = self.torch.randn(50, 3)
        targets = features @ self.torch.tensor([1.0, -2.0, 3.0])
        losses = []
        for _ in range(50):
            optimizer.zero_grad()
            loss = criterion(model(features).squeeze(1), targets)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        assert losses[-1] < losses[0] / 100

    def test_misuse(self, client: LossClient) -> None:
        from loss_server.torch import Loss

        tensor = self.torch.zeros(2, requires_grad=True)
        with pytest.raises(TypeError, match="3 were given"):
            Loss(client, "huber")(tensor, tensor, tensor)
        with pytest.raises(TypeError, match="predictions was given twice"):
            Loss(client, "huber")(tensor, predictions=tensor)
        with pytest.raises(LossServerError, match="shape"):
            Loss(client, "huber")(tensor, self.torch.zeros(3))
        loss = Loss(client, "huber")(tensor, tensor + 1)
        (first,) = self.torch.autograd.grad(loss, tensor, create_graph=True)
        with pytest.raises(RuntimeError):
            first.sum().backward()


class TestBoosting:
    """The models are those of the libraries' own objectives."""

    @staticmethod
    def data(count: int = 300) -> tuple[Any, Any, Any]:
        random = np.random.default_rng(0)
        features = random.normal(size=(count, 4))
        targets = 3 * features[:, 0] + np.abs(features[:, 1]) + random.normal(size=count)
        return features, targets, random.uniform(0.5, 2, count)

    @pytest.mark.parametrize(
        ("objective", "options"),
        [("reg:squarederror", {}), ("reg:pseudohubererror", {}), ("multi:softprob", {"num_class": 3})],
    )
    def test_xgboost(self, client: LossClient, objective: str, options: dict[str, Any]) -> None:
        xgboost = pytest.importorskip("xgboost")
        from loss_server.boosting import xgboost_objective

        features, targets, weights = self.data()
        if options:
            targets = np.digitize(targets, [-1, 2])
        start = np.zeros((len(targets), 3) if options else len(targets))
        data = xgboost.DMatrix(features, label=targets, weight=weights, base_margin=start)
        params = {"max_depth": 3, "nthread": 1, "tree_method": "exact", **options}
        own = xgboost.train({**params, "objective": objective}, data, 10).predict(data, output_margin=True)
        served = xgboost.train(params, data, 10, obj=xgboost_objective(client, objective))
        np.testing.assert_allclose(served.predict(data, output_margin=True), own, rtol=1e-4, atol=1e-4)

    def test_an_estimator_of_xgboost(self, client: LossClient) -> None:
        xgboost = pytest.importorskip("xgboost")
        from loss_server.boosting import xgboost_objective

        features, targets, weights = self.data()
        params = {"n_estimators": 10, "max_depth": 3, "n_jobs": 1, "base_score": 0.5, "tree_method": "exact"}
        own = xgboost.XGBRegressor(**params).fit(features, targets, sample_weight=weights)
        objective = xgboost_objective(client, "reg:squarederror")
        served = xgboost.XGBRegressor(**params, objective=objective).fit(features, targets, sample_weight=weights)
        np.testing.assert_allclose(served.predict(features), own.predict(features), rtol=1e-4, atol=1e-4)

    @pytest.mark.parametrize(
        ("objective", "loss"), [("huber", "huber"), ("fair", "fair"), ("regression", "reg:squarederror")]
    )
    def test_lightgbm(self, client: LossClient, objective: str, loss: str) -> None:
        lightgbm = pytest.importorskip("lightgbm")
        from loss_server.boosting import lightgbm_objective

        features, targets, weights = self.data()
        params = {"verbosity": -1, "num_threads": 1, "boost_from_average": False, "deterministic": True}
        served = lightgbm_objective(client, loss, **({} if loss == objective else {"convention": None}))
        models = [
            lightgbm.train({**params, "objective": each}, lightgbm.Dataset(features, label=targets, weight=weights), 10)
            for each in (objective, served)
        ]
        own, ours = (model.predict(features) for model in models)
        np.testing.assert_allclose(ours, own, rtol=1e-4, atol=1e-4)

    def test_an_estimator_of_lightgbm(self, client: LossClient) -> None:
        lightgbm = pytest.importorskip("lightgbm")
        from loss_server.boosting import lightgbm_objective

        features, targets, weights = self.data()
        objective = lightgbm_objective(client, "huber", delta=2.0)
        model = lightgbm.LGBMRegressor(n_estimators=50, objective=objective, verbosity=-1)
        fitted = model.fit(features, targets, sample_weight=weights).predict(features)
        assert np.mean((fitted - targets) ** 2) < 0.5 * np.var(targets)

    def test_a_loss_of_several_predictions_is_refused(self, client: LossClient) -> None:
        from loss_server.boosting import lightgbm_objective

        objective = lightgbm_objective(client, "gaussian_nll")
        with pytest.raises((LossServerError, ValueError)):
            objective(np.zeros(3), np.zeros(3))
        assert isinstance(pickle.loads(pickle.dumps(objective)), type(objective))


class TestScikitLearn:
    def test_the_score_is_that_of_scikit_learn(self, client: LossClient) -> None:
        datasets = pytest.importorskip("sklearn.datasets")
        from sklearn.linear_model import LinearRegression
        from sklearn.model_selection import cross_val_score

        from loss_server.sklearn import loss_scorer

        features, targets = datasets.load_diabetes(return_X_y=True)
        scores = [
            cross_val_score(LinearRegression(), features, targets, scoring=scoring)
            for scoring in (loss_scorer(client, "squared_error"), "neg_mean_squared_error")
        ]
        np.testing.assert_allclose(scores[0], scores[1], rtol=1e-12)

    def test_probabilities_of_named_classes(self, client: LossClient) -> None:
        datasets = pytest.importorskip("sklearn.datasets")
        from sklearn.metrics import log_loss
        from sklearn.naive_bayes import GaussianNB

        from loss_server.sklearn import loss_scorer

        features, targets = datasets.load_iris(return_X_y=True)
        names = np.array(["a", "b", "c"])[targets]
        weights = np.random.default_rng(0).uniform(0.5, 2, len(names))
        model = GaussianNB().fit(features, names)
        scorer = loss_scorer(
            client, "categorical_cross_entropy", response_method="predict_proba", classes=model.classes_
        )
        score = pickle.loads(pickle.dumps(scorer))(model, features, names, sample_weight=weights)
        expected = log_loss(names, model.predict_proba(features), sample_weight=weights)
        assert score == pytest.approx(-expected, rel=1e-12)
        with pytest.raises(ValueError, match="label 'c' is not in classes"):
            loss_scorer(client, "zero_one", classes=["a", "b"])(model, features, names)
