# SPDX-License-Identifier: Apache-2.0
"""Direct reward optimization: b (p - o)^2/2 - a p."""

import policies
import samples

KIND = "inputs"
OPTIONS = {"beta": 1.0}


def loss(logprobs, old_logprobs, advantages, o):
    return o.beta * (logprobs - old_logprobs) ** 2 / 2 - advantages * logprobs


def terms(logprobs, old_logprobs, advantages, o):
    d = logprobs - old_logprobs
    return [max(abs(o.beta * d**2 / 2), abs(advantages * logprobs)), max(abs(o.beta * d), abs(advantages))] + [0] * 5


def groups(random):
    for beta in (1.0, 0.05, 0.0, 3.0, 1e6):
        points = policies.tokens(random, count=10)
        if beta:
            # Where the gradient is 0, and where the loss is.
            points += [(a / beta * x, 0.0, a) for a in (0.7, -1.3) for zero in (1.0, 2.0) for x in samples.near(zero, 9)]
        yield {"beta": beta} if beta != 1 else {}, points
