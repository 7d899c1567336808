# SPDX-License-Identifier: Apache-2.0
"""Measures what a partial sum costs, for docs/scaling.md, and prints its tables.

    scaling.py SERVER    SERVER is the executable loss-server, built for release

Times are those of a processor, of the server, of a client or of haproxy, over requests on one connection: the least of
several rounds, because other programs only add to them.
"""

import array
import http.client
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

ROWS = 100_000
ROUNDS, REPETITIONS = 7, 5


class Process:
    """A process, with the processor time of all of its threads."""

    def __init__(self, command, **options):
        self.process = subprocess.Popen(command, **options)

    def seconds(self):
        tasks = pathlib.Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Client:
    def __init__(self, address):
        self.connection = http.client.HTTPConnection(address, timeout=300)

    def post(self, path, body, media_type):
        self.connection.request("POST", path, body, {"Content-Type": media_type, "Accept": "application/json"})
        response = self.connection.getresponse()
        text = response.read()
        assert response.status == 200, text
        return text


def numbers(rows):
    chance = random.Random(1)
    return [[chance.gauss(0, 1) for _ in range(rows)] for _ in range(2)]


def tensors(**columns):
    """A body in the format safetensors; each column is the name of its type and an array."""
    header, data = {}, b""
    for name, (kind, values) in columns.items():
        start = len(data)
        data += values.tobytes()
        header[name] = {"dtype": kind, "shape": [len(values)], "data_offsets": [start, len(data)]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + data


def bodies(rows):
    """Name, query, media type and body of the same rows in several formats."""
    predictions, targets = numbers(rows)
    fields = {"predictions": predictions, "targets": targets}
    doubles = {name: ("F64", array.array("d", values)) for name, values in fields.items()}
    floats = {name: ("F32", array.array("f", values)) for name, values in fields.items()}
    groups = [row % 4 for row in range(rows)]
    lines = "predictions,targets\n" + "".join(f"{p},{t}\n" for p, t in zip(predictions, targets))
    query = "?outputs=partial"
    binary = "application/vnd.safetensors"
    yield "safetensors, float32", query, binary, tensors(**floats)
    yield "safetensors, float64", query, binary, tensors(**doubles)
    yield "safetensors, float64, 4 groups", query, binary, tensors(**doubles, groups=("I32", array.array("i", groups)))
    yield "CSV, 17 digits", query, "text/csv", lines.encode()
    yield "JSON, 17 digits", query, "application/json", json.dumps(fields).encode()
    yield "JSON, 17 digits, 4 groups", query, "application/json", json.dumps(fields | {"groups": groups}).encode()


def least(seconds, run):
    """The least processor time of a run, in seconds, by a clock."""
    def measured():
        start = seconds()
        for _ in range(REPETITIONS):
            run()
        return (seconds() - start) / REPETITIONS
    run()
    return min(measured() for _ in range(ROUNDS))


def table(*rows):
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")


def measure(server, address):
    client = Client(address)
    table(
        ("rows", "format", "bytes a row", "processor time a row", "bytes of the partial sum"),
        ("---:", "---", "---:", "---:", "---:"),
    )
    for rows in 1_000, 10_000, ROWS, 1_000_000:
        for name, query, media_type, body in bodies(rows):
            text = []
            seconds = least(server.seconds, lambda: text.append(client.post("/v1/losses/huber" + query, body, media_type)))
            document = json.dumps(json.loads(text[0])["partial"], separators=(",", ":"))
            table((f"{rows:,}", name, f"{len(body) / rows:.1f}", f"{seconds / rows * 1e9:.1f} ns", len(document)))
    print()
    measure_merge(server, client)


def partials(client, groups, count):
    """As many partial sums of so many groups."""
    predictions, targets = numbers(20 * groups)
    keys = [f"group {row % groups}" for row in range(20 * groups)]
    fields = {"predictions": predictions, "targets": targets, "groups": keys, "outputs": ["partial"]}
    text = client.post("/v1/losses/huber", json.dumps(fields), "application/json")
    return "\n".join([json.dumps(json.loads(text)["partial"], separators=(",", ":"))] * count) + "\n"


def measure_merge(server, client):
    table(("partial sums", "groups", "bytes", "processor time to merge", "a byte"), ("---:",) * 5)
    for count, groups in (1_000, 1), (1_000, 4), (100, 100), (1_000, 100):
        lines = partials(client, groups, count)
        seconds = least(server.seconds, lambda: client.post("/v1/merge?outputs=partial", lines, "application/x-ndjson"))
        table((f"{count:,}", groups, f"{len(lines):,}", f"{seconds * 1e3:.1f} ms", f"{seconds / len(lines) * 1e9:.1f} ns"))
    print()


def measure_client():
    """The processor time of Python for the bodies of rows that it has in lists, or in arrays."""
    predictions, targets = numbers(ROWS)
    fields = {"predictions": predictions, "targets": targets}
    doubles = {name: ("F64", array.array("d", values)) for name, values in fields.items()}
    writers = {"JSON from lists": lambda: json.dumps(fields), "safetensors from arrays": lambda: tensors(**doubles)}
    for name, write in writers.items():
        print(f"Python, {name}: {least(time.process_time, write) / ROWS * 1e9:.1f} ns of processor time a row")


def measure_proxy(address):
    """The processor time of haproxy for each byte that it passes on."""
    config = pathlib.Path(__file__).parents[1] / "examples/cluster/haproxy.cfg"
    with tempfile.TemporaryDirectory() as folder:
        names = dict.fromkeys(("REPLICA_1", "REPLICA_2", "REPLICA_3"), address)
        place = f"127.0.0.1:{20_000 + os.getpid() % 10_000}"
        environment = os.environ | names | {"LOSS_PROXY": place, "LOSS_PROXY_SOCKET": f"{folder}/socket"}
        proxy = Process(["haproxy", "-q", "-db", "-f", config], env=environment)
        try:
            name, query, media_type, body = next(bodies(1_000_000))
            client = Client(place)
            while True:
                try:
                    client.post("/v1/losses/huber" + query, body, media_type)
                    break
                except OSError:
                    client = Client(place)
            seconds = least(proxy.seconds, lambda: client.post("/v1/losses/huber" + query, body, media_type))
            print(f"haproxy: {seconds / len(body) * 1e9:.2f} ns of processor time a byte ({name})")
        finally:
            proxy.stop()


def main():
    server = Process(
        [sys.argv[1], "--port", "0", "--host", "127.0.0.1"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )
    try:
        address = server.process.stdout.readline().split()[-1].removeprefix("http://")
        measure(server, address)
        measure_client()
        measure_proxy(address)
    finally:
        server.stop()


if __name__ == "__main__":
    main()
