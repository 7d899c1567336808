# SPDX-License-Identifier: Apache-2.0
"""The policy gradient c (p - o)^2 - k t e^(p - o) a, k = 0 where the probability has moved beyond a bound, which is constant."""

from mpmath import exp, log, mpf, workdps

import policies
from preferences import power

KIND = "inputs"
OPTIONS = {"mask_low": 0.2, "mask_high": 0.2, "adv_tau": 1.0, "kl_tau": 1e-3}


def ratio(logprobs, old_logprobs):
    return power(min(logprobs - old_logprobs, mpf(5000)))


def takes_part(logprobs, old_logprobs, advantages, o):
    # Beyond e^5000, only the order counts.
    p, q = (power(min(x, mpf(5000))) for x in (logprobs, old_logprobs))
    change = p - q if min(logprobs, old_logprobs) < 5000 else logprobs - old_logprobs
    return change <= o.mask_high if advantages > 0 else change >= -o.mask_low


def loss(logprobs, old_logprobs, advantages, o):
    gain = o.adv_tau * ratio(logprobs, old_logprobs) * advantages if takes_part(logprobs, old_logprobs, advantages, o) else 0
    return o.kl_tau * (logprobs - old_logprobs) ** 2 - gain


def kink(logprobs, old_logprobs, advantages, o):
    if advantages == 0:
        slope = -o.adv_tau * ratio(logprobs, old_logprobs) if takes_part(logprobs, old_logprobs, advantages, o) else 0
        return {2: [{"gradient": slope, "hessian": 0}]}


def terms(logprobs, old_logprobs, advantages, o):
    d = logprobs - old_logprobs
    gain = o.adv_tau * ratio(logprobs, old_logprobs) * abs(advantages) if takes_part(logprobs, old_logprobs, advantages, o) else mpf(0)
    # The error of the log-ratio is in the exponent.
    gain *= max(1, min(abs(d), 800))
    slope, bend = max(gain, 2 * o.kl_tau * abs(d)), max(gain, 2 * o.kl_tau)
    return [max(gain, o.kl_tau * d**2), slope, slope, 0, bend, bend, 0]


def groups(random):
    for low, high, tau, kappa in ((0.2, 0.2, 1.0, 1e-3), (0.1, 0.3, 2.5, 0.0), (0.9, 0.95, 1.0, 0.5)):
        given = {"mask_low": low, "mask_high": high, "adv_tau": tau, "kl_tau": kappa}
        points = policies.tokens(random, 0.3, -0.7, count=10)
        # Probabilities that move by about a bound.
        for bound in (low, high):
            with workdps(60):
                points += [(float(log(mpf(0.5) + sign * mpf(bound) * (1 - e))), float(log(mpf(0.5))), a) for sign in (-1, 1) for e in (0.1, -0.1, 1e-9, -1e-9) for a in (1.5, -0.4) if abs(bound) * (1 - e) < 0.5]
        yield {name: x for name, x in given.items() if x != OPTIONS[name]}, points
