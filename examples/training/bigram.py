# SPDX-License-Identifier: Apache-2.0
"""A language model with 30 parameters, whose gradient is written by hand."""

import math

from letters import END, steps


class Bigram:
    """Chooses a token by the letter before it: a table of logits, with a row for each letter."""

    def __init__(self, table=None):
        self.table = [list(row) for row in table or [[0.0] * (END + 1)] * END]
        self.slopes = [[0.0] * (END + 1) for _ in range(END)]

    def rows(self):
        """The log-probabilities of all tokens behind each letter."""
        return [[logit - log_sum_exp(row) for logit in row] for row in self.table]

    def logprobs(self, texts):
        """The log-probabilities of the tokens of the completions, a list for each text."""
        rows = self.rows()
        return [[rows[before][token] for before, token in steps(text)] for text in texts]

    def backward(self, texts, gradient):
        """Adds the slopes of the logits for the derivatives with respect to `logprobs`, in the same lists.

        The derivative of log p_k with respect to logit j is [j = k] - p_j.
        """
        rows = self.rows()
        for text, derivatives in zip(texts, gradient, strict=True):
            for (before, token), derivative in zip(steps(text), derivatives, strict=True):
                for j, logprob in enumerate(rows[before]):
                    self.slopes[before][j] += derivative * ((j == token) - math.exp(logprob))

    def step(self, rate):
        """Descends along the slopes, and clears them."""
        for row, slopes in zip(self.table, self.slopes):
            for j, slope in enumerate(slopes):
                row[j] -= rate * slope
                slopes[j] = 0.0


def log_sum_exp(numbers):
    largest = max(numbers)
    return largest + math.log(math.fsum(math.exp(x - largest) for x in numbers))
