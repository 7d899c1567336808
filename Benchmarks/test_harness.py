# SPDX-License-Identifier: Apache-2.0
"""Whatever is wrong with an answer is a failure: python3 -m unittest discover Benchmarks"""

import json
import math
import socket
import sys
import tempfile
import threading
import unittest
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

from harness import question
from harness.client import Client
from harness.contender import Contender, find
from harness.failure import Failure
from harness.flood import flood
from harness.plot import tick_step
from harness.question import Question
from harness.run import Run, Row
from harness.server import Server
from harness.table import markdown, text
from harness.wrk import load


class Fixture(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.directory = Path(folder.name)
        self.question = Question(10, self.directory)

    def right_answer(self, asked=None):
        asked = asked or self.question
        body = json.loads(asked.path.read_text())
        errors = [p - t for p, t in zip(body["predictions"], body["targets"])]
        count = len(errors)
        loss = math.fsum(e * e for e in errors) / count
        return {"loss": loss, "gradient": [2 * e / count for e in errors], "normalizer": count}


def encoded(answer) -> bytes:
    return json.dumps(answer, separators=(",", ":")).encode()


class AnswerTests(Fixture):
    def check(self, answer, is_exact=True):
        self.question.check(encoded(answer), "it", is_exact)

    def test_a_right_answer_is_right(self):
        self.check(self.right_answer())

    def test_a_changed_derivative_is_wrong(self):
        answer = self.right_answer()
        answer["gradient"][9] *= 1 + 1e-14
        with self.assertRaisesRegex(Failure, r"gradient\[9\]"):
            self.check(answer)

    def test_a_changed_loss_is_wrong(self):
        answer = self.right_answer()
        answer["loss"] *= 1 + 1e-13
        with self.assertRaisesRegex(Failure, "with the loss"):
            self.check(answer, is_exact=False)

    def test_a_sum_in_some_order_is_right_unless_exactness_was_promised(self):
        answer = self.right_answer()
        answer["loss"] += 3 * math.ulp(answer["loss"])
        self.check(answer, is_exact=False)
        with self.assertRaisesRegex(Failure, "with the loss"):
            self.check(answer)

    def test_what_is_no_answer_is_wrong(self):
        right = self.right_answer()
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

    def test_repeated_numbers_need_the_same_derivatives(self):
        with mock.patch.object(question, "LARGEST_BLOCK", 5):
            repeated = Question(15, self.directory)
        answer = self.right_answer(repeated)
        repeated.check(encoded(answer), "it", True)
        for index in (0, 14):
            wrong = answer | {"gradient": list(answer["gradient"])}
            wrong["gradient"][index] += 1e-9
            with self.subTest(index=index), self.assertRaises(Failure):
                repeated.check(encoded(wrong), "it", True)


class PlotTests(unittest.TestCase):
    def test_every_height_has_a_few_steps(self):
        for most in (1, 1.9, 2, 9.4, 9.6, 10, 47, 97, 99.9, 100, 950, 970):
            with self.subTest(most=most):
                self.assertTrue(4 <= most / tick_step(most) <= 10)


class ServerTests(Fixture):
    """Servers of a few bytes: they read a request and send what they are told."""

    def serve(self, response: bytes) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        def converse(connection):
            # wrk leaves answers unread when its time is over, which resets the connection.
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

    def test_an_answer_arrives_as_it_is(self):
        port = self.serve(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
        with Client("it", port, "/") as client:
            for _ in range(2):
                client.ask(self.question)
                self.assertEqual(client.answer, b"{}")

    def test_chunks_are_put_together(self):
        port = self.serve(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"
        )
        with Client("it", port, "/") as client:
            client.ask(self.question)
            self.assertEqual(client.answer, b"{}")

    def test_what_is_no_answer_is_a_failure(self):
        for response, sentence in (
            (b"HTTP/1.1 503 Busy\r\nContent-Length: 2\r\n\r\n{}", "with 503"),
            (b"HTTP/1.1 200 OK\r\n\r\n{}", "without a length"),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", "within an answer"),
            (b"", "instead of an answer"),
        ):
            with self.subTest(response=response), Client("it", self.serve(response), "/") as client:
                with self.assertRaisesRegex(Failure, sentence):
                    client.ask(self.question)

    @unittest.skipUnless(find("wrk"), "wrk is not installed")
    def test_wrk_compares_every_answer(self):
        def asked(status, right):
            response = f"HTTP/1.1 {status} OK\r\nContent-Length: 2\r\n\r\n{{}}".encode()
            port = self.serve(response)
            server = SimpleNamespace(
                name="it",
                port=port,
                url=f"http://127.0.0.1:{port}/",
                right_answer=lambda _: right,
                processor_time=lambda: 0.0,
            )
            return load(server, self.question, self.directory, connections=2, seconds=1)

        self.assertGreater(asked(200, b"{}").requests_per_second, 0)
        for status, right in (200, b"[]"), (500, b"{}"):
            with self.subTest(status=status), self.assertRaisesRegex(Failure, "were wrong, such as"):
                asked(status, right)

    def test_a_flood_compares_every_answer(self):
        def asked(right):
            server = SimpleNamespace(
                port=self.serve(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"),
                contender=SimpleNamespace(path="/"),
                right_answer=lambda _: right,
            )
            with flood(server, self.question, self.directory, clients=2) as found:
                # A thousand questions of our own give them the time to be answered once at least.
                with Client("it", server.port, "/") as client:
                    for _ in range(1000):
                        client.ask(self.question)
            return found

        self.assertGreater(asked(b"{}").per_second, 0)
        with self.assertRaisesRegex(Failure, "got no right answer at first"):
            asked(b"[]")

    def test_a_server_that_does_not_start_says_why(self):
        program = "import sys; sys.exit('no such luck')"
        contender = Contender("it", "/", lambda *_: [sys.executable, "-c", program], lambda: [])
        with self.assertRaisesRegex(Failure, "did not start: no such luck"):
            with Server(contender, self.directory):
                self.fail("it serves")


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

    def test_a_remark_stands_below_its_section_alone(self):
        run = Run(machine={}, versions={}, command="", date="", rounds=1)
        run.note("small", "it rained")
        self.assertIn("- small: it rained", markdown(run))
        self.assertNotIn("it rained", markdown(run, ["large"]))

    def test_a_shortened_section_has_its_worst_case_too(self):
        run = Run(machine={}, versions={}, command="", date="", rounds=1)
        for case, theirs in ("even", 2.0), ("bad", 0.5), ("good", 9.0):
            run.rows.append(Row("codec", case, "read", "s", {"loss-server": [1.0], "other": [theirs]}))
        table = markdown(run, ["codec"], "codec")
        self.assertIn("worst of 3, bad", table)
        self.assertIn("best of 3, good", table)
        self.assertNotIn("even", table)

    def test_a_failure_is_never_silent(self):
        run = Run(machine={}, versions={}, command="", date="", rounds=1)
        run.failures.append("small: a wrong answer")
        run.skip("Node (node is not installed)")
        self.assertIn("FAILED: small: a wrong answer", markdown(run))
        self.assertIn("skipped: Node (node is not installed)", markdown(run))

    def test_a_kept_run_reads_back(self):
        run = Run(machine={}, versions={}, command="", date="", rounds=1)
        run.rows.append(Row("small", "n = 4", "time", "s", {"loss-server": [1.0]}))
        run.note("small", "it rained")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "run.json"
            run.write(path)
            self.assertEqual(Run.read(path), run)


if __name__ == "__main__":
    unittest.main()
