# SPDX-License-Identifier: Apache-2.0
"""Losses and their gradients from a loss-server: `LossClient` calls one, and `serve` starts one."""

from ._version import __version__
from .client import LossClient
from .errors import LossServerError
from .local import Server, serve
from .results import Check, Comparison, Evaluation, Extreme, Group, LossResult, Merged, Objective, Statistics
from .retries import Retries

__all__ = [
    "Check",
    "Comparison",
    "Evaluation",
    "Extreme",
    "Group",
    "LossClient",
    "LossResult",
    "LossServerError",
    "Merged",
    "Objective",
    "Retries",
    "Server",
    "Statistics",
    "__version__",
    "serve",
]
