# SPDX-License-Identifier: Apache-2.0
"""The policy gradient: -a p."""

import policies

KIND = "inputs"
OPTIONS = {}


def loss(logprobs, advantages, o):
    return -advantages * logprobs


def groups(random):
    yield {}, [(p, a) for p, _, a in policies.tokens(random)]
