# SPDX-License-Identifier: Apache-2.0
"""Trains a policy on preferences, by DPO (direct preference optimization).

    preference.py URL    URL is that of a loss-server, such as http://localhost:8080

The service computes the loss and its gradient with respect to the log-probabilities of the two completions of a pair,
which are the sums over their tokens, so the derivative with respect to each token is that of its completion.
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


def inputs(policy, reference, some):
    """The log-probabilities of the preferred and of the rejected completions, by both policies."""
    def sums(model, texts):
        return [math.fsum(numbers) for numbers in model.logprobs(texts)]
    chosen, rejected = map(list, zip(*some))
    return {
        "chosen": sums(policy, chosen), "rejected": sums(policy, rejected),
        "reference_chosen": sums(reference, chosen), "reference_rejected": sums(reference, rejected),
    }


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
            policy.backward(texts, [[slope] * (len(text) - 1) for text, slope in zip(texts, slopes, strict=True)])
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
