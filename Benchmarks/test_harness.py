# SPDX-License-Identifier: Apache-2.0
"""Tests that the harness reports every wrong response: python3 -m unittest discover Benchmarks"""

import json
import math
import socket
import sys
import tempfile
import threading
import unittest
from array import array
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

from harness import request
from harness.client import Client
from harness.contender import Contender, find
from harness.failure import Failure
from harness.flood import flood
from harness.formats import FORMATS, FormatRequest
from harness.plot import tick_step
from harness.request import Request
from harness.run import Run, Row
from harness.server import Server
from harness.table import markdown, text
from harness.wrk import load


class Fixture(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.directory = Path(folder.name)
        self.request = Request(10, self.directory)

    def correct_response(self, sent=None):
        sent = sent or self.request
        body = json.loads(sent.path.read_text())
        errors = [p - t for p, t in zip(body["predictions"], body["targets"])]
        count = len(errors)
        loss = math.fsum(e * e for e in errors) / count
        return {"loss": loss, "gradient": [2 * e / count for e in errors], "normalizer": count}


def encoded(response) -> bytes:
    return json.dumps(response, separators=(",", ":")).encode()


class ResponseTests(Fixture):
    def check(self, response, is_exact=True):
        self.request.check(encoded(response), "it", is_exact)

    def test_correct_response_passes(self):
        self.check(self.correct_response())

    def test_changed_derivative_fails(self):
        response = self.correct_response()
        response["gradient"][9] *= 1 + 1e-14
        with self.assertRaisesRegex(Failure, r"gradient\[9\]"):
            self.check(response)

    def test_changed_loss_fails(self):
        response = self.correct_response()
        response["loss"] *= 1 + 1e-13
        with self.assertRaisesRegex(Failure, "with the loss"):
            self.check(response, is_exact=False)

    def test_sum_in_any_order_passes_unless_exact(self):
        response = self.correct_response()
        response["loss"] += 3 * math.ulp(response["loss"])
        self.check(response, is_exact=False)
        with self.assertRaisesRegex(Failure, "with the loss"):
            self.check(response)

    def test_malformed_response_fails(self):
        right = self.correct_response()
        for wrong in (
            {},
            {"loss": right["loss"]},
            {"gradient": right["gradient"]},
            right | {"gradient": right["gradient"][:-1]},
            right | {"gradient": []},
            right | {"gradient": right["gradient"][:-1] + [None]},
            right | {"gradient": right["gradient"][:-1] + [math.nan]},
            right | {"gradient": list(map(str, right["gradient"]))},
            right | {"loss": None},
            right | {"loss": math.nan},
        ):
            with self.subTest(wrong=wrong), self.assertRaises(Failure):
                self.check(wrong)

    def test_repeated_numbers_need_equal_derivatives(self):
        with mock.patch.object(request, "LARGEST_BLOCK", 5):
            repeated = Request(15, self.directory)
        response = self.correct_response(repeated)
        repeated.check(encoded(response), "it", True)
        for index in (0, 14):
            wrong = response | {"gradient": list(response["gradient"])}
            wrong["gradient"][index] += 1e-9
            with self.subTest(index=index), self.assertRaises(Failure):
                repeated.check(encoded(wrong), "it", True)


class PlotTests(unittest.TestCase):
    def test_axis_has_four_to_nine_steps(self):
        for most in (1, 1.9, 2, 9.4, 9.6, 10, 47, 97, 99.9, 100, 950, 970):
            with self.subTest(most=most):
                self.assertTrue(4 <= most / tick_step(most) <= 10)


class ServerTests(Fixture):
    """Minimal servers that read a request and send a given response."""

    def serve(self, response: bytes) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        def converse(connection):
            # At its end, wrk leaves responses unread, which resets the connection.
            with connection, suppress(ConnectionResetError):
                received = b""
                while piece := connection.recv(65536):
                    received += piece
                    if received.endswith(b"]}"):
                        connection.sendall(response)
                        if not response.endswith(b"}"):
                            return
                        received = b""

        def accept():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return  # The test is over.
                threading.Thread(target=converse, args=[connection], daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        return listener.getsockname()[1]

    def test_client_returns_the_response(self):
        port = self.serve(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
        with Client("it", port, "/") as client:
            for _ in range(2):
                client.send(self.request)
                self.assertEqual(client.response, b"{}")

    def test_client_joins_chunks(self):
        port = self.serve(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"
        )
        with Client("it", port, "/") as client:
            client.send(self.request)
            self.assertEqual(client.response, b"{}")

    def test_client_fails_without_a_response(self):
        for response, sentence in (
            (b"HTTP/1.1 503 Busy\r\nContent-Length: 2\r\n\r\n{}", "with 503"),
            (b"HTTP/1.1 200 OK\r\n\r\n{}", "without a length"),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", "within a response"),
            (b"", "instead of a response"),
        ):
            with self.subTest(response=response), Client("it", self.serve(response), "/") as client:
                with self.assertRaisesRegex(Failure, sentence):
                    client.send(self.request)

    @unittest.skipUnless(find("wrk"), "wrk is not installed")
    def test_wrk_compares_each_response(self):
        def outcome(status, right):
            response = f"HTTP/1.1 {status} OK\r\nContent-Length: 2\r\n\r\n{{}}".encode()
            port = self.serve(response)
            server = SimpleNamespace(
                name="it",
                port=port,
                url=f"http://127.0.0.1:{port}/",
                correct_response=lambda _: right,
                processor_time=lambda: 0.0,
            )
            return load(server, self.request, self.directory, connections=2, seconds=1)

        self.assertGreater(outcome(200, b"{}").requests_per_second, 0)
        for status, right in (200, b"[]"), (500, b"{}"):
            with self.subTest(status=status), self.assertRaisesRegex(Failure, "were wrong, such as"):
                outcome(status, right)

    def test_flood_compares_each_response(self):
        def outcome(right):
            server = SimpleNamespace(
                port=self.serve(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"),
                contender=SimpleNamespace(path="/"),
                correct_response=lambda _: right,
            )
            with flood(server, self.request, self.directory, clients=2) as found:
                # During a thousand requests, each client gets at least one response.
                with Client("it", server.port, "/") as client:
                    for _ in range(1000):
                        client.send(self.request)
            return found

        self.assertGreater(outcome(b"{}").per_second, 0)
        with self.assertRaisesRegex(Failure, "got no correct first response"):
            outcome(b"[]")

    def test_server_that_does_not_start_reports_the_reason(self):
        program = "import sys; sys.exit('no such luck')"
        contender = Contender("it", "/", lambda *_: [sys.executable, "-c", program], lambda: [])
        with self.assertRaisesRegex(Failure, "did not start: no such luck"):
            with Server(contender, self.directory):
                self.fail("it serves")


class FormatTests(Fixture):
    def response(self, form, gradient):
        """The gradient as the server sends it, beside the loss."""
        if form.name == "JSON":
            return encoded({"loss": 1, "gradient": list(gradient)})
        if form.name == "CSV":
            return ("gradient\n" + "".join(f"{slope!r}\n" for slope in gradient)).encode()
        if form.name == "NDJSON":
            return b"".join(encoded({"gradient": slope}) + b"\n" for slope in gradient)
        return form.encode(form.code, [array(form.code, [1]), gradient])

    def test_wrong_derivative_fails_in_every_format(self):
        for form in FORMATS:
            if form.name.startswith("safetensors") or form.name.startswith("npz"):
                continue  # Their headers state offsets and checksums.
            with self.subTest(form.name):
                sent = FormatRequest(form, self.request, self.directory, "loss,gradient")
                inputs = (array(form.code or "d", numbers) for numbers in (self.request.predictions, self.request.targets))
                gradient = array(form.code or "d", (2 * (p - t) / 10 for p, t in zip(*inputs)))
                sent.check(self.response(form, gradient), "it")
                gradient[9] *= 1.001
                with self.assertRaisesRegex(Failure, r"gradient\[9\]"):
                    sent.check(self.response(form, gradient), "it")


class TableTests(unittest.TestCase):
    def test_numbers_have_units_and_three_digits(self):
        for value, unit, expected in (
            (1.5, "s", "1.50 s"),
            (0.012345, "s", "12.3 ms"),
            (2e-6, "s", "2.00 us"),
            (123.4e-9, "s", "123 ns"),
            (98765.4, "", "98,765"),
            (16.79, "MiB", "16.8 MiB"),
        ):
            with self.subTest(value=value):
                self.assertEqual(text(value, unit), expected)

    def test_ratios_are_paired_within_rounds(self):
        row = Row("small", "n = 4", "time", "s", {"loss-server": [1, 2, 4], "other": [2, 6, 4]})
        self.assertEqual(row.ratio("other"), 2)

    def test_remark_appears_only_with_its_section(self):
        run = Run(machine={}, versions={}, command="", date="", rounds=1)
        run.note("small", "it rained")
        self.assertIn("- small: it rained", markdown(run))
        self.assertNotIn("it rained", markdown(run, ["large"]))

    def test_shortened_section_includes_its_worst_case(self):
        run = Run(machine={}, versions={}, command="", date="", rounds=1)
        for case, theirs in ("even", 2.0), ("bad", 0.5), ("good", 9.0):
            run.rows.append(Row("codec", case, "read", "s", {"loss-server": [1.0], "other": [theirs]}))
        table = markdown(run, ["codec"], "codec")
        self.assertIn("worst of 3, bad", table)
        self.assertIn("best of 3, good", table)
        self.assertNotIn("even", table)

    def test_quantities_of_a_wide_section_are_columns(self):
        run = Run(machine={}, versions={}, command="", date="", rounds=1)
        for case, quantity in ("JSON", "read"), ("JSON", "write"), ("CSV", "read"):
            values = {"loss-server": [1.0]} | ({"other": [2.0]} if case == "JSON" else {})
            run.rows.append(Row("formats", case, quantity, "s", values))
        table = markdown(run)
        self.assertIn("| | read | write |", table)
        self.assertIn("| JSON | 1.00 s | 1.00 s |\n| JSON, other | 2.00 s (2.00) | 2.00 s (2.00) |", table)
        self.assertIn("| CSV | 1.00 s |  |", table)

    def test_failure_is_reported(self):
        run = Run(machine={}, versions={}, command="", date="", rounds=1)
        run.failures.append("small: a wrong response")
        run.skip("Node (node is not installed)")
        self.assertIn("FAILED: small: a wrong response", markdown(run))
        self.assertIn("skipped: Node (node is not installed)", markdown(run))

    def test_saved_run_reads_back(self):
        run = Run(machine={}, versions={}, command="", date="", rounds=1)
        run.rows.append(Row("small", "n = 4", "time", "s", {"loss-server": [1.0]}))
        run.note("small", "it rained")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "run.json"
            run.write(path)
            self.assertEqual(Run.read(path), run)


if __name__ == "__main__":
    unittest.main()
