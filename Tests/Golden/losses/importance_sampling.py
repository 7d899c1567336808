# SPDX-License-Identifier: Apache-2.0
"""The policy gradient with importance sampling: -a e^(p - o)."""

import policies
from preferences import power

KIND = "inputs"
OPTIONS = {}


def loss(logprobs, old_logprobs, advantages, o):
    return -advantages * power(logprobs - old_logprobs)


def groups(random):
    yield {}, [point for point in policies.tokens(random) if point[0] - point[1] < 1e6]
