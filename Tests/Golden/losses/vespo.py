# SPDX-License-Identifier: Apache-2.0
"""The weighted policy gradient -w a sum p, w = e^(b + k s - b e^s) constant, s the limited sum of p - o."""

from mpmath import exp, fsum, log, mpf, nint

import sequences

KIND = "arrays"
DIFFERENTIABLE = (0, 1, 2)
OPTIONS = {"k_pos": 2.0, "lambda_pos": 3.0, "k_neg": 3.0, "lambda_neg": 2.0}


def loss(logprobs, old_logprobs, advantages, token_mask, o):
    # Without the last digits, numbers are those before one of them was moved to take a difference.
    fixed = [[nint(x * mpf(2) ** 500) / mpf(2) ** 500 for x in row] for row in (logprobs, old_logprobs)]
    ratios = sequences.counted([min(max(p - q, mpf(-20)), mpf(20)) for p, q in zip(*fixed)], token_mask)
    s = min(max(fsum(ratios), log(mpf(1e-8))), mpf(20))
    k, b = (o.k_pos, o.lambda_pos) if advantages >= 0 else (o.k_neg, o.lambda_neg)
    exponent = b + k * s - b * exp(s)
    weight = exp(exponent) if exponent > -5000 else mpf(0)
    return -weight * advantages * fsum(sequences.counted(logprobs, token_mask))


def terms(logprobs, old_logprobs, advantages, token_mask, o):
    """The sum of the logarithms may cancel if some are positive."""
    size = max(abs(p) for p in logprobs)
    return [size * abs(advantages), 0, 0, size, 0, 0, 0]


def groups(random):
    for given in ({}, {"k_pos": 1.0, "lambda_pos": 0.5}, {"k_neg": 0.0, "lambda_neg": 1e-4}):
        yield given, sequences.points(random, 0.02, -0.3, 1.5, -4.0)
