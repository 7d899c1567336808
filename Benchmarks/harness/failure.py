# SPDX-License-Identifier: Apache-2.0


class Failure(Exception):
    """An answer that is wrong or missing, or a server that does not serve: one sentence."""


class Skip(Exception):
    """What cannot be measured because something is not installed: its name."""
