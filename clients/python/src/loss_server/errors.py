# SPDX-License-Identifier: Apache-2.0
"""The error that every call of the client raises when the service gives no result."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

#: The accepted values in the text of an error; all are in `allowed`.
_SHOWN = 20


class LossServerError(Exception):
    """The reason that a request has no result: a problem document (RFC 9457), or a failed connection.

    The text has the detail of the problem, which says what would be accepted, the JSON Pointer to the value, the
    accepted values, and what the client adds.
    """

    def __init__(
        self,
        detail: str,
        *,
        status: int | None = None,
        type: str | None = None,
        title: str | None = None,
        pointer: str | None = None,
        position: int | None = None,
        allowed: tuple[str, ...] = (),
        reason: str | None = None,
        request_id: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(detail)
        #: The sentence that says what is wrong, and what would be accepted.
        self.detail = detail
        #: The HTTP status; `None` if there was no response.
        self.status = status
        #: The stable name of the problem, such as `outside-domain`; `None` if there was no response of the service.
        self.type = type
        self.title = title
        #: The JSON Pointer (RFC 6901) to the value, such as `/predictions/3`.
        self.pointer = pointer
        #: The offset of a syntax error in the body, in bytes.
        self.position = position
        #: The accepted values, or the accepted range in words.
        self.allowed = allowed
        #: The kind of an error in the syntax or in a number.
        self.reason = reason
        #: The ID of the request in the server's log.
        self.request_id = request_id
        #: What the client knows beyond the detail, such as the number of tries.
        self.hint = hint

    @classmethod
    def from_response(cls, status: int, body: bytes, request_id: str | None) -> LossServerError:
        """Returns the problem of a response, of the service or of a proxy before it."""
        try:
            problem = json.loads(body)
        except ValueError:
            problem = None
        if not isinstance(problem, Mapping) or not isinstance(problem.get("detail"), str):
            text = body[:200].decode("utf-8", "replace").strip()
            return cls(
                f"the response with status {status} is not a problem document: {text!r}",
                status=status,
                request_id=request_id,
                hint="Is there a loss-server at this URL, or a proxy that answers in its place?",
            )

        def member(name: str, kind: type) -> Any:
            value = problem.get(name)
            return value if isinstance(value, kind) else None

        return cls(
            problem["detail"],
            status=status,
            type=(member("type", str) or "").rpartition("/")[2] or None,
            title=member("title", str),
            pointer=member("pointer", str),
            position=member("position", int),
            allowed=tuple(map(str, member("allowed", list) or ())),
            reason=member("reason", str),
            request_id=request_id,
        )

    @property
    def is_too_large(self) -> bool:
        """Whether a smaller request may succeed."""
        # The groups of parts are those of the whole.
        return self.status == 413 and self.type != "too-many-groups"

    def __str__(self) -> str:
        lines = [self.detail if self.status is None else f"{self.status} {self.type or ''}: {self.detail}"]
        lines += [f"  pointer: {self.pointer}"] if self.pointer is not None else []
        lines += [f"  position: byte {self.position}"] if self.position is not None else []
        if self.allowed:
            more = len(self.allowed) - _SHOWN
            lines.append(f"  allowed: {', '.join(self.allowed[:_SHOWN])}" + (f" and {more} more" if more > 0 else ""))
        lines += [f"  hint: {self.hint}"] if self.hint else []
        return "\n".join(lines)

    def __reduce__(self) -> tuple[Any, ...]:
        # Engines send errors from worker processes; the default would lose the keyword arguments.
        return _restore, (self.detail, dict(self.__dict__))


def _restore(detail: str, state: dict[str, Any]) -> LossServerError:
    error = LossServerError(detail)
    error.__dict__.update(state)
    return error
