# SPDX-License-Identifier: Apache-2.0
"""A bar of tqdm for what takes long."""

from __future__ import annotations

import sys
from typing import Any

#: The seconds after which a bar appears.
DELAY = 2.0


class Progress:
    """A bar that counts rows, if tqdm is installed.

    - shown: `None` shows it after some seconds, on a terminal and in notebooks; `False` never.
    """

    def __init__(self, total: int, label: str, shown: bool | None) -> None:
        self._bar: Any = None
        if shown is False:
            return
        try:
            from tqdm.auto import tqdm
        except ImportError:
            return
        # With `None`, tqdm looks for a terminal, which a notebook is not.
        disable = None if shown is None and "ipykernel" not in sys.modules else False
        delay = 0.0 if shown else DELAY
        self._bar = tqdm(total=total, desc=label, unit=" rows", unit_scale=True, delay=delay, disable=disable)

    def add(self, count: int) -> None:
        """Counts rows."""
        if self._bar is not None:
            self._bar.update(count)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()
