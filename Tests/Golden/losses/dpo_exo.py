# SPDX-License-Identifier: Apache-2.0
"""Efficient exact optimization: q log(q/(1 - s)) + (1 - q) log((1 - q)/s), q = sigmoid(beta ((c - c') - (r - r')))."""

from mpmath import findroot, log, mpf, workdps

import preferences
from preferences import sigmoid, softplus

KIND = "inputs"
OPTIONS = {"beta": 0.1, "label_smoothing": 1e-3}


def margin(chosen, rejected, reference_chosen, reference_rejected, o):
    return o.beta * ((chosen - reference_chosen) - (rejected - reference_rejected))


def loss(*inputs):
    u, s = margin(*inputs), inputs[-1].label_smoothing
    return sigmoid(u) * (-softplus(-u) - log(1 - s)) + sigmoid(-u) * (-softplus(u) - log(s))


def terms(*inputs):
    u, s, beta = margin(*inputs), inputs[-1].label_smoothing, inputs[-1].beta
    product = sigmoid(u) * sigmoid(-u)
    optimum = log((1 - s) / s)
    largest = max(abs(u), abs(optimum))
    entropy = softplus(-abs(u)) + abs(u) * sigmoid(-abs(u))
    parts = [entropy, sigmoid(u) * -log(1 - s), sigmoid(-u) * -log(s)]
    bend = max(1, abs((sigmoid(u) - sigmoid(-u)) * largest))
    return [max(parts)] + [beta * product * largest] * 4 + [beta**2 * product * bend] * 4


def groups(random):
    for beta, smoothing in ((0.1, 1e-3), (0.1, 0.1), (0.5, 0.5), (2.0, 1e-8), (1e-6, 1e-12)):
        with workdps(60):
            s = mpf(smoothing)
            optimum = log((1 - s) / s)
            zeros = [float(optimum)]
            # Where the Hessian is 0.
            for start in (optimum - 2, optimum + 2, mpf(-2), mpf(2)):
                try:
                    zeros.append(float(findroot(lambda u: 1 + (sigmoid(-u) - sigmoid(u)) * (u - optimum), start)))
                except ValueError:
                    continue
        given = {"beta": beta, "label_smoothing": smoothing}
        chosen = {name: x for name, x in given.items() if x != OPTIONS[name]}
        yield chosen, preferences.pairs(random, beta, *zeros, count=10)
    for beta, smoothing in ((0.1, 1e-3), (1e3, 0.5), (2.0, 1e-12)):
        yield {"beta": beta, "label_smoothing": smoothing}, preferences.far(beta)
