# SPDX-License-Identifier: Apache-2.0
"""Malformed token files, and variants of the Authorization field."""

import os
import re
import resource
import tempfile
import time
from pathlib import Path

from bare import BODY, BareServer
from target import IS_SANITIZED, SLOWNESS, Report, post, wait_until

LARGE = 200_000_000

# The contents of a file, and the tokens that are then accepted.
VALID: list[tuple[str, bytes, dict[str, bool]]] = [
    ("CRLF", b"tok1\r\ntok2\r\n", {"tok1": True, "tok2": True, "tok1tok2": False}),
    ("CRLF, last line without", b"tok1\r\ntok2", {"tok1": True, "tok2": True, "tok1tok2": False}),
    ("CRLF and a comment", b"tok1\r\n#old\r\n", {"tok1": True, "#old": False, "tok1#old": False}),
    ("CRLF, comment first", b"# ours\r\ntok1\r\n", {"tok1": True, "ours": False}),
    ("CRLF and empty lines", b"\r\ntok1\r\n\r\n\r\n", {"tok1": True}),
    ("LF and CRLF", b"a1\nb1\r\nc1\n", {"a1": True, "b1": True, "c1": True, "b1c1": False}),
    ("leading and trailing spaces", b"  tok1  \n tok2 \r\n", {"tok1": True, "tok2": True}),
    ("LF", b"tok1\n#old\n\ntok2", {"tok1": True, "tok2": True, "#old": False, "TOK1": False}),
]

# The required error message: about the second line of a file, or about the whole file.
LINE = r"line\W+2\b"
SIZE = r"large|long|big|bytes"
INVALID: list[tuple[str, bytes | None, str]] = [
    ("CR inside", b"tok1\nab\rcd\n", LINE),
    ("CR as line ending", b"tok0\ntok1\rtok2\r", LINE),
    ("VT inside", b"tok1\nab\x0bcd\n", LINE),
    ("FF inside", b"tok1\nab\x0ccd\n", LINE),
    ("NUL inside", b"tok1\nab\0cd\n", LINE),
    ("tab inside", b"tok1\nab\tcd\n", LINE),
    ("trailing tab", b"tok1\nabcd\t\n", LINE),
    ("space inside", b"tok1\nab cd\n", LINE),
    ("DEL inside", b"tok1\nab\x7fcd\n", LINE),
    ("BEL inside, CRLF", b"tok1\r\nab\x07cd\r\n", LINE),
    ("U+0085 inside", b"tok1\nab\xc2\x85cd\n", LINE),
    ("non-ASCII letter", "tok1\nschlüssel\n".encode(), LINE),
    ("not UTF-8", b"tok1\nab\xff\xfecd\n", LINE),
    ("not UTF-8, CRLF", b"tok1\r\nab\xff\xfecd\r\n", LINE),
    ("empty", b"", r"no token|empty"),
    ("only comments", b"# one\n#two\r\n\n", r"no token|empty"),
    ("missing", None, r"no such file|not exist|missing|not found"),
]

# Variants of the Authorization field, and the status of a request with each.
FORMS = {
    "Bearer tok1": 200, "Bearer  tok1": 200, "Bearer     tok1": 200, "bearer tok1": 200,
    "Bearer tok1  ": 200, "Bearer\ttok1": 401, "Bearer \ttok1": 401, "Bearer\t tok1": 401,
    "Bearer": 401, "Bearertok1": 401, "Bearer tok1 tok1": 401, "Bearer tok1,": 401,
    "Basic tok1": 401, "tok1": 401,
}


