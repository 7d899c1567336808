# SPDX-License-Identifier: Apache-2.0
"""Trains a policy by GRPO: clipped policy gradients within groups of samples, near a reference policy.

    policy.py URL    URL is that of a loss-server, such as http://localhost:8080

The service computes the loss and its gradient with respect to the log-probabilities of the tokens; the policy is a
Bigram, and this program needs nothing but Python.
"""

import random
import statistics
import sys

from bigram import Bigram
from letters import END, reward, sample, written
from service import Service

ROUNDS, UPDATES, SIZE, RATE = 20, 4, 8, 6.0
CLIP = {"clip_low": 0.2, "clip_high": 0.28}
KL = 0.02
PROMPTS = range(END)


def batch(rows, chance):
    """A group of completions of each prompt, with the advantages of each over its group."""
    texts, advantages = [], []
    for prompt in PROMPTS:
        group = [sample(rows, prompt, chance) for _ in range(SIZE)]
        rewards = [reward(text) for text in group]
        mean, deviation = statistics.mean(rewards), statistics.stdev(rewards)
        texts += group
        advantages += [(x - mean) / (deviation + 1e-4) for x in rewards]
    return texts, advantages


def surrogate(service, logprobs, old, reference, advantages, tokens):
    """The loss of a part of a batch that has so many `tokens`, and its gradient with respect to `logprobs`.

    All are lists of numbers for each text; an advantage is that of each token of its text. Parts add up to the batch,
    because all of them are divided by its number of tokens, rather than by their own.
    """
    lengths = [len(numbers) for numbers in logprobs]
    packed = {"logprobs": sum(logprobs, []), "normalizer": tokens}
    every = [advantage for advantage, length in zip(advantages, lengths) for _ in range(length)]
    ppo = service.loss("ppo", **packed, old_logprobs=sum(old, []), advantages=every, **CLIP)
    kl = service.loss("policy_kl", **packed, reference_logprobs=sum(reference, []), estimator="k3")
    gradient = iter([p + KL * k for p, k in zip(ppo["gradient"], kl["gradient"], strict=True)])
    return ppo["loss"] + KL * kl["loss"], [[next(gradient) for _ in range(length)] for length in lengths]


def train(service, policy):
    """The loss of each update and the mean reward of each round."""
    chance = random.Random("policy")
    first = Bigram(policy.table)
    losses, rewards = [], []
    for _ in range(ROUNDS):
        texts, advantages = batch(policy.rows(), chance)
        rewards.append(statistics.mean(map(reward, texts)))
        old, reference = policy.logprobs(texts), first.logprobs(texts)
        tokens = sum(map(len, old))
        for _ in range(UPDATES):
            loss = 0.0
            for part in (slice(None, len(texts) // 2), slice(len(texts) // 2, None)):
                logprobs = policy.logprobs(texts[part])
                value, gradient = surrogate(service, logprobs, old[part], reference[part], advantages[part], tokens)
                policy.backward(texts[part], gradient)
                loss += value
            policy.step(RATE)
            losses.append(loss)
    return losses, rewards


def show(policy, losses, rewards):
    for number, mean in enumerate(rewards, 1):
        print(f"round {number:2}: mean reward {mean:5.2f}, loss of the last update {losses[number * UPDATES - 1]:9.6f}")
    chance = random.Random("show")
    print("completions:", *(written(sample(policy.rows(), prompt, chance)) for prompt in PROMPTS))


if __name__ == "__main__":
    model = Bigram()
    show(model, *train(Service(sys.argv[1]), model))
