# SPDX-License-Identifier: Apache-2.0
"""Trains the policy of policy.py where the model is behind a training interface that knows one loss only.

    remote.py URL    URL is that of a loss-server, such as http://localhost:8080

Training interfaces for large models, such as Tinker, return the log-probabilities of tokens and take weights for a
linear cross-entropy, the sum of -logprob * weight. Its derivative with respect to a log-probability is -weight, so
any loss of log-probabilities is trained with weights = -gradient, without PyTorch.
"""

import sys

from bigram import Bigram
from policy import show, train
from service import Service


class TrainingInterface:
    """Stands for the remote side: it has the model, and the linear cross-entropy as its only loss."""

    def __init__(self):
        self.model = Bigram()

    def forward(self, texts):
        return self.model.logprobs(texts)

    def forward_backward(self, texts, weights):
        """Accumulates the gradient of the sum of -logprob * weight."""
        self.model.backward(texts, [[-weight for weight in row] for row in weights])

    def optim_step(self, rate):
        self.model.step(rate)


class RemotePolicy:
    """A policy for policy.py, all of whose calls go to a training interface."""

    def __init__(self, interface):
        self.interface = interface

    @property
    def table(self):
        """The parameters, as from a checkpoint, for the reference policy."""
        return self.interface.model.table

    def rows(self):
        """The log-probabilities from which tokens are sampled, as a sampling client would."""
        return self.interface.model.rows()

    def logprobs(self, texts):
        return self.interface.forward(texts)

    def backward(self, texts, gradient):
        self.interface.forward_backward(texts, weights=[[-derivative for derivative in row] for row in gradient])

    def step(self, rate):
        self.interface.optim_step(rate)


if __name__ == "__main__":
    policy = RemotePolicy(TrainingInterface())
    show(policy, *train(Service(sys.argv[1]), policy))
