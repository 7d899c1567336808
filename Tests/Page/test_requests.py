# SPDX-License-Identifier: Apache-2.0
"""What a reader enters: requests, tokens, a CSV file, a gradient."""

import json
import random
import tempfile

from selenium.webdriver.common.keys import Keys

import service
from page_case import PageCase, Settings, number


class Requests(PageCase):
    def test_have_the_chosen_options(self):
        self.page.open("/losses/huber?delta=0.5")
        editor = "JSON.parse(document.querySelector('#try textarea').value)"
        self.page.until(f"return {editor}.delta === 0.5")
        field = self.page.one("[data-option=delta]")
        field.clear()
        field.send_keys("0.25", Keys.TAB)
        self.page.until(f"return {editor}.delta === 0.25")
        # A decimal comma is no number, so the option and the field stay, and the field says so.
        field.clear()
        field.send_keys("0,5", Keys.TAB)
        self.page.until("return !document.querySelector('[data-option=delta]').checkValidity()")
        self.assertEqual(self.page.run(f"return {editor}.delta"), 0.25)

    def test_are_sent_and_refused_at_their_place(self):
        self.page.open("/losses/huber")
        self.page.one("#try [type=submit]").click()
        self.page.until("return document.querySelector('.status.ok')")
        editor = self.page.one("#try textarea")
        for text, place in (
            ('{"predictions": [1, 2, "x"], "targets": [0, 1, 2]}', '"x"'),
            ('{"predictions": [1], "targets": [0], "delta": -1}', "-1"),
            ('{"predictions": [1], "targets": [0], "délta": 1}', "1"),
            ('{"predictions": [1, 2,], "targets": [0, 1]}', "]"),
        ):
            editor.clear()
            editor.send_keys(text)
            self.page.one("#try [type=submit]").click()
            self.page.until(
                "return document.querySelector('.excerpt mark')?.textContent === "
                + json.dumps(place)
            )
            # Chromium reports each refused request in the console.
            self.assertTrue(all("status of 4" in error for error in self.page.errors()))

    def test_escape_what_they_show(self):
        self.page.open("/losses/huber")
        editor = self.page.one("#try textarea")
        editor.clear()
        editor.send_keys('{"<img src=x onerror=alert(1)>": 1, "predictions": [1], "targets": [1]}')
        self.page.one("#try [type=submit]").click()
        self.page.until("return document.querySelector('.refusal')")
        self.assertEqual(self.page.all(".answer img"), [])
        self.page.errors()

    def test_ask_for_a_token(self):
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("secret\n")
            file.flush()
            guarded = service.Service(Settings.server, "--token-file", file.name)
            try:
                self.page.driver.get(guarded.address + "/losses/huber")
                self.page.until("return document.querySelector('dialog input')")
                self.page.one("dialog input").send_keys("wrong" + Keys.ENTER)
                self.page.until(
                    "return /not accepted/.test(document.querySelector('dialog h2')?.textContent)"
                )
                self.page.one("dialog input").send_keys("secret" + Keys.ENTER)
                self.table()
                self.assertEqual(
                    self.page.run(
                        "return localStorage.length + sessionStorage.length"
                        " + document.cookie.length"
                    ),
                    0,
                )
            finally:
                guarded.close()
        self.page.errors()


class Data(PageCase):
    def test_of_100000_rows_is_evaluated(self):
        random.seed(7)
        rows = [
            (random.gauss(0, 1), random.gauss(0, 1), random.choice("abc")) for _ in range(100_000)
        ]
        self.page.open("/data?loss=huber")
        with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
            file.write(
                "y_pred;y_true;group\n" + "".join(f"{p!r};{t!r};{name}\n" for p, t, name in rows)
            )
            file.flush()
            self.page.one("input[type=file]").send_keys(file.name)
            text = self.page.until(
                "return document.querySelector('.figure-number')?.textContent", 60
            )
        own = self.service.post(
            "/v1/losses/huber",
            {
                "predictions": [p for p, _, _ in rows],
                "targets": [t for _, t, _ in rows],
                "outputs": ["loss", "elements"],
            },
        )
        self.assertEqual(number(text.split(" ")[0]), own["loss"])
        groups = self.page.run(
            "const texts = (row) => [...row.cells].map((cell) => cell.textContent);"
            "const tables = [...document.querySelectorAll('.data table')];"
            "return tables.map((table) => [...table.tBodies[0].rows].map(texts));"
        )
        self.assertEqual({row[0] for row in groups[0]}, {"a", "b", "c"})
        self.assertEqual(number(groups[1][0][1]), max(own["elements"]))

    def test_gives_reasons(self):
        self.page.open("/data")
        field = self.page.one(".data textarea")
        for text, reason in (
            ("a,b\n1,2,3\n", "Row 1 has 3 fields"),
            ("a,b\n1,x\n", "not numbers"),
            ("a,b\n", "at least one row"),
            ('a,b\n"1,2\n', "not closed"),
        ):
            field.clear()
            field.send_keys(text)
            self.page.one(".data [type=submit]").click()
            self.page.until(
                "return document.querySelector('.data .message').textContent.includes("
                + json.dumps(reason)
                + ")"
            )


    def test_of_one_row_has_no_standard_error(self):
        self.page.open("/data")
        field = self.page.one(".data textarea")
        field.clear()
        field.send_keys("prediction,target\n3,4\n")
        self.page.one(".data [type=submit]").click()
        text = self.page.until("return document.querySelector('.figure-number')?.textContent")
        self.assertEqual(text, "1")


class Gradient(PageCase):
    def test_is_compared_with_conventions(self):
        self.page.open("/check?loss=huber")
        self.page.until("return document.querySelector('.check textarea').value")
        self.page.all(".check textarea")[1].send_keys("0.2, 0.2, 0.1")
        self.page.one(".check [type=submit]").click()
        text = self.page.until("return document.querySelectorAll('.check table')[1]?.textContent")
        self.assertIn("reduction summatches", text)
