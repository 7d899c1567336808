#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains XGBoost and LightGBM with objectives served over HTTP, and compares them with the libraries' own.

    pip install xgboost==3.2.0 lightgbm==4.7.0 scikit-learn      # in a virtual environment
    python3 examples/boosting/boosting.py http://127.0.0.1:8080

For each objective it trains 20 rounds twice on a data set of scikit-learn, and compares the trees, and the gradient and
the Hessian of single rows. With a second argument, the name of a file, it writes the libraries' own to it.
"""

import http.client
import json
import sys
from urllib.parse import urlsplit

import lightgbm
import numpy as np
import xgboost
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine

ROUNDS = 20


class Service:
    """The losses of a server; keeps one connection."""

    def __init__(self, url):
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc)

    def derivatives(self, loss, predictions, targets, fields):
        """The gradient and the Hessian of each loss with respect to its predictions."""
        body = {
            "predictions": np.asarray(predictions, np.float64).tolist(),
            "targets": np.asarray(targets, np.float64).tolist(),
            "outputs": ["gradient", "hessian"],
            **fields,
        }
        self.connection.request("POST", f"/v1/losses/{loss}", json.dumps(body), {"Content-Type": "application/json"})
        response = self.connection.getresponse()
        result = json.loads(response.read())
        if response.status != 200:
            raise SystemExit(f"{loss}: {result['detail']}")
        return np.array(result["gradient"]), np.array(result["hessian"])


class Case:
    """An objective of a library, and the loss of the service that reproduces it."""

    def __init__(
        self, objective, data, loss=None, params=None, fields=None, start=0.0, renews=False, least=None, exposed=False
    ):
        self.objective = objective
        self.features, self.targets = data(return_X_y=True)
        self.loss = loss or objective
        self.params = params or {}
        self.fields = fields or {}
        # The margin with which training starts.
        self.start = start
        # Whether the library replaces the values of the leaves after it has chosen the splits.
        self.renews = renews
        # The least Hessian that the library uses, where the service has the exact one.
        self.least = least
        # The exposures of the rows, which LightGBM calls weights.
        self.exposures = None
        if exposed:
            self.exposures = np.random.default_rng(2).uniform(0.5, 3, len(self.targets)).astype(np.float32)

    @property
    def classes(self):
        return self.params.get("num_class", 1)

    @property
    def margins(self):
        shape = (len(self.targets), self.classes) if self.classes > 1 else (len(self.targets),)
        return np.full(shape, self.start)


AVERAGE = float(np.log(np.mean(load_diabetes().target)))

XGBOOST = [
    Case("reg:squarederror", load_diabetes, start=150),
    Case("reg:pseudohubererror", load_diabetes, start=150),
    Case("reg:absoluteerror", load_diabetes, start=150, renews=True),
    Case("reg:quantileerror", load_diabetes, params={"quantile_alpha": 0.8}, fields={"tau": 0.8}, start=150.5, renews=True),
    Case("count:poisson", load_diabetes, start=AVERAGE),
    Case("reg:gamma", load_diabetes, start=AVERAGE),
    Case("reg:tweedie", load_diabetes, start=AVERAGE),
    Case("binary:logistic", load_breast_cancer),
    Case("binary:hinge", load_breast_cancer),
    Case("multi:softprob", load_wine, params={"num_class": 3}),
    # Its Hessians are so small that leaves must be allowed to have less of them.
    Case("reg:squaredlogerror", load_diabetes, params={"min_child_weight": 1e-3}, start=20, least=1e-6),
]

LIGHTGBM = [
    Case("regression", load_diabetes, start=150),
    Case("regression_l1", load_diabetes, start=150, renews=True),
    Case("huber", load_diabetes, start=150),
    Case("fair", load_diabetes, start=150),
    Case("mape", load_diabetes, loss="absolute_percentage_error", start=150, renews=True),
    Case("quantile", load_diabetes, loss="pinball", start=150.5, renews=True),
    Case("poisson", load_diabetes, loss="poisson_nll", start=AVERAGE),
    Case("gamma", load_diabetes, loss="half_gamma_deviance", start=AVERAGE),
    Case("tweedie", load_diabetes, loss="tweedie_nll", start=AVERAGE),
    Case("binary", load_breast_cancer, loss="binary_cross_entropy"),
    Case("cross_entropy", load_breast_cancer, loss="binary_cross_entropy"),
    Case("cross_entropy_lambda", load_breast_cancer, exposed=True),
    Case("multiclass", load_wine, loss="categorical_cross_entropy", params={"num_class": 3}),
]


def xgboost_trees(case, objective, rounds=ROUNDS):
    """The trees of XGBoost; `objective` is None for its own."""
    data = xgboost.DMatrix(case.features, label=case.targets, base_margin=case.margins)
    # A custom objective works on margins; the library's own transforms base_score, which base_margin replaces here.
    params = {
        "tree_method": "exact", "max_depth": 4, "eta": 0.3, "nthread": 1, "num_class": case.params.get("num_class", 0),
        "min_child_weight": case.params.get("min_child_weight", 1),
    }
    # Unless told otherwise, count:poisson also limits the values of leaves to 0.7.
    if case.objective == "count:poisson":
        params["max_delta_step"] = 0.7
    if objective is None:
        params |= {"objective": case.objective, **case.params}
    booster = xgboost.train(params, data, rounds, obj=objective)
    trees = json.loads(booster.save_raw("json"))["learner"]["gradient_booster"]["model"]["trees"]
    splits = [(tree["split_indices"], tree["split_conditions"], tree["left_children"]) for tree in trees]
    # The value of a leaf is in the place of its condition.
    inner = [
        [condition for condition, child in zip(conditions, children) if child >= 0]
        for _, conditions, children in splits
    ]
    structure = [(indices, own, children) for (indices, _, children), own in zip(splits, inner)]
    leaves = [
        condition
        for _, conditions, children in splits
        for condition, child in zip(conditions, children)
        if child < 0
    ]
    return structure, np.array(leaves, np.float32)


def lightgbm_trees(case, objective, rounds=ROUNDS):
    """The trees of LightGBM; `objective` is None for its own."""
    data = lightgbm.Dataset(
        case.features, label=case.targets, weight=case.exposures, init_score=case.margins.T.reshape(-1)
    )
    params = {
        "objective": objective or case.objective, "boost_from_average": False, "num_leaves": 15,
        "verbosity": -1, "num_threads": 1, "deterministic": True, **case.params,
    }
    # Unless told otherwise, LightGBM's own objectives for counts limit nothing else.
    booster = lightgbm.train(params, data, rounds)
    structure, leaves = [], []

    def visit(node):
        if "leaf_value" in node:
            leaves.append(node["leaf_value"])
        else:
            structure.append((node["split_feature"], node["threshold"]))
            visit(node["left_child"])
            visit(node["right_child"])

    for tree in booster.dump_model()["tree_info"]:
        visit(tree["tree_structure"])
    return structure, np.array(leaves)


def served(service, case, fields):
    """The objective that asks the service."""

    def objective(predictions, data):
        exposures = {} if case.exposures is None else {"exposures": data.get_weight().tolist()}
        gradient, hessian = service.derivatives(case.loss, predictions, data.get_label(), fields | exposures)
        if case.least is not None:
            hessian = np.maximum(hessian, case.least)
        return gradient.astype(np.float32), hessian.astype(np.float32)

    return objective


# With a regularisation as strong as this, the value of a leaf of one row is its gradient, scaled and rounded.
STRENGTH = 2.0**20


def xgboost_rows(case, margins, targets, exposures=None):
    """XGBoost's own gradient and Hessian of rows: those of models with a single row."""
    gradients, hessians = np.empty(margins.shape), np.empty(margins.shape)
    for row, (margin, target) in enumerate(zip(margins, targets)):
        data = xgboost.DMatrix(np.zeros((1, 1)), label=[target], base_margin=np.reshape(margin, (1, -1)))
        params = {
            "objective": case.objective, "tree_method": "exact", "max_depth": 1, "reg_lambda": STRENGTH, "eta": 1,
            "nthread": 1, **case.params, "min_child_weight": 0,
        }
        model = json.loads(xgboost.train(params, data, 1).save_raw("json"))
        trees = model["learner"]["gradient_booster"]["model"]["trees"]
        hessians[row] = np.squeeze([tree["sum_hessian"][0] for tree in trees])
        values = np.squeeze([tree["base_weights"][0] for tree in trees])
        gradients[row] = -values * (STRENGTH + hessians[row])
    return gradients, hessians


