# SPDX-License-Identifier: Apache-2.0
"""All views: accessibility, widths, the keyboard, budgets; the catalogue and comparisons."""

import json

from selenium.webdriver.common.keys import Keys

from page_case import PageCase, number

# The views that axe-core checks, light and dark.
VIEWS = (
    "/",
    "/losses/huber",
    "/losses/categorical_cross_entropy",
    "/losses/ppo",
    "/compare",
    "/data",
    "/check",
    "/problems",
    "/problems/outside-domain",
    "/service",
)


class Views(PageCase):
    def test_have_no_serious_violation_in_light_and_dark(self):
        for scheme in ("light", "dark"):
            self.page.media(prefers_color_scheme=scheme)
            for path in VIEWS:
                with self.subTest(f"{path} {scheme}"):
                    self.page.open(path)
                    self.assertEqual(self.page.violations(), [])
                    self.assertEqual(self.page.errors(), [])
        dark = self.page.run("return getComputedStyle(document.documentElement).backgroundColor")
        self.assertLess(max(int(channel) for channel in dark[4:-1].split(",")), 64)
        self.page.media(prefers_color_scheme="light")

    def test_fit_from_a_phone_to_a_wide_screen(self):
        for width in (360, 800, 1440):
            self.page.size(width)
            for path in VIEWS:
                with self.subTest(f"{path} at {width}"):
                    self.page.open(path)
                    self.assertLessEqual(
                        self.page.run("return document.documentElement.scrollWidth"), width
                    )
                    self.assertLess(self.page.run("return window.shift"), 0.1, "the layout shifts")
        self.page.size(1280)

    def test_are_reached_by_the_keyboard(self):
        self.page.open("/")
        self.page.one("body").send_keys(Keys.TAB)
        self.assertEqual(
            self.page.run("return document.activeElement.textContent"), "Skip to the content"
        )
        search = self.page.one("input[type=search]")
        search.send_keys("MSELoss")
        self.page.until("return document.querySelector('.count').textContent.startsWith('1 of')")
        self.assertIn("q=MSELoss", self.page.driver.current_url)
        link = self.page.one(".card:not([hidden]) a")
        link.send_keys(Keys.ENTER)
        self.page.until("return location.pathname === '/losses/squared_error'")
        self.page.settle()
        self.assertEqual(self.page.run("return document.activeElement.id"), "main")
        self.page.driver.back()
        self.page.until("return document.querySelector('.count')?.textContent.startsWith('1 of')")

    def test_keep_to_their_budget(self):
        paints = []
        for _ in range(10):
            self.page.open("/losses/huber")
            self.table()
            paints.append(
                self.page.until(
                    "return performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
                )
            )
        # The time depends on what else the processor does, so it is printed; the aim is 100 ms.
        sizes = self.page.run(
            "return performance.getEntriesByType('resource').map((one) => one.encodedBodySize)"
        )
        self.assertLess(sum(sizes), 300_000, "compressed files, and the requests of one loss")
        print(f"first paint in {min(paints):.0f} ms; {len(sizes)} responses of {sum(sizes)} bytes")

    def test_draw_a_curve_for_every_loss(self):
        self.page.size(1280, 30_000)
        self.page.open("/")
        lacking = (
            "[...document.querySelectorAll('.card')]"
            ".filter((card) => !card.querySelector('polyline'))"
            ".map((card) => card.querySelector('h3').textContent)"
        )
        try:
            self.page.until(f"return {lacking}.length === 0", 60)
        finally:
            names = self.page.run(f"return {lacking}")
            self.page.size(1280)
        self.assertEqual(names, [])

    def test_filter_by_facts(self):
        self.page.open("/?task=binary&facts=proper")
        shown = {card.text.split("\n")[0] for card in self.page.all(".card:not([hidden]) h3")}
        expected = self.service.get(
            "/v1/losses?family=binary&property=strictly_proper_scoring_rule"
        )["losses"]
        self.assertEqual(shown, {entry["name"] for entry in expected})

    def test_find_names_of_other_libraries(self):
        self.page.open("/")
        search = self.page.one("input[type=search]")
        for query, names, hint in (
            ("mse-loss", ["squared_error"], ""),
            ("reg:squarederror", ["half_squared_error"], ""),
            ("nn.MSELoss", ["squared_error"], "Did you mean"),
            ("F.cross_entropy", ["categorical_cross_entropy"], '"convention": "pytorch"'),
            ("tf.keras.losses.Huber", ["huber"], "Did you mean"),
            ("grpo", ["policy_kl", "ppo"], "Use ppo with"),
            ("hubr", ["huber"], "Did you mean"),
            ("no such loss", [], "Unknown loss"),
        ):
            with self.subTest(query):
                search.clear()
                search.send_keys(query)
                # The hint names what it is about, unless there is none.
                parts = json.dumps([query, hint] if hint else [""])
                found = self.page.until(
                    "const hint = document.querySelector('.hint').textContent;"
                    "const cards = [...document.querySelectorAll('.card:not([hidden]) h3')];"
                    f"return new URLSearchParams(location.search).get('q') === {json.dumps(query)}"
                    f" && {parts}.every((part) => part ? hint.includes(part) : hint === '')"
                    " && [cards.map((card) => card.textContent).sort()]"
                )
                self.assertEqual(found[0], names)
        search.clear()
        search.send_keys("grpo")
        self.page.until(
            "const links = [...document.querySelectorAll('.hint a')];"
            "return links.some((link) => link.pathname === '/losses/ppo')"
        )

    def test_say_which_loss_a_wrong_name_may_mean(self):
        for path, title, link in (
            ("/losses/hubr", "No loss is called hubr", "/losses/huber"),
            ("/losses/nn.MSELoss", "No loss is called nn.MSELoss", "/losses/squared_error"),
            ("/losses/lasso", "No loss is called lasso", "/penalties/l1"),
            ("/losses/grpo", "No loss is called grpo", "/losses/ppo"),
            ("/penalties/L3", "No penalty is called L3", "/penalties/l2"),
            ("/losses/%3Cimg%3E", "No loss is called <img>", "/"),
        ):
            with self.subTest(path):
                self.page.open(path)
                self.assertEqual(self.page.one("h1").text, title)
                paths = self.page.run(
                    "return [...document.querySelectorAll('main a')].map((a) => a.pathname)"
                )
                self.assertIn(link, paths)
                self.assertEqual(self.page.violations(), [])
                # Chromium reports the status of the document and of the loss.
                self.assertTrue(all("status of 404" in error for error in self.page.errors()))

    def test_carry_the_options_to_other_views(self):
        self.page.open("/losses/huber?delta=0.5")
        field = self.page.one("[data-option=delta]")
        field.clear()
        field.send_keys("0.25", Keys.TAB)
        links = self.page.until(
            "const all = [...document.querySelectorAll('.links a')].map((a) => a.href);"
            "return all.filter((href) => href.includes('huber(delta=0.25)')).length === 3 && all"
        )
        paths = [link.removeprefix(self.service.address) for link in links]
        compare, check, data = paths[:3]
        self.page.open(compare)
        self.page.until("return document.querySelector('.legend')?.textContent.includes('0.25')")
        self.page.open(check)
        self.page.until(
            "return JSON.parse(document.querySelector('.check textarea').value || '{}').delta"
            " === 0.25"
        )
        self.page.open(data)
        self.page.until("return document.querySelector('[data-option=delta]')?.value === '0.25'")
        # A name with options of its own keeps them.
        self.page.open("/losses/BCEWithLogitsLoss")
        self.page.until(
            "const link = document.querySelector('.links a:nth-child(2)');"
            "return link?.search.includes('(from_logits=true)')"
        )

    def test_compare_by_any_name(self):
        self.page.open("/compare?losses=MSELoss,huber(delta=2),huber,hubr,huber(dleta=1),mse")
        self.page.until("return document.querySelectorAll('.panel .curve').length === 3")
        self.assertTrue(
            self.page.driver.current_url.endswith("=squared_error,huber(delta=2),huber")
        )
        notices = self.page.one(".notices").text
        self.assertIn('Unknown loss "hubr". Did you mean "huber"?', notices)
        self.assertIn("huber has no option dleta; it has delta.", notices)
        self.assertIn("squared_error is shown already", notices)
        field = self.page.one(".compare input[type=text]")
        field.send_keys("nn.L1Loss" + Keys.ENTER)
        self.page.until("return document.querySelector('.notices button')?.textContent")
        self.page.one(".notices button").click()
        self.page.until("return document.querySelectorAll('.panel .curve').length === 4")
        self.assertEqual(self.page.one(".notices").text, "")
        row = [number(text) for text in self.cells(".numbers tbody tr")[41][1:]]
        own = self.service.post(
            "/v1/losses/huber",
            {"predictions": [row[0]], "targets": [0], "delta": 2},
        )
        self.assertEqual(row[1:3], [own["loss"], own["gradient"][0]])

    def test_compare_up_to_six(self):
        self.page.open("/compare?losses=squared_error,huber,hinge,dpo,cauchy,l1&normalise=1")
        self.assertEqual(
            len(
                self.page.until(
                    "const all = document.querySelectorAll('.panel .curve');"
                    "return all.length === 6 && [...all]"
                )
            ),
            6,
        )
        field = self.page.one(".compare input[type=text]")
        field.send_keys("welsch" + Keys.ENTER)
        self.page.until("return document.querySelector('.notices').textContent.startsWith('Six')")
