# SPDX-License-Identifier: Apache-2.0
"""Pipelined small requests that may be more expensive than they look."""

import gzip
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from scenarios.memory import CCE, MSE, exchange, repeated
from target import BYSTANDER_TOKEN, HERE, PATIENCE, Bystander, Report, Server, post, status

CONNECTIONS = 64
COPIES = 60
SECONDS = float(os.environ.get("TURNS_SECONDS", "2"))
# The bounds on the bystander's latency, in milliseconds.
MEDIAN = 20
MAXIMUM = 150
MARK = b"HTTP/1.1 "
ALL = '"outputs":["loss","gradient","hessian","elements"]'
TOKENS = [f"token-{number:04d}-of-a-thousand" for number in range(999)] + [BYSTANDER_TOKEN]


@dataclass
class Kind:
    """A kind of request, the options of the server, and the expected response."""

    request: bytes
    status: int = 200
    options: tuple[str, ...] = ()


def get(path: str, *fields: str) -> bytes:
    lines = "".join(field + "\r\n" for field in fields)
    return f"GET {path} HTTP/1.1\r\nHost: a\r\n{lines}\r\n".encode()


def named(name: str, value: str, bytes_in_all: int = 31_000) -> str:
    """A field whose value is repeated up to a length in bytes."""
    return f"{name}: " + ", ".join([value] * (bytes_in_all // (len(value) + 2)))


def post_text(path: str, text: str, *fields: str) -> bytes:
    return post(text.encode(), path, "".join(field + "\r\n" for field in fields))


def batch(predictions: str, targets: str, more: str = "") -> str:
    return f'{{"predictions":[{predictions}],"targets":[{targets}]{more}}}'


def numbers(text: str, count: int) -> str:
    return repeated(text.encode(), count).decode()


def chunked(path: str, text: bytes, size: int, trailer: str = "") -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    parts = [text[at : at + size] for at in range(0, len(text), size)]
    body = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
    return head + body + b"0\r\n" + trailer.encode() + b"\r\n"


def kinds(tokens: str) -> dict[str, Kind]:
    """All kinds of requests; `tokens` is a file of a thousand tokens."""
    four = '{"predictions":[1,2,3,4],"targets":[0,0,0,0]}'
    digits = random.Random(1)
    long_digits = ",".join(f"{digits.random():.17f}" for _ in range(1_500))
    plain = batch(numbers("1", 15_000), numbers("0", 15_000))
    all_outputs = "," + ALL
    rows = numbers("[" + numbers("0", 10) + "]", 2_600)
    junk = [f"X-{number:02d}: {'j' * 305}" for number in range(97)]
    thousand_origins = ",".join(f"https://site-{number}.example" for number in range(1_000))
    token_file = ("--token-file", tokens)
    return {
        "four": Kind(post_text(MSE, four)),
        "unknown-loss": Kind(get("/v1/losses/" + "a" * 64), 404),
        "unknown-penalty": Kind(get("/v1/penalties/" + "a" * 64), 404),
        # A name of the maximum length that is similar to many existing ones.
        "unknown-loss-24": Kind(get("/v1/losses/categorical-cross-entroqy"[:35]), 404),
        "unknown-problem": Kind(get("/problems/" + "a" * 64), 404),
        "unknown-loss-8k": Kind(get("/v1/losses/" + "a" * 8_000), 404),
        "misspelt-field": Kind(post_text(MSE, four[:-1] + f',"{"wieghts" * 9}":1}}'), 422),
        "misspelt-options": Kind(
            post_text(CCE, four[:-1] + ',"label_smoothign_of_all_the_class_weights_axis_index":1}'),
            422),
        "unknown-reduction": Kind(post_text(MSE, four[:-1] + f',"reduction":"{"m" * 64}"}}'), 422),
        "unknown-output": Kind(post_text(MSE, four[:-1] + f',"outputs":["{"g" * 64}"]}}'), 422),
        "unknown-term": Kind(post_text(
            MSE, four[:-1] + f',"regularization":[{{"penalty":"{"l" * 64}","parameters":1}}]}}'
        ), 422),
        "accept-coding-list": Kind(
            post_text(MSE, four, "Accept-Encoding: " + "x;q=0.1," * 3_900 + "x")),
        "accept-coding-parameters": Kind(
            post_text(MSE, four, "Accept-Encoding: gzip" + ";a=b" * 7_700), 200),
        "accept-list": Kind(get("/livez", named("Accept", "a/b;q=0.1"))),
        "yaml-gzip": Kind(get("/openapi.yaml", "Accept-Encoding: gzip")),
        "yaml-plain": Kind(get("/openapi.yaml")),
        "json-gzip": Kind(get("/openapi.json", "Accept-Encoding: gzip")),
        "json-deflate": Kind(get("/openapi.json", "Accept-Encoding: deflate")),
        "json-plain": Kind(get("/openapi.json")),
        "catalogue-gzip": Kind(get("/v1/losses", "Accept-Encoding: gzip")),
        "catalogue-plain": Kind(get("/v1/losses")),
        "loss-gzip": Kind(get("/v1/losses/mse", "Accept-Encoding: gzip")),
        "problems-gzip": Kind(get("/problems", "Accept-Encoding: gzip")),
        "if-none-match": Kind(get("/v1/losses", named("If-None-Match", '"a"'))),
        "fields-of-junk": Kind(get("/livez", *junk)),
        "fields-of-junk-short": Kind(get("/livez", *(f"X-{number}: j" for number in range(98)))),
        "content-type": Kind(
            post_text(MSE, four, "Content-Type: application/json" + ";a=b" * 7_700), 415),
        "content-coding-list": Kind(post_text(MSE, four, named("Content-Encoding", "gzip")), 415),
        "authorization": Kind(
            post_text(MSE, four, "Authorization: Bearer " + "t" * 31_000), 401, token_file),
        "authorization-short": Kind(
            post_text(MSE, four, "Authorization: Bearer " + "t" * len(TOKENS[0])), 401, token_file),
        "origin": Kind(
            post_text(MSE, four, "Origin: https://" + "o" * 31_000), 200,
            ("--cors-origin", thousand_origins)),
        "origin-short": Kind(
            post_text(MSE, four, "Origin: https://site-1000.example"), 200,
            ("--cors-origin", thousand_origins)),
        "path-encoded": Kind(get("/" + "%61" * 2_660), 404),
        "path-slashes": Kind(get("/v1/losses" + "/" * 8_000), 404),
        "path-query": Kind(get("/v1/losses?" + "a=b&" * 2_000), 422),
        "chunks-of-one-byte": Kind(chunked(MSE, plain.encode(), 1)),
        "chunks-of-ten-bytes": Kind(chunked(MSE, plain.encode(), 10)),
        "penalty": Kind(post_text("/v1/penalties/elastic_net", '{"outputs":["loss","gradient",'
                            '"hessian"],"parameters":[' + numbers("1", 30_000) + "]}")),
        "weights": Kind(post_text(MSE, batch(
            numbers("1", 10_000), numbers("0", 10_000),
            ',"weights":[' + numbers("1", 10_000) + "]"))),
        "pos-weight": Kind(post_text("/v1/losses/bce", batch(
            numbers("0", 10_000), numbers("0", 10_000),
            ',"from_logits":true,"pos_weight":[' + numbers("1", 10_000) + "]"))),
        "long-term": Kind(post_text(
            MSE, four[:-1] + ',"regularization":[{"penalty":"l1","parameters":['
            + numbers("1", 30_000) + "]}]}")),
        "fault-at-the-end": Kind(post_text(MSE, plain[:-2] + ",x]}"), 400),
        "mse": Kind(post_text(MSE, plain)),
        "mse-all": Kind(post_text(MSE, plain[:-1] + all_outputs + "}")),
        "huber-all": Kind(post_text("/v1/losses/huber", plain[:-1] + all_outputs + "}")),
        "bce-all": Kind(post_text(
            "/v1/losses/bce", plain[:-1] + ',"from_logits":true' + all_outputs + "}")),
        "bce-none": Kind(post_text(
            "/v1/losses/bce",
            plain[:-1] + ',"from_logits":true,"reduction":"none"' + all_outputs + "}")),
        "cce-rows-of-ten": Kind(post_text(
            CCE, batch(rows, numbers("1", 2_600), ',"from_logits":true' + all_outputs))),
        "kld-column": Kind(post_text(
            "/v1/losses/kld", batch(numbers("[0]", 10_000), numbers("[1]", 10_000),
                       ',"from_logits":true' + all_outputs))),
        "cce-one-row": Kind(post_text(
            CCE, batch("[" + numbers("0", 30_000) + "]", "0",
                       ',"from_logits":true' + all_outputs))),
        "kld-rows-of-two": Kind(post_text(
            "/v1/losses/kld", batch(numbers("[0,0]", 3_700), numbers("[.5,.5]".replace(".", "0."),
                                    3_700), ',"from_logits":true' + all_outputs))),
        "rows-of-one": Kind(post_text(MSE, batch(numbers("[0]", 7_500), numbers("[0]", 7_500)))),
        "empty-rows": Kind(
            post_text(MSE, batch(numbers("[]", 10_000), numbers("[]", 10_000))), 422),
        "terms": Kind(post_text(MSE, four[:-1] + ',"regularization":[' + numbers(
            '{"penalty":"l1","parameters":0}', 2_040) + "]}")),
        "outputs": Kind(
            post_text(MSE, four[:-1] + ',"outputs":[' + numbers('"loss"', 9_000) + "]}")),
        "escapes": Kind(
            post_text(MSE, four[:-1] + f',"{chr(92)}u0041{(chr(92) + "u0041") * 9_900}":1}}'), 422),
        "escaped-word": Kind(post_text(
            MSE, four[:-1] + ',"reduction":"' + r"\n" * 30_000 + '"}'), 422),
        "nesting": Kind(post_text(MSE, batch("[" * 28 + numbers("1", 10_000) + "]" * 28,
                                       "[" * 28 + numbers("0", 10_000) + "]" * 28))),
        "too-deep": Kind(post_text(MSE, '{"predictions":' + "[" * 60_000), 400),
        "keys": Kind(
            post_text(MSE, "{" + ",".join(f'"k{number}":1' for number in range(6_000)) + "}"), 422),
        "digits": Kind(post_text(MSE, batch(long_digits, long_digits))),
        "digits-all": Kind(post_text(MSE, batch(long_digits, long_digits, all_outputs))),
        "halfway-digits": Kind(post_text(MSE, batch("0." + "0" * 300 + "1" * 20_000, "0"))),
        "white-space": Kind(post_text(MSE, four[:-1] + " " * 60_000 + "}")),
        "metrics": Kind(get("/metrics")),
        "options": Kind(b"OPTIONS /v1/losses/mse HTTP/1.1\r\nHost: a\r\n\r\n", 204),
        "preflight": Kind(
            b"OPTIONS /v1/losses/mse HTTP/1.1\r\nHost: a\r\nOrigin: https://a.example\r\n"
            b"Access-Control-Request-Method: POST\r\n"
            + named("Access-Control-Request-Headers", "content-type").encode() + b"\r\n\r\n",
            204, ("--cors-origin", "*")),
        "trailers": Kind(chunked(
            MSE, four.encode(), 10, "".join(f"X-{i:02d}: {'t' * 300}\r\n" for i in range(97)))),
        "traceparent": Kind(post_text(
            MSE, four, "traceparent: " + "0" * 15_000, "X-Request-Id: " + "i" * 15_000)),
        "connection": Kind(get("/livez", named("Connection", "x"))),
        "transfer-coding-list": Kind(
            get("/livez", named("Transfer-Encoding", "gzip")), 400),
        "transfer-coding-chunked": Kind(
            get("/livez", named("Transfer-Encoding", "gzip") + ", chunked"), 400),
        "expectation": Kind(post_text(MSE, four, "Expect: 100-continue"), 200),
        "unknown-expectation": Kind(post_text(MSE, four, "Expect: " + "e" * 31_000), 417),
        "coded": Kind(post(gzip.compress(long_digits_batch(digits)), MSE,
                           "Content-Encoding: gzip\r\n")),
        "coded-dense": Kind(post(gzip.compress(plain.encode()), MSE,
                                 "Content-Encoding: gzip\r\n")),
        "coded-response": Kind(
            post_text(MSE, plain[:-1] + all_outputs + "}", "Accept-Encoding: gzip")),
    }


def long_digits_batch(source: random.Random) -> bytes:
    """A batch of about 30 KB as gzip."""
    one = ",".join(f"{source.random():.17f}" for _ in range(1_600))
    return batch(one, ",".join(["0"] * 1_600)).encode()


class Load:
    """A context manager that runs a process which pipelines a request."""

    def __init__(self, server: Server, request: bytes, marks: int):
        plan = {"port": server.port, "connections": CONNECTIONS, "copies": COPIES, "marks": marks,
                "length": len(request)}
        self.process = subprocess.Popen(
            [sys.executable, "-B", str(HERE / "pipeline.py")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        self.process.stdin.write(json.dumps(plan).encode() + b"\n" + request)
        self.process.stdin.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.found = json.loads(self.process.stdout.read() or '{"responses":0,"processor":0}')
        self.process.wait(PATIENCE)


def turns(report: Report) -> None:
    """64 connections that pipeline each of about 80 kinds of requests, or those listed in TURNS."""
    with tempfile.NamedTemporaryFile("w", suffix=".tokens") as file:
        file.write("\n".join(TOKENS))
        file.flush()
        all_kinds = kinds(file.name)
        selected = os.environ.get("TURNS", "").split() or list(all_kinds)
        costs = {}
        for name in selected:
            report.claim(f"the kind {name} exists", name in all_kinds)
            if name in all_kinds:
                costs[name] = turn(report, name, all_kinds[name])
    most_expensive = sorted(costs, key=costs.get, reverse=True)[:5]
    listed = ", ".join(f"{name} {costs[name]:.0f} us" for name in most_expensive)
    report.measure("most expensive", listed)


def turn(report: Report, name: str, kind: Kind) -> float:
    """Runs one kind and returns the microseconds per response."""
    with Server(*kind.options) as server:
        response = exchange(server.port, kind.request)
        code = status(response.head) if response else 0
        report.claim(f"{name}: gets {kind.status}, not {code}", code == kind.status)
        if not response:
            return 0
        # 100 Continue contains a mark, too, and documents may contain some in their text.
        marks = 1 + response.interim + response.body.count(MARK)
        kind_name = "authorized" if "--token-file" in kind.options else "small"
        before, busy_before = server.processor_seconds(), busy_seconds()
        with Load(server, kind.request, marks) as load:
            with Bystander(server.port, kind_name, "livez") as bystander:
                # The duration of the bystander's requests.
                time.sleep(SECONDS)
            spent, busy = server.processor_seconds() - before, busy_seconds() - busy_before
        responses = load.found["responses"]
        report.claim(f"{name}: the server is still running", server.process.poll() is None)
    cost = 1e6 * spent / max(1, responses)
    found = bystander.found
    others = max(0, busy - spent - load.found["processor"])
    report.measure(f"{name}, {len(kind.request)} B, {code}", (
        f"{cost:.0f} us; bystander p50 {found['p50']:.1f} ms, max {found['max']:.0f} ms; "
        f"others used {others:.1f} of {busy:.1f} s"))
    report.claim(f"{name}: the bystander got correct responses", found["correct"] > 0)
    report.claim(f"{name}: the bystander had no failures {found['failure']}", not found["failures"])
    report.claim(f"{name}: the load gets responses", responses > 0)
    for what, bound in {"p50": MEDIAN, "max": MAXIMUM}.items():
        times = {sent: found["kinds"][sent][what] for sent in found["kinds"]}
        listed = ", ".join(f"{sent} {time:.0f}" for sent, time in times.items())
        report.bound(f"{name}: {what} below {bound} ms ({listed})", max(times.values()) < bound)
    return cost


def busy_seconds() -> float:
    """The busy time of all processors so far, which includes that of other processes."""
    fields = Path("/proc/stat").read_text().splitlines()[0].split()[1:]
    user, nice, system, _, _, interrupts, soft = map(int, fields[:7])
    return (user + nice + system + interrupts + soft) / os.sysconf("SC_CLK_TCK")
