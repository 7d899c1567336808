# SPDX-License-Identifier: Apache-2.0
"""Connections: kept, of several threads, through proxies, over TLS, with tokens."""

from __future__ import annotations

import base64
import multiprocessing
import pickle
import shutil
import ssl
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from scripted import Answer, ScriptedServer

import loss_server
from loss_server import LossClient, LossServerError


def compute(client: LossClient, value: float = 1.0) -> float:
    loss = client.loss("squared_error", predictions=[value], targets=[0.0], outputs=["loss"]).loss
    assert isinstance(loss, float)
    return loss


def test_connections_are_kept(scripted: ScriptedServer) -> None:
    client = LossClient(scripted.url, proxy="")
    for _ in range(5):
        compute(client)
    assert len({received.connection for received in scripted.received}) == 1
    client.close()
    compute(client)
    assert len({received.connection for received in scripted.received}) == 2


def test_connections_that_end_are_not_kept(scripted: ScriptedServer) -> None:
    scripted.answers = [Answer(fields={"Connection": "close"})]
    client = LossClient(scripted.url, proxy="")
    compute(client)
    compute(client)
    assert len({received.connection for received in scripted.received}) == 2


def test_threads_share_a_client(client: LossClient) -> None:
    with ThreadPoolExecutor(8) as pool:
        losses = list(pool.map(lambda value: compute(client, value), map(float, range(200))))
    assert losses == [value**2 for value in map(float, range(200))]


def _squares(client: LossClient) -> list[float]:
    return [compute(client, float(value)) for value in range(20)]


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_has_connections_of_its_own(client: LossClient) -> None:
    compute(client)
    with multiprocessing.get_context("fork").Pool(2) as pool:
        running = pool.map_async(_squares, [client] * 4)
        assert _squares(client) == running.get(60)[0]


def test_a_client_can_be_sent_to_other_processes(client: LossClient) -> None:
    copy = pickle.loads(pickle.dumps(client))
    assert compute(copy, 3.0) == 9
    assert len(pickle.dumps(client)) < 1000
    with pytest.raises(TypeError, match="ssl_context"):
        pickle.dumps(LossClient("https://localhost", ssl_context=ssl.create_default_context()))


def test_the_path_of_the_url_is_kept(scripted: ScriptedServer) -> None:
    compute(LossClient(scripted.url + "/losses/", proxy=""))
    assert scripted.received[0].target == "/losses/v1/losses/squared_error"


def test_a_proxy_gets_the_whole_url(scripted: ScriptedServer) -> None:
    proxy = scripted.url.replace("http://", "http://user:pass%20word@")
    assert compute(LossClient("http://example.org:8080", proxy=proxy)) == 0.25
    assert scripted.received[0].target == "http://example.org:8080/v1/losses/squared_error"
    expected = "Basic " + base64.b64encode(b"user:pass word").decode()
    assert scripted.received[0].fields["proxy-authorization"] == expected


def test_the_proxy_of_the_environment_is_used(scripted: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", scripted.url)
    monkeypatch.setenv("no_proxy", "localhost,.example.com")
    assert compute(LossClient("http://example.org")) == 0.25
    assert scripted.received[0].target == "http://example.org/v1/losses/squared_error"
    direct = LossClient("http://127.0.0.1:1", proxy="", retries=loss_server.Retries(tries=1))
    with pytest.raises(LossServerError):
        compute(direct)


def test_https_opens_a_tunnel_through_a_proxy(scripted: ScriptedServer) -> None:
    scripted.answers = [Answer(403, b"no tunnels")]
    proxy = scripted.url.replace("http://", "http://user:secret@")
    client = LossClient("https://example.org/", proxy=proxy, token="token", retries=loss_server.Retries(tries=1))
    with pytest.raises(LossServerError, match="403"):
        compute(client)
    (received,) = scripted.received
    assert (received.method, received.target) == ("CONNECT", "example.org:443")
    assert "proxy-authorization" in received.fields
    assert "authorization" not in received.fields


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    path = tmp_path_factory.mktemp("certificate") / "both.pem"
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1"
    )
    subprocess.run(
        [*command.split(), "-keyout", path, "-out", path.with_suffix(".crt")], check=True, capture_output=True
    )
    path.write_text(path.read_text() + path.with_suffix(".crt").read_text())
    return path


def test_https(scripted: ScriptedServer, certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    scripted.socket = context.wrap_socket(scripted.socket, server_side=True)
    url = scripted.url.replace("http:", "https:")
    trusting = ssl.create_default_context(cafile=str(certificate.with_suffix(".crt")))
    assert compute(LossClient(url, proxy="", ssl_context=trusting)) == 0.25
    with pytest.raises(LossServerError, match="certificate") as caught:
        compute(LossClient(url, proxy=""))
    assert "ssl_context" in str(caught.value)


def test_https_to_a_server_of_http(client: LossClient) -> None:
    with pytest.raises(LossServerError, match="no secure connection") as caught:
        compute(LossClient(client.url.replace("http:", "https:"), proxy=""))
    assert "use http://" in str(caught.value)


def test_tokens(executable: str | None, tmp_path: Path) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_text("secret\n")
    with loss_server.serve(executable, token_file=tokens) as server:
        assert compute(server.client(token="secret"), 2.0) == 4
        with pytest.raises(LossServerError) as caught:
            compute(server.client(token="wrong"))
        assert (caught.value.status, caught.value.type) == (401, "unauthorized")
        assert "secret" not in repr(server.client(token="secret"))


@pytest.mark.parametrize(
    "url", ["localhost:8080", "ftp://localhost", "http://", "http://localhost?x=1", "http://user:word@localhost"]
)
def test_urls_that_are_none(url: str) -> None:
    with pytest.raises(ValueError, match="url"):
        LossClient(url)


def test_tokens_that_are_none() -> None:
    for token in ("", "a b", "a\n", "ä"):
        with pytest.raises(ValueError, match="token"):
            LossClient(token=token)


def test_results_may_be_written(client: LossClient) -> None:
    numbers = np.linspace(-1, 1, 100_000)  # whose result is sent in chunks
    gradient = client.loss("squared_error", predictions=numbers, targets=numbers * 0).gradient
    assert gradient is not None
    gradient *= 2
