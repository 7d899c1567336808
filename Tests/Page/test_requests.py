# SPDX-License-Identifier: Apache-2.0
"""What a reader enters: requests, tokens, a CSV file, a gradient."""

import io
import json
import pathlib
import random
import shutil
import struct
import subprocess
import tempfile
import zipfile

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
        groups = self.cells(".data [aria-label=groups] tbody tr")
        self.assertEqual([row[0] for row in groups], ["a", "b", "c"])
        worst = self.cells(".data [aria-label='rows by huber'] tbody tr")
        self.assertEqual(number(worst[0][1]), max(own["elements"]))

    def test_is_refused_at_its_place(self):
        self.page.open("/data?loss=poisson_nll")
        for text, reason, mark in (
            ("a,b\n1,2,3\n", "Line 2 has 3 cells, but the header has 2 columns.", "1,2,3"),
            ("a,b\n1\n", "Line 2 has 1 cell, but the header has 2 columns.", "1"),
            ("a,b\n\n1,2\n3,x\n", 'Line 4, column "b" is "x", but must be a number such as', "x"),
            ("a;b\n1,5;2\n", "decimals must be separated by a point: write 1.5.", "1,5"),
            ("a,b\n1,inf\n", 'Line 2, column "b" is inf, but numbers must be finite', "inf"),
            ("a,b\n1,1e999\n", "which is too large for a double", "1e999"),
            ("a,b\n1,0x10\n", "must be a number such as", "0x10"),
            ('a,b\n"1\n",2\n3,-2\n', "targets[1] is -2, but must be a number >= 0.", "-2"),
            ('a,b\n1,2\n"1,2\n', "The cell that begins in line 3 has no closing quote.", '"1,2'),
            ('a,b\n"1"0,2\n', "Line 2 has a quote within a cell", '"0'),
            ("a,b\n", "but no row", None),
            ("", "is empty", None),
        ):
            with self.subTest(text):
                self.paste(text)
                self.page.until(
                    "return document.querySelector('.data .message').textContent.includes("
                    + json.dumps(reason)
                    + ")"
                )
                marked = self.page.run(
                    "return document.querySelector('.data mark')?.textContent ?? null"
                )
                self.assertEqual(marked, mark)
        selected = 'a,b\n"1\n",2\n3,-2\n'
        self.paste(selected)
        self.page.until("return document.querySelector('.data mark')?.textContent === '-2'")
        self.assertEqual(self.page.run("return getSelection().toString()"), "3,-2")
        # Chromium reports each refused request in the console.
        self.assertTrue(all("status of 422" in error for error in self.page.errors()))

    def paste(self, text):
        self.page.run(
            "document.querySelector('.data textarea').value = arguments[0];"
            "document.querySelector('.data .message').replaceChildren();"
            "document.querySelector('.data [type=submit]').click()",
            text,
        )

    def test_has_missing_values_and_chosen_options(self):
        self.page.open("/data?loss=huber(delta=0.5)")
        self.paste("\ufeffp,t,w\n.5,NA,1\n+2.,1e0,1\nTRUE,false,3\n")
        text = self.page.until("return document.querySelector('.figure-number')?.textContent")
        own = self.service.post(
            "/v1/losses/huber", {"predictions": [2, 1], "targets": [1, 0], "delta": 0.5}
        )
        self.assertEqual(number(text.split(" ")[0]), own["loss"])
        self.page.run(
            "const all = [...document.querySelectorAll('.data .field')];"
            "const field = all.find((one) => one.textContent.startsWith('weights'));"
            "const select = field.querySelector('select');"
            "select.value = '2'; select.dispatchEvent(new Event('change'))"
        )
        own = self.service.post(
            "/v1/losses/huber",
            {"predictions": [2, 1], "targets": [1, 0], "delta": 0.5, "weights": [1, 3]},
        )
        self.page.until(
            "return document.querySelector('.figure-number')?.textContent.startsWith("
            f"'{own['loss']!r}')"
        )

    def test_of_two_models_is_compared(self):
        self.page.open("/data?loss=huber(delta=0.5)&also=mae&metrics=r2,rmse")
        self.paste("y,model_a,model_b,region\n2,2.5,1.8,n\n0,0.4,NA,n\n-1,-1.3,-1.1,s\n2,4,2.6,s\n")
        # The row without a prediction of the other model is left out.
        own = self.service.post(
            "/v1/evaluations",
            {
                "inputs": {"predictions": [2.5, -1.3, 4], "targets": [2, -1, 2]},
                "baseline": {"predictions": [1.8, -1.1, 2.6]},
                "groups": ["n", "s", "s"],
                "losses": [{"loss": "huber", "delta": 0.5}, "absolute_error"],
                "metrics": ["r2", "rmse"],
            },
        )
        names = ["huber(delta=0.5)", "absolute_error", "r2", "rmse"]
        terms = own["losses"] + own["metrics"]
        results = self.cells(".data [aria-label=results] tbody tr")
        self.assertEqual([row[0] for row in results], names)
        self.assertEqual([number(row[1]) for row in results], [one["value"] for one in terms])
        self.assertEqual([row[4] for row in results], ["lower", "lower", "higher", "lower"])
        for row, one in zip(results[:2], own["losses"]):
            self.assertAlmostEqual(number(row[2]), one["standard_error"], 3)
            shown = [number(bound) for bound in row[3].split(" to ")]
            for bound, expected in zip(shown, one["interval"], strict=True):
                self.assertAlmostEqual(bound, expected, 4)
        models = self.cells(".data [aria-label=models] tbody tr")
        for row, one in zip(models, terms, strict=True):
            self.assertEqual(number(row[1]), one["value"])
            self.assertEqual(number(row[2]), one["baseline"]["value"])
            self.assertEqual(number(row[3]), one["baseline"]["difference"])
        self.assertIn(
            "model_b has the lower huber(delta=0.5), but the interval of the difference contains 0",
            self.page.one(".data").text,
        )
        # A group of one row has no standard error, and no R squared.
        groups = self.cells(".data [aria-label=groups] tbody tr")
        self.assertEqual([row[:2] for row in groups], [["n", "1"], ["s", "2"]])
        for row, group in zip(groups, own["groups"], strict=True):
            first = group["losses"][0]
            self.assertEqual(number(row[2].split(" ")[0]), first["value"])
            self.assertEqual(number(row[3].split(" ")[0]), first["baseline"]["difference"])
        self.assertIn("needs targets that differ", groups[0][6])

    def test_has_the_losses_and_metrics_that_are_added(self):
        self.page.open("/data")
        self.paste("p,y\n0.2,0\n0.9,1\n0.6,0\n0.7,1\n")
        self.has_results(
            "binary_cross_entropy", "brier", "roc_auc", "accuracy", "expected_calibration_error"
        )
        self.assertTrue(self.page.driver.current_url.endswith("/data"), "what is proposed")
        self.page.one("[aria-label='remove brier']").click()
        self.has_results(
            "binary_cross_entropy", "roc_auc", "accuracy", "expected_calibration_error"
        )
        self.page.one("[aria-label='remove expected_calibration_error']").click()
        loss, metric = self.page.all(".data form input")
        loss.send_keys("binary_focal(gamma=3)" + Keys.ENTER)
        metric.send_keys("confusion,f1(average=none)" + Keys.ENTER)
        results = self.has_results(
            "binary_cross_entropy",
            "binary_focal(gamma=3)",
            "roc_auc",
            "accuracy",
            "confusion",
            "f1(average=none)",
        )
        self.assertEqual(results[4][1], "1, 10, 2")
        for name in ("loss=binary_cross_entropy", "also=binary_focal(gamma=3)", "f1(average=none)"):
            self.assertIn(name, self.page.driver.current_url)
        for text, reason in (
            ("f1(averag=macro)", "f1 has no option averag; it has average"),
            ("accurac", "There is no metric accurac. Did you mean: accuracy"),
        ):
            metric.send_keys(text + Keys.ENTER)
            self.page.until(
                "return [...document.querySelectorAll('.data .notices')].some((one) =>"
                f" one.textContent.includes({json.dumps(reason)}))"
            )
        # The link shows the same.
        self.page.open(self.page.driver.current_url.removeprefix(self.service.address))
        self.paste("p,y\n0.2,1\n0.9,1\n")
        results = self.has_results(*[row[0] for row in results])
        self.assertIn("roc_auc needs both classes, but targets are all 1", results[2][1])

    def has_results(self, *names):
        """The rows of the results, once they are those of the names."""
        return self.page.until(
            "const rows = [...document.querySelectorAll('.data [aria-label=results] tbody tr')];"
            "const texts = rows.map((row) => [...row.cells].map((cell) => cell.textContent));"
            f"return texts.map(([name]) => name).join(' ') === {json.dumps(' '.join(names))} && texts"
        )

    def test_has_what_suits_its_columns(self):
        for rows, names in (
            ("3.5,1\n-2,0\n", ["binary_cross_entropy(from_logits=true)", "roc_auc"]),
            ("1,1\n0,1\n1,0\n", ["brier", "accuracy", "f1", "matthews_corrcoef"]),
            ("1.5,2\n0,1\n1,0\n", ["squared_error", "absolute_error", "r2"]),
        ):
            with self.subTest(rows):
                self.page.open("/data")
                self.paste("p,y\n" + rows)
                results = self.cells(".data [aria-label=results] tbody tr")
                self.assertEqual([row[0] for row in results][: len(names)], names)
        # Its predictions are logarithms of means, which R squared does not compare with counts.
        self.page.open("/data?loss=poisson_nll")
        self.paste("p,y\n1.5,2\n0,1\n1,0\n")
        self.has_results("poisson_nll")

    def test_in_a_long_file_is_evaluated_in_parts(self):
        pattern = [(0.5, 0.25, 0.25, "n"), (2, "NA", 1, "s"), (1, 3, 2, "n"), (4, 1, "", "s")]
        rows = pattern * 4_200
        rows[9_000] = (7, 1, 1, "s")
        # A group whose rows all lack a number.
        rows[16_797] = (2, "NA", 1, "w")
        text = "p,t,model_b,region,note\n" + "".join(
            f"{p},{t},{q},{region},{'x' * 2_000}\n" for p, t, q, region in rows
        )
        self.assertGreater(len(text), 32 << 20)
        with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
            file.write(text)
            file.flush()
            self.page.open("/data?loss=huber(delta=0.5)&also=mae&metrics=r2,rmse")
            self.page.one("input[type=file]").send_keys(file.name)
            results = self.page.until(
                "const rows = [...document.querySelectorAll('[aria-label=results] tbody tr')];"
                "return rows.length"
                " && rows.map((row) => [...row.cells].map((cell) => cell.textContent))",
                60,
            )
            # The results are those of one request, in which both models lack the same rows.
            kept = [row for row in rows if row[1] != "NA" and row[2] != ""]
            own = self.service.post(
                "/v1/evaluations",
                {
                    "inputs": {
                        "predictions": [p for p, *_ in kept],
                        "targets": [t for _, t, *_ in kept],
                    },
                    "baseline": {"predictions": [q for _, _, q, _ in kept]},
                    "groups": [region for *_, region in kept],
                    "losses": [{"loss": "huber", "delta": 0.5}, "absolute_error"],
                },
            )
            self.assertEqual([row[0] for row in results], ["huber(delta=0.5)", "absolute_error"])
            models = self.cells("[aria-label=models] tbody tr")
            for row, model, one in zip(results, models, own["losses"], strict=True):
                self.assertEqual(number(row[1]), one["value"])
                self.assertEqual(row[5], str(len(kept)))
                self.has_spread(row[2:4], one)
                self.assertEqual(number(model[2]), one["baseline"]["value"])
                self.assertAlmostEqual(number(model[3]), one["baseline"]["difference"], 14)
                self.has_spread(model[4:6], one["baseline"])
            groups = self.cells("[aria-label=groups] tbody tr")
            self.assertEqual([row[:2] for row in groups], [["n", "8399"], ["s", "1"], ["w", "0"]])
            self.assertEqual(groups.pop()[2:], ["none", "none"])
            for row, group in zip(groups, own["groups"], strict=True):
                values = [number(text.split(" ")[0]) for text in row[2:]]
                self.assertEqual(values, [one["value"] for one in group["losses"]])
            worst = self.cells("[aria-label='rows by absolute_error'] tbody tr")
            self.assertEqual(worst[0][:4], ["9002", "6", "7", "1"])
            report = self.page.one(".report").text
            self.assertIn(
                "A metric needs all rows at once and has not been computed: r2, rmse", report
            )
            self.assertIn("0.03125 in line 2", report)
            self.assertEqual(self.page.violations(), [])
            # A text beyond the first rows is refused with its place.
            file.write("1,later,b,n,\n")
            file.flush()
            self.page.open("/data?loss=huber")
            self.page.one("input[type=file]").send_keys(file.name)
            self.page.until(
                "return document.querySelector('.data .message').textContent.includes("
                '\'Line 16802, column "t" is "later"\')',
                60,
            )
            # What is being read can be cancelled.
            self.page.open("/data?loss=huber")
            self.page.one("input[type=file]").send_keys(file.name)
            cancel = "document.querySelector('.data progress ~ button')"
            self.page.until(f"return !{cancel}.hidden")
            self.page.run(f"{cancel}.click()")
            self.page.until(
                "return document.querySelector('.data .message').textContent === 'Cancelled.'"
            )

    def has_spread(self, texts, expected):
        """Asserts that texts are the standard error and interval of a result, to some digits."""
        self.assertLess(abs(number(texts[0]) / expected["standard_error"] - 1), 1e-3)
        for text, bound in zip(texts[1].split(" to "), expected["interval"], strict=True):
            self.assertLess(abs(number(text) / bound - 1), 1e-4)

    def test_has_controls_of_the_options_of_metrics(self):
        self.page.open("/data?loss=bce&also=binary_focal&metrics=precision_macro,ece,accuracy")
        self.paste("p,y\n0.2,0\n0.9,1\n0.6,0\n0.7,1\n0.1,1\n")
        names = ["binary_cross_entropy", "binary_focal"]
        first = self.has_results(*names, "precision_macro", "ece", "accuracy")
        self.page.run(
            "for (const one of document.querySelectorAll('.terms details')) one.open = true"
        )
        average = self.page.one(".terms [data-option=average]")
        # The name implies an average, which the control shows.
        self.assertEqual(average.get_property("value"), "macro")
        self.assertIn(
            'min="1" max="1000"',
            self.page.one(".terms [data-option=bins]").get_property("outerHTML"),
        )
        average.send_keys("micro")
        micro = self.has_results(*names, "precision_macro(average=micro)", "ece", "accuracy")
        self.assertNotEqual(micro[2][1], first[2][1])
        bins = self.page.one(".terms [data-option=bins]")
        bins.clear()
        bins.send_keys("1001", Keys.TAB)
        self.assertFalse(self.page.run("return arguments[0].checkValidity()", bins))
        bins.clear()
        bins.send_keys("2", Keys.TAB)
        gamma = self.page.one(".terms [data-option=gamma]")
        gamma.clear()
        gamma.send_keys("3", Keys.TAB)
        results = self.has_results(
            names[0],
            "binary_focal(gamma=3)",
            "precision_macro(average=micro)",
            "ece(bins=2)",
            "accuracy",
        )
        own = self.service.post(
            "/v1/evaluations",
            {
                "inputs": {"predictions": [0.2, 0.9, 0.6, 0.7, 0.1], "targets": [0, 1, 0, 1, 1]},
                "losses": ["bce", {"loss": "binary_focal", "gamma": 3}],
                "metrics": [
                    {"metric": "precision", "average": "micro"},
                    {"metric": "ece", "bins": 2},
                    "accuracy",
                ],
            },
        )
        values = [one["value"] for one in own["losses"] + own["metrics"]]
        self.assertEqual([number(row[1]) for row in results], values)
        self.assertIn("precision_macro(average=micro),ece(bins=2)", self.page.driver.current_url)
        self.assertEqual(self.page.violations(), [])

    def test_of_arrays_has_groups(self):
        numbers = {"pred": [0.5, 2, -1, 4], "target": [0, 1, -1, 2]}
        names = ["north", "s\u00fcd", "north", ""]
        expected = self.service.post(
            "/v1/evaluations",
            {
                "inputs": {"predictions": numbers["pred"], "targets": numbers["target"]},
                "groups": names,
                "losses": ["huber"],
            },
        )["groups"]
        values = [one["losses"][0]["value"] for one in expected]
        self.assertEqual([one["group"] for one in expected], ["", "north", "s\u00fcd"])
        wide = [name.ljust(5, "\0") for name in names]
        kinds = (
            ("<U5", "".join(wide).encode("utf-32-le"), ["(empty)", "north", "s\u00fcd"]),
            (">U5", "".join(wide).encode("utf-32-be"), ["(empty)", "north", "s\u00fcd"]),
            (
                "|S5",
                b"".join(name.encode().ljust(5, b"\0") for name in names),
                ["(empty)", "north", "s\u00fcd"],
            ),
            ("<i8", struct.pack("<4q", 7, 8, 7, -1), ["-1", "7", "8"]),
        )
        for kind, content, groups in kinds:
            with self.subTest(kind), tempfile.NamedTemporaryFile("wb", suffix=".npz") as file:
                with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                    for name, values_of in numbers.items():
                        member = array("<f8", (4,), struct.pack("<4d", *values_of))
                        archive.writestr(name + ".npy", member)
                    name = "group" if kind == "<i8" else "place"
                    archive.writestr(name + ".npy", array(kind, (4,), content))
                file.flush()
                self.page.open("/data?loss=huber")
                self.page.one("input[type=file]").send_keys(file.name)
                rows = self.cells("[aria-label=groups] tbody tr")
                self.assertEqual(
                    [row[:2] for row in rows], [[name, count] for name, count in zip(groups, "121")]
                )
                self.assertEqual([number(row[2].split(" ")[0]) for row in rows], values)

    def test_of_arrays_is_read_by_the_service(self):
        predictions = [[0.2, 0.5, 0.3], [0.1, 0.1, 0.8]]
        for name, method in (("stored", zipfile.ZIP_STORED), ("deflated", zipfile.ZIP_DEFLATED)):
            with self.subTest(name), tempfile.NamedTemporaryFile("wb", suffix=".npz") as file:
                with zipfile.ZipFile(file, "w", method) as archive:
                    for member, content in (
                        ("unused", array("<f4", (1,), struct.pack("<f", 1))),
                        ("label", array("<i8", (2,), struct.pack("<2q", 1, 0))),
                        (
                            "y_pred",
                            array(
                                "<f8", (2, 3), struct.pack("<6d", *predictions[0], *predictions[1])
                            ),
                        ),
                    ):
                        with archive.open(member + ".npy", "w", force_zip64=True) as target:
                            target.write(content)
                file.flush()
                self.page.open("/data?loss=categorical_cross_entropy(label_smoothing=0.1)")
                self.page.one("input[type=file]").send_keys(file.name)
                text = self.page.until(
                    "return document.querySelector('.figure-number')?.textContent"
                )
                own = self.service.post(
                    "/v1/losses/categorical_cross_entropy",
                    {"predictions": predictions, "targets": [1, 0], "label_smoothing": 0.1},
                )
                self.assertEqual(number(text.split(" ")[0]), own["loss"])
                self.assertIn("label: <i8 [2]", self.page.one(".data").text)
                results = self.cells(".data [aria-label=results] tbody tr")
                self.assertEqual([row[0] for row in results][1:], ["accuracy"])
                self.assertEqual(results[1][1], "0.5")

    def test_of_a_wrong_archive_is_refused(self):
        for content, reason in (
            (b"PK\x03\x04 cut", "is not a complete .npz archive"),
            (zipped("a.txt", b"text"), "has a member a.txt"),
            (zipped("a.npy", b"text"), "a.npy of the archive is not an array"),
            (b"\xff\xfe\x00", "not text in UTF-8"),
        ):
            with self.subTest(reason), tempfile.NamedTemporaryFile("wb", suffix=".npz") as file:
                file.write(content)
                file.flush()
                self.page.open("/data")
                self.page.one("input[type=file]").send_keys(file.name)
                self.page.until(
                    "return document.querySelector('.data .message').textContent.includes("
                    + json.dumps(reason)
                    + ")"
                )

    def test_of_a_loss_that_has_none_is_refused(self):
        for name, reason in (
            ("ctc", "ctc has one loss for each segment"),
            ("hubr", 'Did you mean "huber"?'),
            ("huber(dleta=1)", "huber has no option dleta; it has delta."),
        ):
            self.page.open(f"/data?loss={name}")
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
    REQUEST = {"predictions": [0.2, 1.7, -0.4], "targets": [0, 1.5, -0.5]}

    def check(self, gradient, loss="huber"):
        self.page.open(f"/check?loss={loss}")
        self.page.until("return document.querySelector('.check textarea').value")
        self.page.all(".check textarea")[1].send_keys(gradient)
        self.page.one(".check [type=submit]").click()
        return self.page.until(
            "return document.querySelector('.check .status')"
            " && document.querySelector('.check > [aria-live]').textContent"
        )

    def test_is_explained(self):
        true = self.service.post("/v1/losses/huber", self.REQUEST)["gradient"]
        single = [struct.unpack("<f", struct.pack("<f", one))[0] for one in true]
        for gradient, texts in (
            (true, ["agrees. Each number is the same double."]),
            (single, ["agrees. The differences are those of computing in float32.", "last place"]),
            ([one * (1 + 1e-15) for one in true], ["rounding in double precision"]),
            ([-one for one in true], ["differs", "opposite sign"]),
            (
                [3 * one for one in true],
                [
                    "It is the gradient with convention = lightgbm,",
                    "It is the gradient with reduction = sum",
                    "multiplied by 3, the number of elements",
                ],
            ),
            ([one / 3 for one in true], ["divided by 3", "divided twice?"]),
            ([-2 * one for one in true], ["opposite sign", "twice the true one"]),
            ([one / 2 for one in true], ["half of the true one"]),
            ([1.7 * one for one in true], ["1.7 times the true one"]),
            ([true[0], true[1], 5], ["beyond a threshold?", "predictions[2]"]),
            ([0, 0, 0], ["All of its numbers are 0."]),
            ([1, 2, 5], ["neither a multiple"]),
        ):
            with self.subTest(gradient):
                found = self.check(", ".join(map(repr, gradient)))
                for text in texts:
                    self.assertIn(text, found)

    def test_of_rows_is_explained(self):
        self.page.open("/check?loss=squared_error")
        self.page.until("return document.querySelector('.check textarea').value")
        request, own = self.page.all(".check textarea")
        for predictions, gradient, text in (
            ([[1, 2], [3, 5], [0, 1]], [[2, 4], [6, 10], [0, 2]], "by 6, the number of elements"),
            ([[1, 2], [3, 5], [0, 1]], [[1, 2], [3, 5], [0, 1]], "by 3, the number of rows"),
            (2, -4, "opposite sign"),
        ):
            request.clear()
            targets = [[0] * len(row) for row in predictions] if predictions != 2 else 0
            request.send_keys(json.dumps({"predictions": predictions, "targets": targets}))
            own.clear()
            own.send_keys(json.dumps(gradient))
            self.page.one(".check [type=submit]").click()
            self.page.until(
                "return document.querySelector('.check .hints')?.textContent.includes("
                f"{json.dumps(text)})"
            )

    def test_is_that_with_another_option(self):
        request = {"predictions": [0.9, 0.2, 0.6], "targets": [1, 0, 1], "from_logits": True}
        own = self.service.post("/v1/losses/binary_cross_entropy", request)["gradient"]
        found = self.check(", ".join(map(repr, own)), "binary_cross_entropy")
        self.assertIn("It is the gradient with from_logits = true", found)

    def test_of_a_penalty_is_explained(self):
        request = {"parameters": [0.2, 1.7, -0.4], "strength": 0.5}
        true = self.service.post("/v1/penalties/l2", request)["gradient"]
        for gradient, texts in (
            (true, ["Your gradient agrees. Each number is the same double."]),
            ([one / 2 for one in true], ["half of the true one", "With strength = 0.25 it would"]),
            ([3 * one for one in true], ["multiplied by 3, the number of elements"]),
            ([-one for one in true], ["is it what is subtracted from the parameters?"]),
            ([1.7 * one for one in true], ["1.7 times the true one. With strength = 0.85"]),
            ([1, 2, 5], ["parameters[2]", "neither a multiple"]),
        ):
            with self.subTest(gradient):
                found = self.check(", ".join(map(repr, gradient)), "l2(strength=0.5)")
                for text in texts:
                    self.assertIn(text, found)
        self.page.open("/penalties/lasso")
        self.page.until(
            "return [...document.querySelectorAll('.links a')].some((link) =>"
            " link.href.endsWith('/check?loss=l1'))"
        )

    def test_is_checked_in_each_input_and_as_a_hessian(self):
        request = {"mean": [0.5, 1], "variance": [2, 0.5], "targets": [1, -1]}
        for of, outputs, member in (
            ("hessian+mean", ["hessian"], "hessians"),
            ("gradient+variance", ["gradient"], "gradients"),
        ):
            quantity, name = of.split("+")
            own = self.service.post(
                "/v1/losses/gaussian_nll", {**request, "outputs": outputs, "gradient_of": [name]}
            )
            numbers = own[quantity] if quantity in own else own[member][name]
            self.page.open(f"/check?loss=gaussian_nll&of={of}")
            self.page.until("return document.querySelector('.check textarea').value")
            fields = self.page.all(".check textarea")
            fields[0].clear()
            fields[0].send_keys(json.dumps(request))
            for factor, text in ((1, "agrees. Each number is the same"), (-1, "opposite sign")):
                fields[1].clear()
                fields[1].send_keys(json.dumps([factor * one for one in numbers]))
                self.page.one(".check [type=submit]").click()
                noun = "Hessian" if quantity == "hessian" else "gradient"
                self.page.until(
                    "const text = document.querySelector('.check > [aria-live]').textContent;"
                    f"return [{json.dumps(text)}, 'Your {noun}'].every((one) => text.includes(one))"
                )
            self.page.run("document.querySelector('.check details').open = true")
            rows = self.cells(".check [aria-label='all numbers'] tbody tr")
            self.assertEqual([row[0] for row in rows], ["[0]", "[1]"])
            self.assertEqual([number(row[2]) for row in rows], numbers)
        self.assertEqual(self.page.violations(), [])

    def test_is_read_as_libraries_print_it(self):
        found = self.check("tensor([0.2000, 0.2000, 0.1000])")
        self.assertIn("It is the gradient with reduction = sum, up to rounding.", found)

    def test_that_is_no_gradient_is_refused(self):
        self.page.open("/check?loss=huber")
        self.page.until("return document.querySelector('.check textarea').value")
        for gradient, reason in (
            ("", "Paste what your code has computed"),
            ("1, x, 3", 'number 2 is "x"'),
            ("1, 2", "pasted 2 numbers, but the derivative in predictions has 3, of shape [3]"),
        ):
            field = self.page.all(".check textarea")[1]
            field.clear()
            field.send_keys(gradient)
            self.page.one(".check [type=submit]").click()
            self.page.until(
                "return document.querySelector('.check > [aria-live]').textContent.includes("
                + json.dumps(reason)
                + ")"
            )
        request = self.page.all(".check textarea")[0]
        request.clear()
        request.send_keys('{"predictions": [1, "x"], "targets": [0, 1]}')
        self.page.one(".check [type=submit]").click()
        self.page.until("return document.querySelector('.check mark')?.textContent === '\"x\"'")
        request.clear()
        request.send_keys("[1, 2]")
        self.page.one(".check [type=submit]").click()
        self.page.until(
            "return document.querySelector('.check .message')?.textContent.includes("
            "'must be a JSON object')"
        )
        self.assertTrue(all("status of 422" in error for error in self.page.errors()))


