# SPDX-License-Identifier: Apache-2.0
"""What the tests of the page have in common: a server, a browser, and the numbers of a figure."""

import unittest

import browser
import service


class Settings:
    """The arguments of run.py."""

    server = ""
    is_smoke = False


def number(text):
    """A number as the page writes it."""
    return float(text.replace("\u2212", "-"))


def flat(value):
    """The numbers of nested lists and objects."""
    if isinstance(value, dict):
        return [one for item in value.values() for one in flat(item)]
    return [one for item in value for one in flat(item)] if isinstance(value, list) else [value]


class PageCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = service.Service(Settings.server)
        cls.page = browser.Browser(cls.service.address)

    @classmethod
    def tearDownClass(cls):
        cls.page.close()
        cls.service.close()

    def tearDown(self):
        self.assertEqual(self.page.errors(), [])

    def cells(self, rows):
        """The texts of the cells of the rows that a selector finds, once there are any."""
        return self.page.until(
            f"const rows = [...document.querySelectorAll({rows!r})];"
            "const texts = (row) => [...row.cells].map((cell) => cell.textContent);"
            "return rows.length && rows.map(texts)"
        )

    def table(self):
        """The rows of the numbers of a figure; the first cells may be labels."""
        return self.cells(".curve-figure .numbers tbody tr")

    def readout(self):
        """The numbers at the point of a figure with one curve."""
        return self.cells(".curve-figure .readout tbody tr")[0][1:]
