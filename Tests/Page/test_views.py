# SPDX-License-Identifier: Apache-2.0
"""All views: accessibility, widths, the keyboard, budgets; the catalogue and comparisons."""

from selenium.webdriver.common.keys import Keys

from page_case import PageCase

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

    def test_filter_by_facts(self):
        self.page.open("/?task=binary&facts=proper")
        shown = {card.text.split("\n")[0] for card in self.page.all(".card:not([hidden]) h3")}
        expected = self.service.get(
            "/v1/losses?family=binary&property=strictly_proper_scoring_rule"
        )["losses"]
        self.assertEqual(shown, {entry["name"] for entry in expected})

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
        self.page.until(
            "return document.querySelector('.compare .message').textContent.startsWith('Six')"
        )
