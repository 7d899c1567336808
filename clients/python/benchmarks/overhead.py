# SPDX-License-Identifier: Apache-2.0
"""Compares the client with `http.client` and a body that was prepared before.

    PYTHONPATH=src python benchmarks/overhead.py [EXECUTABLE] [ROUNDS]

Both send a million predictions and targets as float32 for `huber` and read the loss and the gradient; the client also
encodes the arrays and decodes the result. They alternate, on one connection each, with a server of their own. Every
result is compared with the formula. The verdict compares the processor time of this process, which other work on the
machine affects little, in relation to the least time of `http.client`; elapsed times are printed beside.
"""

from __future__ import annotations

import http.client
import statistics
import sys
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import numpy as np

import loss_server
from loss_server import safetensors

COUNT = 1_000_000
#: The part of the time of `http.client` that the client may add.
LIMIT = 0.10


def main() -> None:
    executable = sys.argv[1] if len(sys.argv) > 1 else None
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    random = np.random.default_rng(0)
    predictions, targets = random.normal(size=(2, COUNT)).astype(np.float32)
    error = predictions.astype(np.float64) - targets
    expected = np.clip(error, -1, 1) / COUNT
    losses = np.where(np.abs(error) <= 1, error**2 / 2, np.abs(error) - 0.5)

    with loss_server.serve(executable) as server:
        client = server.client()
        connection = http.client.HTTPConnection(urlsplit(server.url).netloc)
        arrays = {"predictions": predictions, "targets": targets}
        prepared = b"".join(safetensors.encode(arrays, {"outputs": "loss,gradient"}))
        fields = {"Content-Type": safetensors.MEDIA_TYPE}

        def with_client() -> tuple[object, object]:
            result = client.loss("huber", predictions=predictions, targets=targets)
            return result.loss, result.gradient

        def with_bytes() -> bytes:
            connection.request("POST", "/v1/losses/huber", prepared, fields)
            response = connection.getresponse()
            assert response.status == 200
            return response.read()

        def check(result: tuple[object, object]) -> None:
            loss, gradient = result
            assert isinstance(loss, float)
            assert abs(loss / losses.mean() - 1) < 1e-12
            assert isinstance(gradient, np.ndarray)
            np.testing.assert_allclose(gradient, expected, rtol=1e-15)

        times: dict[str, list[float]] = {"bytes": [], "client": []}
        processor: dict[str, list[float]] = {"bytes": [], "client": []}
        for round in range(rounds + 3):
            # The order alternates, as what comes first may find a busier machine.
            for name in ("bytes", "client") if round % 2 else ("client", "bytes"):
                run: Callable[[], tuple[object, object] | bytes] = with_client if name == "client" else with_bytes
                start, start_of_process = time.perf_counter(), time.process_time()
                result = run()
                duration, duration_of_process = time.perf_counter() - start, time.process_time() - start_of_process
                if round >= 3:
                    times[name].append(duration)
                    processor[name].append(duration_of_process)
                if isinstance(result, bytes):
                    tensors, _ = safetensors.decode(result)
                    result = (tensors["loss"].item(), tensors["gradient"])
                check(result)
        connection.close()

    for name in times:
        elapsed, own = sorted(times[name]), statistics.median(processor[name])
        print(
            f"{name:7} median {1e3 * statistics.median(elapsed):6.2f} ms, least {1e3 * elapsed[0]:6.2f} ms; "
            f"processor {1e3 * own:5.2f} ms"
        )
    added = (statistics.median(processor["client"]) - statistics.median(processor["bytes"])) / min(times["bytes"])
    print(f"the client adds {added:+.1%}")
    if added > LIMIT:
        sys.exit(f"that is more than {LIMIT:.0%}")


if __name__ == "__main__":
    main()