def lightgbm_rows(case, margins, targets, exposures=None):
    """LightGBM's own gradient and Hessian of rows: those of trees that separate two rows.

    It separates only gradients of different signs, so each row is paired with every other; NaN where none has the other
    sign, and for the gradients of objectives that replace the values of leaves.
    """
    gradients, hessians = np.full(margins.shape, np.nan), np.full(margins.shape, np.nan)
    params = {
        "objective": case.objective, "boost_from_average": False, "min_data_in_leaf": 1, "min_sum_hessian_in_leaf": 0,
        "lambda_l2": STRENGTH, "learning_rate": 1, "num_leaves": 2, "verbosity": -1, "num_threads": 1, **case.params,
    }
    for row in range(len(targets)):
        for other in range(len(targets)):
            pair = [row, other]
            if other == row or not np.any(np.isnan(hessians[pair])):
                continue
            data = lightgbm.Dataset(
                np.array([[0.0], [1.0]]), label=targets[pair], init_score=margins[pair].T.reshape(-1),
                weight=None if exposures is None else exposures[pair],
                params={"min_data_in_bin": 1, "feature_pre_filter": False},
            )
            try:
                trees = lightgbm.train(params, data, 1).dump_model()["tree_info"]
            except lightgbm.basic.LightGBMError:
                # Some targets of a pair are refused, such as two of the same class.
                continue
            for output, tree in enumerate(trees):
                root = tree["tree_structure"]
                for place, side in zip(pair, ("left_child", "right_child")):
                    if side in root:
                        index = (place, output) if case.classes > 1 else place
                        hessians[index] = root[side]["leaf_weight"]
                        if not case.renews:
                            gradients[index] = -root[side]["leaf_value"] * (STRENGTH + hessians[index])
    return gradients, hessians


