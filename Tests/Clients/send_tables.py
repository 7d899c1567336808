# SPDX-License-Identifier: Apache-2.0
"""Sends tables as libraries write them by default, and runs the examples of docs/formats.md.

    send_tables.py SERVER    SERVER is the executable loss-server
"""

import http.client
import json
import math
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading

import duckdb
import numpy
import pandas
import polars

from server import Server

CSV = "text/csv"
NDJSON = "application/x-ndjson"
REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


def expected(server, columns, path="/v1/losses/huber"):
    """The loss and the statistics of the same numbers in JSON, without those that are missing."""
    body = {
        name: [None if isinstance(x, float) and math.isnan(x) else x for x in numpy.asarray(numbers).tolist()]
        for name, numbers in columns.items()
    }
    body |= {"missing": "skip", "outputs": ["loss", "statistics"]}
    return json.loads(server.send(path, json.dumps(body).encode()))


def check_libraries(server):
    """The default output of each library has the result of the same numbers in JSON."""
    random = numpy.random.default_rng(1)
    predictions, targets = random.normal(size=(2, 1000)) * 10.0 ** random.integers(-8, 8, size=(2, 1000))
    targets[::7] = numpy.nan
    columns = {"predictions": predictions, "targets": targets, "mask": random.integers(0, 2, size=1000)}
    whole = expected(server, columns)
    labels = columns["mask"].astype(bool)
    frame = pandas.DataFrame(columns | {"mask": labels})
    lazy = polars.DataFrame({"predictions": predictions, "targets": polars.Series(targets).fill_nan(None), "mask": labels})
    with tempfile.TemporaryDirectory() as folder:
        table, lines = f"{folder}/table.csv", f"{folder}/lines.ndjson"
        with duckdb.connect() as connection:
            connection.execute("create table numbers (predictions double, targets double, mask boolean)")
            rows = zip(predictions.tolist(), lazy["targets"].to_list(), labels.tolist())
            connection.executemany("insert into numbers values (?, ?, ?)", list(rows))
            connection.execute(f"copy numbers to '{table}'")
            connection.execute(f"copy numbers to '{lines}' (format json)")
        bodies = {
            "pandas": (CSV, frame.to_csv()), "pandas without an index": (CSV, frame.to_csv(index=False)),
            "polars": (CSV, lazy.write_csv()), "duckdb": (CSV, pathlib.Path(table).read_text()),
            "polars, NDJSON": (NDJSON, lazy.write_ndjson()),
            "duckdb, NDJSON": (NDJSON, pathlib.Path(lines).read_text()),
            "pandas, NDJSON": (NDJSON, frame.to_json(orient="records", lines=True, double_precision=15)),
        }
        # R writes 15 digits.
        if shutil.which("Rscript"):
            frame.to_csv(table, index=False, na_rep="NA")
            program = f"f <- read.csv('{table}'); f$mask <- as.logical(f$mask); write.csv(f, '{table}')"
            subprocess.run(["Rscript", "-e", program], check=True)
            bodies["R"] = (CSV, pathlib.Path(table).read_text())
    for name, (media_type, body) in bodies.items():
        result = json.loads(
            server.send("/v1/losses/huber?missing=skip", body.encode(), Content_Type=media_type)
        )
        if name in ("R", "pandas, NDJSON"):
            assert math.isclose(result["loss"], whole["loss"], rel_tol=1e-12), name
            assert result["skipped"] == whole["skipped"], name
        else:
            assert result == whole, (name, result, whole)
        print(f"  {name}: the same")


def check_results(server):
    """Results in CSV and NDJSON are read by the libraries, row by row."""
    frame = pandas.DataFrame({"predictions": [0.25, -1e-7, 3.5], "targets": [1.0, 2.0, float("nan")]})
    query = "/v1/losses/huber?missing=skip&outputs=gradient,elements"
    whole = json.loads(server.send(query, frame.to_csv().encode(), Content_Type=CSV))
    table = server.send(query, frame.to_csv().encode(), Content_Type=CSV, Accept=CSV)
    lines = server.send(query, frame.to_csv().encode(), Content_Type=CSV, Accept=NDJSON)
    for result in (polars.read_csv(table), polars.read_ndjson(lines)):
        for name in ("gradient", "elements"):
            assert result[name].to_list() == whole[name], (name, result)
    summary = polars.read_csv(server.send("/v1/losses/huber?missing=skip", frame.to_csv().encode(), Content_Type=CSV, Accept=CSV))
    assert summary.height == 1 and summary["count"][0] == 2


def check_stream(server):
    """A body of unknown length, longer than the limit of bodies, has the result of its parts."""
    rows = "".join(f"{x % 1000 / 8},{x % 7}\n" for x in range(1_000_000))
    lines = "predictions,targets\n" + rows * 9
    assert len(lines) > 64 * 1024 * 1024
    command = ["curl", "--silent", "--fail", "--request", "POST", "--upload-file", "-",
               "--header", f"Content-Type: {CSV}", server.address + "/v1/losses/huber"]
    result = json.loads(subprocess.run(command, input=lines.encode(), capture_output=True, check=True).stdout)
    part = json.loads(server.send("/v1/losses/huber", ("predictions,targets\n" + rows).encode(), Content_Type=CSV))
    assert result["loss"] == part["loss"] and result["normalizer"] == 9 * part["normalizer"]
    assert result["statistics"]["count"] == 9_000_000


