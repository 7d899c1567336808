# SPDX-License-Identifier: Apache-2.0


class Failure(Exception):
    """A wrong or missing response, or a server that does not serve; the message is one sentence."""


class Skip(Exception):
    """A measurement that is skipped because something is not installed; the message names both."""