def farthest(ours, theirs):
    """The largest distance, relative to the larger of the number and 1, in units of 2^-24: half a unit of float32 at 1."""
    known = ~np.isnan(theirs)
    distance = np.abs(ours - theirs)[known] / np.maximum(1, np.abs(theirs[known]))
    return float(np.max(distance, initial=0)) * 2.0**24


LIBRARIES = [
    ("xgboost", XGBOOST, xgboost_trees, xgboost_rows),
    ("lightgbm", LIGHTGBM, lightgbm_trees, lightgbm_rows),
]


def main():
    service = Service(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080")
    random = np.random.default_rng(1)
    expected = []
    failed = False
    print(f"XGBoost {xgboost.__version__}, LightGBM {lightgbm.__version__}, {ROUNDS} rounds")
    for library, cases, trees, rows in LIBRARIES:
        for case in cases:
            fields = {"convention": library} | case.fields
            rounds = 1 if case.renews else ROUNDS
            own, ours = trees(case, None, rounds), trees(case, served(service, case, fields), rounds)
            same = own[0] == ours[0]
            text = f"{library:9} {case.objective:20} splits {'identical' if same else 'DIFFER'}"
            failed |= not same
            if case.renews:
                text += " (first tree)"
            elif same:
                text += f", {np.sum(own[1] == ours[1])} of {len(own[1])} leaves"
                if (difference := np.max(np.abs(own[1] - ours[1]))) > 0:
                    text += f", others within {difference / np.max(np.abs(own[1])):.0e} of the largest"
            chosen = random.choice(len(case.targets), 16, replace=False)
            margins = case.margins[chosen] + random.normal(0, 1, case.margins[chosen].shape)
            margins, targets = np.float32(margins).astype(float), np.float32(case.targets[chosen]).astype(float)
            exposures = None if case.exposures is None else case.exposures[chosen]
            theirs = rows(case, margins, targets, exposures)
            if exposures is not None:
                fields = fields | {"exposures": exposures.tolist()}
            mine = service.derivatives(case.loss, margins, targets, fields)
            text += f"; gradient {farthest(mine[0], theirs[0]):.1f}, Hessian {farthest(mine[1], theirs[1]):.1f}"
            print(text)
            request = {"predictions": margins.tolist(), "targets": targets.tolist(), "outputs": ["gradient", "hessian"]}
            gradients, hessians = ([None if np.isnan(x) else x for x in each.reshape(-1)] for each in theirs)
            expected.append({
                "library": library, "objective": case.objective, "loss": case.loss, "request": request | fields,
                "gradient": gradients, "hessian": hessians,
            })
    if len(sys.argv) > 2:
        with open(sys.argv[2], "w") as file:
            file.write('{"cases": [\n' + ",\n".join(json.dumps(each) for each in expected) + "\n]}\n")
    sys.exit(failed)


if __name__ == "__main__":
    main()
