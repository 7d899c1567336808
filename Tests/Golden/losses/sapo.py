# SPDX-License-Identifier: Apache-2.0
"""Soft adaptive policy optimization: -4 a sigmoid(t (q - 1))/t, q = e^(p - o), t by the sign of the advantage."""

from mpmath import exp, findroot, mpf, workdps

import policies
from preferences import power, sigmoid

KIND = "inputs"
OPTIONS = {"temperature_positive": 1.0, "temperature_negative": 1.05}


def temperature(advantages, o):
    return o.temperature_positive if advantages > 0 else o.temperature_negative


def gate(logprobs, old_logprobs, t):
    return 4 * sigmoid(t * (power(min(logprobs - old_logprobs, mpf(5000))) - 1)) / t


def loss(logprobs, old_logprobs, advantages, o):
    return -advantages * gate(logprobs, old_logprobs, temperature(advantages, o))


def terms(logprobs, old_logprobs, advantages, o):
    """The Hessian is a difference, both terms of which are as large as the gradient near its zero."""
    t = temperature(advantages, o)
    q = power(min(logprobs - old_logprobs, mpf(5000)))
    u = t * (q - 1)
    bend = abs(4 * advantages * q * sigmoid(u) * sigmoid(-u)) * max(1, t * q)
    return [0, 0, 0, 0, bend, bend, 0]


def kink(logprobs, old_logprobs, advantages, o):
    if advantages == 0:
        return {2: [{"gradient": -gate(logprobs, old_logprobs, o.temperature_negative), "hessian": 0}]}


def groups(random):
    for positive, negative in ((1.0, 1.05), (0.3, 2.0), (20.0, 1e-3), (100.0, 0.7)):
        zeros = []
        for t in (positive, negative):
            with workdps(40):
                try:
                    # Where the Hessian is 0.
                    zeros.append(float(findroot(
                        lambda d: 1 - t * exp(d) * (2 * sigmoid(t * (exp(d) - 1)) - 1), mpf(1) if t < 3 else mpf("0.05"))))
                except ValueError:
                    continue
        given = {"temperature_positive": positive, "temperature_negative": negative}
        yield {name: x for name, x in given.items() if x != OPTIONS[name]}, policies.tokens(random, *zeros, count=10)
