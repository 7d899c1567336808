#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the same models by PyTorch in double precision, and writes its losses to expected.json.

Needs torch==2.15.0. It shares the task, the samples and the numbers of steps with the recipes; model, losses,
derivatives and descent are PyTorch's.
"""

import json
import pathlib
import random
import statistics

import torch

import policy
import preference
from letters import END, reward, steps


class Model:
    """The table of logits, with the derivatives and the descent of PyTorch."""

    def __init__(self, table):
        self.table = torch.tensor(table, dtype=torch.float64, requires_grad=True)

    def rows(self):
        return torch.log_softmax(self.table, dim=1)

    def logprobs(self, texts):
        """The log-probabilities of the tokens of all completions, one after the other."""
        before, tokens = torch.tensor([step for text in texts for step in steps(text)]).T
        return self.rows()[before, tokens]

    def sums(self, texts):
        return torch.stack([part.sum() for part in self.logprobs(texts).split([len(text) - 1 for text in texts])])


def trained_policy():
    model, first = (Model([[0.0] * (END + 1)] * END) for _ in range(2))
    descent = torch.optim.SGD([model.table], lr=policy.RATE)
    chance = random.Random("policy")
    losses, rewards = [], []
    for _ in range(policy.ROUNDS):
        texts, advantages = policy.batch(model.rows().tolist(), chance)
        rewards.append(statistics.mean(map(reward, texts)))
        lengths = torch.tensor([len(text) - 1 for text in texts])
        every = torch.tensor(advantages, dtype=torch.float64).repeat_interleave(lengths)
        with torch.no_grad():
            old, reference = model.logprobs(texts), first.logprobs(texts)
        for _ in range(policy.UPDATES):
            logprobs = model.logprobs(texts)
            ratio = torch.exp(logprobs - old)
            clipped = torch.clamp(ratio, 1 - policy.CLIP["clip_low"], 1 + policy.CLIP["clip_high"])
            difference = reference - logprobs
            kl = torch.exp(difference) - difference - 1
            loss = (-torch.min(ratio * every, clipped * every) + policy.KL * kl).mean()
            descent.zero_grad()
            loss.backward()
            descent.step()
            losses.append(loss.item())
    return {"losses": losses, "rewards": rewards, "table": model.table.tolist()}


def trained_preference():
    model, reference = Model(preference.first()), Model(preference.first())
    descent = torch.optim.SGD([model.table], lr=preference.RATE)
    some, others = preference.data()
    losses = []

    def each(pairs):
        chosen, rejected = zip(*pairs)
        with torch.no_grad():
            constant = reference.sums(chosen) - reference.sums(rejected)
        margin = model.sums(chosen) - model.sums(rejected) - constant
        return -torch.nn.functional.logsigmoid(preference.BETA * margin)

    for start in [*range(0, preference.PAIRS, preference.BATCH)] * preference.EPOCHS:
        loss = each(some[start:start + preference.BATCH]).mean()
        descent.zero_grad()
        loss.backward()
        descent.step()
        losses.append(loss.item())
    judged = each(others)
    after = {"mean": judged.mean().item(), "standard_error": (judged.std() / len(others) ** 0.5).item()}
    return {"losses": losses, "after": after, "table": model.table.tolist()}


if __name__ == "__main__":
    results = {"by": f"torch {torch.__version__.split('+')[0]}, float64", "policy": trained_policy(), "preference": trained_preference()}
    lines = json.dumps(results).replace('"policy": {', '\n"policy": {').replace('"preference": {', '\n"preference": {')
    pathlib.Path(__file__).with_name("expected.json").write_text(lines + "\n")