class Programs(PageCase):
    """The programs that send a request, with names that each language must quote."""

    # The ending of a file, and the command that runs it.
    COMMANDS = {
        "curl": ("sh", ["sh"]),
        "Python": ("py", ["python3"]),
        "JavaScript": ("mjs", ["node"]),
        "Go": ("go", ["go", "run"]),
        "R": ("R", ["Rscript"]),
        "Swift": ("swift", ["swift"]),
    }

    def test_run(self):
        self.page.open("/losses/huber")
        requests = (
            ('{"predictions": [0.5], "targets": [0.25]}', "0.03125"),
            (json.dumps({'it\'s `a` "b" \\ )---': []}), "Unknown field"),
        )
        for language, (ending, command) in self.COMMANDS.items():
            if not shutil.which(command[0]) or (language == "R" and not self.has_httr2()):
                print(f"The program in {language} is not run: {command[0]} is missing.")
                continue
            for request, expected in requests:
                with self.subTest(
                    language, request=request
                ), tempfile.TemporaryDirectory() as folder:
                    program = pathlib.Path(folder) / f"program.{ending}"
                    program.write_text(self.program(language, request))
                    done = subprocess.run(
                        [*command, program], capture_output=True, text=True, timeout=120
                    )
                    self.assertIn(expected, done.stdout, done.stderr)

    def program(self, language, request):
        return self.page.run(
            "const editor = document.querySelector('#try textarea');"
            "editor.value = arguments[1]; editor.dispatchEvent(new Event('input'));"
            "const tabs = [...document.querySelectorAll('.program button')];"
            "tabs.find((tab) => tab.textContent === arguments[0]).click();"
            "return document.querySelector('.program code').textContent",
            language,
            request,
        )

    @staticmethod
    def has_httr2():
        return (
            subprocess.run(["Rscript", "-e", "library(httr2)"], capture_output=True).returncode == 0
        )


def array(kind, shape, content):
    """The content of an .npy file, as NumPy writes it."""
    header = repr({"descr": kind, "fortran_order": False, "shape": shape}).encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + content


def zipped(name, content):
    """A zip archive with one member."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, content)
    return buffer.getvalue()
