# SPDX-License-Identifier: Apache-2.0
"""The retry contract: docs/clients.md."""

from __future__ import annotations

import email.utils
import pickle
import socket
import threading
import time

import pytest
from scripted import Answer, ScriptedServer, problem

from loss_server import LossClient, LossServerError, Retries


class Clock:
    """Counts the seconds that a client would have slept."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def client(self, url: str, *, tries: int = 5, random: float = 0.5, timeout: float = 60) -> LossClient:
        retries = Retries(tries=tries, random=lambda: random, sleep=self.slept.append)
        return LossClient(url, retries=retries, proxy="", timeout=timeout)


def compute(client: LossClient) -> float:
    loss = client.loss("huber", predictions=[1.0], targets=[0.5], outputs=["loss"]).loss
    assert isinstance(loss, float)
    return loss


def test_waits_double_and_are_jittered() -> None:
    waits = [Retries(random=lambda: 1.0).wait(tried) for tried in range(1, 6)]
    assert waits == [0.1, 0.2, 0.4, 0.8, None]
    assert [Retries(random=lambda: 0.0).wait(tried) for tried in range(1, 6)] == [0, 0, 0, 0, None]


def test_retry_after_is_the_least_wait() -> None:
    retries = Retries(random=lambda: 1.0)
    assert retries.wait(1, "2") == 2.1
    assert retries.wait(1, "0") == 0.1
    assert retries.wait(1, " soon ") == 0.1
    assert retries.wait(1, email.utils.formatdate(0, usegmt=True)) == 0.1
    seconds = retries.wait(1, email.utils.formatdate(time.time() + 10, usegmt=True))
    assert seconds is not None
    assert 8 < seconds < 11


def test_a_long_retry_after_ends_the_tries() -> None:
    assert Retries(longest_wait=30).wait(1, "31") is None


@pytest.mark.parametrize("status", [408, 429, 502, 503, 504])
def test_repeats_what_may_succeed_later(scripted: ScriptedServer, status: int) -> None:
    scripted.answers = [problem(status), problem(status), Answer()]
    clock = Clock()
    assert compute(clock.client(scripted.url)) == 0.25
    assert clock.slept == [0.05, 0.1]
    bodies = {received.body for received in scripted.received}
    assert len(scripted.received) == 3
    assert len(bodies) == 1


@pytest.mark.parametrize("status", [400, 401, 404, 409, 413, 415, 422, 500, 501])
def test_repeats_nothing_else(scripted: ScriptedServer, status: int) -> None:
    scripted.answers = [problem(status)]
    clock = Clock()
    with pytest.raises(LossServerError, match=r"It was scripted\.") as caught:
        clock.client(scripted.url).penalty("l1", [1.0])
    assert (caught.value.status, caught.value.type) == (status, "scripted")
    assert (len(scripted.received), clock.slept) == (1, [])


def test_gives_up_after_five_tries(scripted: ScriptedServer) -> None:
    scripted.answers = [problem(503, **{"Retry-After": "1"})]
    clock = Clock()
    with pytest.raises(LossServerError) as caught:
        compute(clock.client(scripted.url))
    assert caught.value.hint == "Tried 5 times."
    assert len(scripted.received) == 5
    assert clock.slept == pytest.approx([1.05, 1.1, 1.2, 1.4])


def test_repeats_on_lost_connections(scripted: ScriptedServer) -> None:
    scripted.answers = [Answer(None), Answer(None), Answer()]
    clock = Clock()
    assert compute(clock.client(scripted.url)) == 0.25
    assert len(clock.slept) == 2


def test_a_closed_idle_connection_is_no_failure(scripted: ScriptedServer) -> None:
    clock = Clock()
    client = clock.client(scripted.url)
    compute(client)
    scripted.answers = [Answer(None), Answer()]
    compute(client)
    assert clock.slept == []
    assert len(scripted.received) == 3


def test_repeats_on_refused_connections() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # and does not listen
        clock = Clock()
        with pytest.raises(LossServerError, match="no response from http://127") as caught:
            compute(clock.client(f"http://127.0.0.1:{free.getsockname()[1]}"))
    assert caught.value.status is None
    assert len(clock.slept) == 4


def test_repeats_after_a_timeout(scripted: ScriptedServer) -> None:
    release = threading.Event()
    scripted.answers = [Answer(after=release), Answer(after=release), Answer()]
    clock = Clock()
    try:
        with pytest.raises(LossServerError, match=r"did not respond within 0\.05 seconds"):
            compute(clock.client(scripted.url, tries=2, timeout=0.05))
    finally:
        release.set()
    assert len(clock.slept) == 1


def test_an_error_survives_pickling(scripted: ScriptedServer) -> None:
    scripted.answers = [problem(422)]
    with pytest.raises(LossServerError) as caught:
        Clock().client(scripted.url).penalty("l1", [1.0])
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (str(copy), copy.status, copy.title) == (str(caught.value), 422, "Scripted")


def test_a_response_of_another_server_is_named(scripted: ScriptedServer) -> None:
    scripted.answers = [Answer(404, b"<html>Not here</html>", {"Content-Type": "text/html"})]
    with pytest.raises(LossServerError, match="not a problem document") as caught:
        compute(Clock().client(scripted.url))
    assert "proxy" in str(caught.value)
