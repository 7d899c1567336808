# SPDX-License-Identifier: Apache-2.0
"""The pages of losses: their numbers, kinks, points and addresses."""

import json

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from page_case import PageCase, Settings, flat, number

# The losses that smoke opens.
TEN = (
    "huber",
    "binary_cross_entropy",
    "hinge",
    "gaussian_nll",
    "categorical_cross_entropy",
    "kl_divergence",
    "triplet_margin",
    "dpo",
    "ppo",
    "l1",
)
POINT = "input.point"


class EveryLoss(PageCase):
    def test_opens_with_the_numbers_of_the_service(self):
        for entry in self.service.entries():
            if Settings.is_smoke and entry["name"] not in TEN:
                continue
            with self.subTest(entry["name"]):
                self.check(entry)

    def test_has_a_formula_of_known_commands(self):
        self.page.open("/losses/huber")
        paths = [entry["href"] for entry in self.service.entries()]
        unknown = self.page.driver.execute_async_script(
            "const [paths, done] = arguments;"
            "import('/page/tex.js').then(async ({ typeset }) => {"
            "    const found = [];"
            "    for (const path of paths) {"
            "        const { name, formula } = await (await fetch(path)).json();"
            "        const error = typeset(formula.tex).querySelector('merror');"
            "        if (error) found.push(`${name}: ${error.textContent}`);"
            "    }"
            "    done(found);"
            "});",
            paths,
        )
        self.assertEqual(unknown, [])

    def check(self, entry):
        self.page.open(entry["href"].removeprefix("/v1"))
        rows = self.table()
        self.assertEqual(self.page.all("merror"), [], "the formula has an unknown command")
        self.assertTrue(self.page.all("math"))
        self.assertTrue(self.page.all(".panel .curve"))
        self.assertEqual(
            self.page.run("return document.querySelector('.curve-figure .message').textContent"), ""
        )
        # The same requests, sent again without the browser, must contain every number of the table.
        requests = [
            one for one in self.page.run("return window.recorded") if one["path"] == entry["href"]
        ]
        results = [self.service.post(one["path"], one["body"]) for one in requests]
        for column, members in (
            (-3, ("loss",)),
            (-2, ("gradient", "gradients")),
            (-1, ("hessian", "hessians")),
        ):
            known = {
                one for result in results for name in members for one in flat(result.get(name, []))
            }
            shown = {number(row[column]) for row in rows if row[column] != "none"}
            self.assertLessEqual(shown, known, f"column {column}")
            self.assertTrue(shown or column == -1)
        self.assertEqual(self.page.errors(), [])


class Facts(PageCase):
    def test_name_the_losses_of_which_it_is_a_multiple(self):
        self.page.open("/losses/mae_softmax")
        self.page.until(
            "return [...document.querySelectorAll('.facts dd')].some((one) =>"
            " one.textContent === '2 × generalized_cross_entropy(q=1)')"
        )
        self.page.open("/losses/smooth_l1")
        self.page.until(
            "return [...document.querySelectorAll('.facts li')].some((one) =>"
            " one.textContent === 'huber(delta=1) where beta = 1')"
        )
        self.page.one(".facts [href='/losses/huber?delta=1']").click()
        self.page.until("return document.querySelector('h1')?.textContent === 'huber'")


class Curve(PageCase):
    def test_is_that_of_a_request_of_ones_own(self):
        for name in ("huber", "log_cosh", "absolute_error", "cauchy"):
            self.page.open(f"/losses/{name}?targets=0.5")
            rows = [[number(text) for text in row] for row in self.table()]
            result = self.service.post(
                f"/v1/losses/{name}",
                {
                    "predictions": [row[0] for row in rows],
                    "targets": [0.5] * len(rows),
                    "reduction": "none",
                    "outputs": ["loss", "gradient", "hessian"],
                },
            )
            columns = [list(column) for column in zip(*rows)]
            self.assertEqual(
                columns[1:], [result[member] for member in ("loss", "gradient", "hessian")]
            )

    def test_marks_kinks(self):
        for path, places in (
            ("/losses/huber?delta=0.5", ["\u22120.5", "0.5"]),
            ("/losses/absolute_error?targets=1", ["1"]),
            ("/losses/ppo", ["0.8", "1.2"]),
            ("/losses/log_cosh", []),
        ):
            self.page.open(path)
            self.table()
            found = self.page.run(
                "const buttons = [...document.querySelectorAll('.jumps button')];"
                "return buttons.map((one) => one.textContent)"
            )
            self.assertEqual(sorted(found), sorted(places), path)

    def test_point_follows_the_keyboard_and_the_pointer(self):
        self.page.open("/losses/huber")
        before = self.readout()
        slider = self.page.one(POINT)
        slider.send_keys(Keys.ARROW_RIGHT * 40)
        self.page.until("return new URLSearchParams(location.search).get('at')")
        after = self.readout()
        self.assertNotEqual(before, after)
        panel = self.page.one(".panel")
        ActionChains(self.page.driver).move_to_element(panel).click_and_hold().move_by_offset(
            150, 0
        ).release().perform()
        self.page.until(
            "return document.querySelector('.readout tbody td').textContent !== "
            + json.dumps(after[0])
        )
        x = number(self.page.run("return document.querySelector('.point-slider .exact').value"))
        self.page.until(f"return new URLSearchParams(location.search).get('at') === '{x:g}'")
        result = self.service.post(
            "/v1/losses/huber",
            {"predictions": [x], "targets": [0], "outputs": ["loss", "gradient", "hessian"]},
        )
        self.assertEqual(
            [number(text) for text in self.readout()],
            flat([result["loss"], result["gradient"], result["hessian"]]),
        )

    def test_is_shared_by_its_address(self):
        self.page.open("/losses/huber")
        field = self.page.one("[data-option=delta]")
        field.clear()
        field.send_keys("2.5" + Keys.TAB)
        self.page.one(".conventions input").click()
        self.page.one(POINT).send_keys(Keys.ARROW_LEFT * 20)
        self.page.until(
            "const fields = new URLSearchParams(location.search);"
            "return fields.get('delta') === '2.5' && Number(fields.get('at')) === "
            "Number(document.querySelector('.point-slider .exact').value)"
        )
        self.page.settle()
        before, address = self.readout(), self.page.driver.current_url
        self.assertIn("with=pytorch", address)
        self.page.open("/")
        self.page.open(address.removeprefix(self.service.address))
        self.assertEqual(self.readout(), before)
        self.assertEqual(self.page.one("[data-option=delta]").get_attribute("value"), "2.5")