def tokens(report: Report) -> None:
    """Token files with various line endings or invalid tokens, and files of other types."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        file = Path(folder, "tokens")
        for name, text, expected in VALID:
            file.write_bytes(text)
            check_valid(report, name, file, expected)
        for name, content, pattern in INVALID:
            file.unlink(missing_ok=True)
            if content is not None:
                file.write_bytes(content)
            check_invalid(report, name, file, pattern)
        unusable_files(report, folder)
        file.write_bytes(b"tok1\n")
        with BareServer("--token-file", str(file)) as server:
            is_up(server)
            codes = {form: server.request_status(authorized(form)) for form in FORMS}
        wrong = {form: code for form, code in codes.items() if code != FORMS[form]}
        report.figure("Authorization variants", f"{len(FORMS)}, wrong: {wrong or 'none'}")
        for form, code in wrong.items():
            report.claim(f"{form!r} gets {FORMS[form]}, not {code}", False)


def unusable_files(report: Report, folder: str) -> None:
    """Files that cannot be read, are endless or are too large."""
    check_invalid(report, "a directory", Path(folder), r"directory")
    fifo = Path(folder, "fifo")
    os.mkfifo(fifo)
    check_invalid(report, "a fifo", fifo, r"regular file|fifo|pipe")
    check_invalid(report, "/dev/zero", Path("/dev/zero"), r"regular file|device|" + SIZE)
    large = Path(folder, "large")
    large.write_bytes(b"0123456789abcdef012\n" * (LARGE // 20))
    check_invalid(report, "200 MB of lines", large, SIZE, 1)
    large.write_bytes(b"a" * LARGE)
    check_invalid(report, "a line of 200 MB", large, SIZE, 1)
    os.truncate(large, 0)
    os.truncate(large, LARGE)
    check_invalid(report, "200 MB of NUL", large, SIZE, 1)
    large.unlink()
    closed = Path(folder, "closed")
    closed.write_bytes(b"tok1\n")
    closed.chmod(0)
    user = 65_534 if os.getuid() == 0 else None
    try:
        check_invalid(report, "without permission", closed, r"permi", user=user)
    except PermissionError:
        report.figure("without permission", "skipped: another user may not run the executable")


def check_valid(report: Report, name: str, file: Path, expected: dict[str, bool]) -> None:
    with BareServer("--token-file", str(file)) as server:
        is_up(server)
        codes = {token: server.request_status(authorized(f"Bearer {token}")) for token in expected}
    report.figure(name, ", ".join(f"{token} {code}" for token, code in codes.items()))
    right = all(codes[token] == (200 if is_valid else 401) for token, is_valid in expected.items())
    report.claim(f"{name}: exactly the lines are tokens", right)


def check_invalid(
    report: Report, name: str, file: Path, pattern: str, seconds: float = 2, user: int | None = None
) -> None:
    """Checks that the server refuses to start with a file and reports the reason in time."""
    # The address sanitizer needs more than any limit when it starts.
    before_start = None if IS_SANITIZED else limit_memory
    with tempfile.TemporaryFile() as errors:
        start = time.monotonic()
        options = ["--token-file", str(file)]
        with BareServer(*options, stderr=errors, before_start=before_start, user=user) as server:
            wait_until(lambda: server.has_exited() or server.request_status() > 0, seconds)
            code = server.process.poll()
            elapsed = time.monotonic() - start
        errors.seek(0)
        lines = errors.read().decode(errors="replace").splitlines()
    usage = [number for number, line in enumerate(lines) if line.startswith("Usage")]
    # A path may contain any word.
    message = " ".join(lines[: usage[0] if usage else 1]).replace(str(file), "FILE")
    reason = message.removeprefix("Error: ").removeprefix("--token-file ")
    report.figure(name, f"{f'exit {code}' if code is not None else 'no exit'}: {reason[:200]}")
    report.claim(f"{name}: the server does not start, the exit code is {code}", (code or 0) > 0)
    report.claim(f"{name}: the message gives the reason", bool(re.search(pattern, message, re.I)))
    report.claim(f"{name}: it is refused within {seconds} s, not {elapsed:.1f}",
                 elapsed < seconds * SLOWNESS)


def limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))


def authorized(value: str, body: bytes = BODY) -> bytes:
    return post(body, fields=f"Authorization: {value}\r\n")


def is_up(server: BareServer) -> bool:
    """Whether the server is up: a request without a token is rejected."""
    return wait_until(lambda: server.has_exited() or server.request_status() == 401, 5)
