# SPDX-License-Identifier: Apache-2.0
"""Complete requests worth testing."""

import samples


def requests(chance):
    """Names, losses and bodies."""
    def uniform(*sizes):
        if not sizes:
            return chance.uniform(-4, 4)
        return [uniform(*sizes[1:]) for _ in range(sizes[0])]

    def distributions(*sizes):
        if len(sizes) == 1:
            return samples.even(chance, sizes[0])
        return [distributions(*sizes[1:]) for _ in range(sizes[0])]

    flat = {"predictions": [0.2, 1.7, -3.0], "targets": [0.0, 1.5, 1.0]}
    square = {"predictions": uniform(3, 2), "targets": uniform(3, 2)}
    cube = {"predictions": uniform(2, 2, 3), "targets": uniform(2, 2, 3)}
    yield "numbers without dimensions", "squared_error", {"predictions": 1.25, "targets": -0.5}
    yield "a number as weight leaves a mean alone", "squared_error", flat | {"weights": 3}
    yield "a number as weight scales a sum", "squared_error", flat | {"weights": 2.5, "reduction": "sum"}
    yield "a weight a row counts for each element of it", "squared_error", square | {"weights": [1, 2.5, 0]}
    yield "a weight an element", "squared_error", square | {"weights": [[1, 2], [0.5, 0], [0, 4]]}
    yield "a weight a row of a batch of rows", "squared_error", cube | {"weights": [[1, 0.5], [0, 2]]}
    yield "batch mean divides by the first dimension", "squared_error", square | {"reduction": "batch_mean"}
    yield "element mean does not divide by the weights", "squared_error", square | {
        "weights": [1, 2, 4], "reduction": "element_mean",
    }
    yield "none keeps the shape", "squared_error", cube | {"reduction": "none"}
    yield "the mean of one", "huber", {"predictions": [2.0], "targets": [0.5]}
    yield "delta and weights", "huber", flat | {"delta": 0.5, "weights": [1, 2, 3]}
    yield "none with weights", "huber", square | {"delta": 1.5, "weights": [1, 0, 2], "reduction": "none"}
    yield "sum of a row of large and small", "huber", {
        "predictions": [1e8, 1e-8, 0.0], "targets": [0.0, 0.0, 0.5], "reduction": "sum",
    }

    binary = {"predictions": [0.9, 0.2, 1e-20, 0.6], "targets": [1, 0, 0, 1]}
    logits = {"predictions": [[4.0, -37.0], [-0.5, 710.0]], "targets": [[1, 0], [0.25, 1]], "from_logits": True}
    yield "probabilities", "binary_cross_entropy", binary
    yield "positive weights stay out of the normalizer", "binary_cross_entropy", binary | {"pos_weight": 3.0}
    yield "smoothed labels with weights", "binary_cross_entropy", binary | {
        "label_smoothing": 0.1, "weights": [1, 1, 0.5, 2],
    }
    yield "logits, batch mean", "binary_cross_entropy", logits | {"reduction": "batch_mean", "weights": [2, 1]}
    yield "logits, none", "binary_cross_entropy", logits | {"reduction": "none"}

    rows = {"predictions": uniform(4, 3), "targets": [2, 0, 1, 2], "from_logits": True}
    weighted = {"class_weights": [1.0, 2.0, 0.25]}
    yield "the mean over rows", "categorical_cross_entropy", rows
    yield "class weights in the normalizer", "categorical_cross_entropy", rows | weighted
    yield "class weights times row weights", "categorical_cross_entropy", rows | weighted | {"weights": [1, 0, 3, 0.25]}
    yield "class weights of smoothed labels count unsmoothed", "categorical_cross_entropy", rows | weighted | {
        "label_smoothing": 0.2,
    }
    yield "class weights, sum", "categorical_cross_entropy", rows | weighted | {"reduction": "sum"}
    yield "class weights, element mean", "categorical_cross_entropy", rows | weighted | {"reduction": "element_mean"}
    yield "class weights of distributions", "categorical_cross_entropy", weighted | {
        "predictions": distributions(3, 3), "targets": distributions(3, 3), "weights": [1, 2, 0.5],
    }
    ignoring = {"targets": [2, -100, 1, -100], "ignore_index": -100}
    yield "ignored rows do not count in the mean", "categorical_cross_entropy", rows | ignoring
    yield "ignored rows count in the element mean", "categorical_cross_entropy", rows | ignoring | {
        "reduction": "element_mean",
    }
    yield "ignored rows with class weights and weights", "categorical_cross_entropy", rows | ignoring | weighted | {
        "weights": [2, 5, 1, 1],
    }
    yield "ignored rows, none", "categorical_cross_entropy", rows | ignoring | {"reduction": "none", "weights": 2}
    yield "an ignored class", "categorical_cross_entropy", rows | {"ignore_index": 2}
    yield "one row without a batch", "categorical_cross_entropy", {
        "predictions": [0.5, -1.0, 2.0], "targets": 0, "from_logits": True,
    }
    images = {"predictions": uniform(2, 3, 2), "targets": [[0, 2], [1, 1]], "from_logits": True, "axis": 1}
    yield "classes along the middle axis", "categorical_cross_entropy", images
    yield "classes along the middle axis, weights and none", "categorical_cross_entropy", images | {
        "weights": [[1, 2], [0, 0.5]], "reduction": "none",
    }
    yield "classes along the middle axis, batch mean, ignored place", "categorical_cross_entropy", images | {
        "ignore_index": 2, "reduction": "batch_mean", "weights": [3, 1],
    }
    yield "classes along the first axis", "categorical_cross_entropy", {
        "predictions": uniform(3, 4), "targets": [0, 1, 2, 1], "from_logits": True, "axis": 0, "weights": [1, 2, 3, 4],
    }
    yield "distributions along the axis before the last", "categorical_cross_entropy", {
        "predictions": uniform(2, 2, 2), "targets": [[[0.25, 1.0], [0.75, 0.0]], [[0.5, 0.0], [0.5, 1.0]]],
        "from_logits": True, "axis": -2, "label_smoothing": 0.1,
    }

    pair = {"predictions": distributions(3, 4), "targets": distributions(3, 4)}
    yield "the mean over rows, not elements", "kl_divergence", pair
    yield "weights a row", "kl_divergence", pair | {"weights": [1, 0, 2.5]}
    yield "batch mean", "kl_divergence", {
        "predictions": uniform(2, 2, 3), "targets": distributions(2, 2, 3), "from_logits": True,
        "reduction": "batch_mean",
    }
    yield "none of a batch of rows", "kl_divergence", {
        "predictions": uniform(2, 2, 3), "targets": distributions(2, 2, 3), "from_logits": True, "reduction": "none",
        "weights": [1, 0.5],
    }
