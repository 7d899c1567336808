# SPDX-License-Identifier: Apache-2.0
"""Estimates of a divergence, -d, e^d - 1 - d or |d|, with the derivatives of d^2/2, d = r - p."""

import policies
from preferences import power

KIND = "inputs"
OPTIONS = {"estimator": "k3"}


def loss(logprobs, reference_logprobs, o):
    d = reference_logprobs - logprobs
    return {"k1": lambda: -d, "k3": lambda: power(d) - 1 - d, "abs": lambda: abs(d)}[o.estimator]()


def kink(logprobs, reference_logprobs, o):
    d = reference_logprobs - logprobs
    return {0: [{"gradient": -d, "hessian": 1}], 1: [{"gradient": d, "hessian": 1}]}


def groups(random):
    for estimator in ("k3", "k1", "abs"):
        pairs = [(p, r) for r, p, _ in policies.tokens(random, 1e-3, -1.375) if r - p < 700]
        yield {} if estimator == "k3" else {"estimator": estimator}, pairs if estimator == "k3" else pairs[::3]