def check_streamed_rows(server):
    """Gradients come back while rows are sent, to curl and to http.client, and end in a way that no client mistakes."""
    url = server.address + "/v1/losses/huber?reduction=sum&outputs=loss,gradient"
    command = ["curl", "--silent", "--show-error", "--no-buffer", "--request", "POST", "--upload-file", ".",
               "--header", "Prefer: respond-streaming", "--header", "Accept: application/x-ndjson"]

    def curl(*more):
        return subprocess.Popen(
            command + list(more) + [url], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, bufsize=1,
        )

    with tempfile.NamedTemporaryFile("r") as fields:
        client = curl("--header", f"Content-Type: {CSV}", "--dump-header", fields.name)
        client.stdin.write("predictions,targets\n")
        # Each row is answered before the next one is sent.
        for row in range(5):
            client.stdin.write(f"{row / 4},0\n")
            assert json.loads(client.stdout.readline()) == {"gradient": row / 4}
        client.stdin.close()
        assert json.loads(client.stdout.readline()) == {"result": {"loss": 0.9375, "normalizer": 1}}
        assert client.stdout.read() == "" and client.wait() == 0
        text = fields.read()
        assert "Preference-Applied: respond-streaming" in text and "Loss: 0.9375" in text, text
    # A later row is not a number: curl reports an incomplete transfer.
    client = curl("--header", f"Content-Type: {NDJSON}")
    client.stdin.write('{"predictions":1,"targets":0.5}\n')
    assert json.loads(client.stdout.readline()) == {"gradient": 0.5}
    client.stdin.write('{"predictions":true,"targets":"x"}\n')
    error = json.loads(client.stdout.readline())["error"]
    assert error["type"] == "/problems/malformed-table" and "Line 2" in error["detail"], error
    client.stdin.close()
    assert client.wait() == 18
    check_thread(server)
    check_silent_reader(server)


def begin_rows(server, media_type):
    """A connection that is about to send rows whose gradients come back."""
    connection = http.client.HTTPConnection(server.address.removeprefix("http://"), timeout=60)
    connection.putrequest("POST", "/v1/losses/huber?reduction=sum&outputs=gradient")
    for field in ("Content-Type", media_type), ("Prefer", "respond-streaming"), ("Transfer-Encoding", "chunked"):
        connection.putheader(*field)
    connection.endheaders()
    return connection


def chunk(text):
    return f"{len(text):x}\r\n{text}\r\n".encode()


def check_thread(server):
    """A thread sends what the main one reads the results of; an incomplete body has an incomplete response."""
    rows = "".join(f"{x % 1000 / 8},0\n" for x in range(10_000))
    right = "".join(f"{min(x % 1000 / 8, 1):.17g}\n" for x in range(10_000)) * 30
    connection = begin_rows(server, CSV)

    def send():
        for part in ["predictions,targets\n", *[rows] * 30, ""]:
            connection.send(chunk(part))

    sender = threading.Thread(target=send)
    sender.start()
    text = connection.getresponse().read().decode()
    sender.join()
    assert text == "gradient\n" + right
    connection.close()
    connection = begin_rows(server, CSV)
    connection.send(chunk("predictions,targets\n1,0.5\n"))
    response = connection.getresponse()
    assert response.readline() == b"gradient\n" and response.readline() == b"0.5\n"
    connection.sock.shutdown(socket.SHUT_WR)
    try:
        raise AssertionError(response.read())
    except http.client.IncompleteRead:
        connection.close()


def check_silent_reader(server):
    """From a client that does not read, the server soon reads no more."""
    connection = begin_rows(server, CSV)
    connection.send(chunk("predictions,targets\n"))
    connection.sock.settimeout(2)
    part, sent = chunk("1.25,0.5\n" * 10_000), 0
    try:
        while sent < 200_000_000:
            connection.send(part)
            sent += len(part)
    except TimeoutError:
        pass
    connection.close()
    assert sent < 100_000_000, sent
    print(f"  a client that does not read sends {sent / 1e6:.0f} MB")


def check_examples(server):
    """Every example of docs/formats.md succeeds, where its interpreter is installed."""
    page = (REPOSITORY / "docs/formats.md").read_text()
    interpreters = {
        "python": [sys.executable, "-"], "javascript": ["node", "--input-type=module", "-"],
        "r": ["Rscript", "-"], "sh": ["sh", "-e"],
    }
    counts = dict.fromkeys(interpreters, 0)
    with tempfile.TemporaryDirectory() as folder:
        for language, code in re.findall(r"```(\w+)\n(.*?)```", page, re.DOTALL):
            command = interpreters[language]
            if shutil.which(command[0]) is None or ("tensors.safetensors" in code or "arrays.npy" in code) and shutil.which("Rscript") is None:
                continue
            code = code.replace("http://localhost:8080", server.address)
            code = code.replace("localhost:8080", server.address.removeprefix("http://"))
            done = subprocess.run(command, input=code, text=True, capture_output=True, cwd=folder, timeout=120)
            assert done.returncode == 0, (language, code, done.stdout, done.stderr)
            assert re.search(r"\d", done.stdout), (language, code, done.stderr)
            counts[language] += 1
    print("  " + ", ".join(f"{language}: {count}" for language, count in counts.items()))
    assert counts["python"] == counts["sh"] == 7 or shutil.which("Rscript") is None


def main():
    server = Server(pathlib.Path(sys.argv[1]).resolve())
    try:
        for check in (check_libraries, check_results, check_stream, check_streamed_rows, check_examples):
            check(server)
            print(f"{check.__name__}: passed")
    finally:
        server.stop()


if __name__ == "__main__":
    main()
