# SPDX-License-Identifier: Apache-2.0
"""Trains a policy on preferences, by DPO (direct preference optimization).

    preference.py URL    URL is that of a loss-server, such as http://localhost:8080

The service sums the log-probabilities of the tokens of both completions of a pair, and computes the loss and its gradient
with respect to each token. Shorter completions are padded with tokens that do not count.
"""

import math
import random
import sys

from bigram import Bigram
from letters import END, pairs, sample, written
from service import Service

PAIRS, BATCH, EPOCHS, RATE, BETA = 256, 32, 12, 1.5, 0.3


def first():
    """The policy to begin with, which is also the reference: any table of logits."""
    chance = random.Random("reference")
    return [[chance.uniform(-0.5, 0.5) for _ in range(END + 1)] for _ in range(END)]


def data():
    """Pairs to train on and pairs to judge by, written by the reference policy."""
    chance, rows = random.Random("preference"), Bigram(first()).rows()
    return pairs(rows, PAIRS, chance), pairs(rows, PAIRS, chance)


def padded(rows):
    """Rows of the same length, and the mask of the numbers that count."""
    width = max(len(row) for row in rows)
    mask = [[1] * len(row) + [0] * (width - len(row)) for row in rows]
    return [row + [None] * (width - len(row)) for row in rows], mask


def inputs(policy, reference, some):
    """The log-probabilities of the tokens of the preferred and of the rejected completions, by both policies."""
    fields = {"log_probability": "sum"}
    for name, texts in zip(("chosen", "rejected"), zip(*some)):
        fields[name], fields[name + "_mask"] = padded(policy.logprobs(texts))
        fields["reference_" + name], _ = padded(reference.logprobs(texts))
    return fields


def train(service, policy):
    """The loss of each step, and the statistics of the losses of other pairs before and after."""
    reference = Bigram(policy.table)
    some, others = data()
    losses = []

    def judge():
        fields = inputs(policy, reference, others)
        return service.loss("dpo", **fields, beta=BETA, outputs=["loss", "statistics"])["statistics"]

    before = judge()
    for start in [*range(0, PAIRS, BATCH)] * EPOCHS:
        part = some[start:start + BATCH]
        result = service.loss("dpo", **inputs(policy, reference, part), beta=BETA)
        for texts, slopes in zip(zip(*part), (result["gradients"][name] for name in ("chosen", "rejected"))):
            policy.backward(texts, [row[:len(text) - 1] for text, row in zip(texts, slopes, strict=True)])
        policy.step(RATE)
        losses.append(result["loss"])
    return losses, before, judge()


def show(policy, losses, before, after):
    steps = PAIRS // BATCH
    for epoch in range(EPOCHS):
        print(f"epoch {epoch + 1:2}: mean loss {math.fsum(losses[epoch * steps:][:steps]) / steps:.6f}")
    for time, judged in ("before", before), ("after", after):
        print(f"other pairs, {time}: loss {judged['mean']:.4f} with a standard error of {judged['standard_error']:.4f}")
    chance = random.Random("show")
    print("completions:", *(written(sample(policy.rows(), prompt, chance)) for prompt in range(END)))


if __name__ == "__main__":
    model = Bigram(first())
    show(model, *train(Service(sys.argv[1]), model))
