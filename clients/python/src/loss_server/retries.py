# SPDX-License-Identifier: Apache-2.0
"""When a request is repeated, and after how long.

Every request of the service is pure: it stores nothing, and the same request has the same result to the last bit.
Repeating one is therefore safe, even if the first try was computed and only its response was lost.
"""

from __future__ import annotations

import email.utils
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

#: The statuses after which the same request may succeed.
REPEATED = frozenset({408, 429, 502, 503, 504})


def _random() -> float:
    # A method of the generator would take its state along when a client is sent to another process.
    return random.random()


@dataclass(frozen=True)
class Retries:
    """The contract in numbers: exponential waits with full jitter, and Retry-After where the server states it."""

    #: The largest number of tries, the first included.
    tries: int = 5
    #: The upper bound of the first wait in seconds; it doubles with each try.
    first_wait: float = 0.1
    #: The longest Retry-After in seconds that is waited for; a longer one ends the tries.
    longest_wait: float = 30.0
    #: A number from 0 to 1.
    random: Callable[[], float] = _random
    sleep: Callable[[float], None] = time.sleep

    def wait(self, tried: int, retry_after: str | None = None) -> float | None:
        """Returns the seconds to wait after a number of failed tries; `None` means that there is no further try."""
        if tried >= self.tries:
            return None
        jitter = self.random() * self.first_wait * 2.0 ** (tried - 1)
        asked = _seconds(retry_after) or 0.0
        return asked + jitter if asked <= self.longest_wait else None


def _seconds(retry_after: str | None) -> float | None:
    """The seconds that a Retry-After field asks for (RFC 9110, section 10.2.3); `None` if it has no valid value."""
    if retry_after is None:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        date = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, date.timestamp() - time.time())
