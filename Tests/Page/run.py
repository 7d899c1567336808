# SPDX-License-Identifier: Apache-2.0
"""Opens the explorer page of a local server in Chromium.

    run.py SERVER [smoke] [--pictures FOLDER]    SERVER is the executable loss-server

All tests open the page of every loss; smoke opens ten. Without Chromium, a message says how to
install it, and nothing is tested. With --pictures, those of the documentation are saved instead.
"""

import argparse
import pathlib
import sys
import unittest

import browser
import pictures
from page_case import Settings


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("server")
    parser.add_argument("pages", nargs="?", choices=("all", "smoke"), default="all")
    parser.add_argument("--pictures", type=pathlib.Path)
    arguments = parser.parse_args()
    if missing := browser.missing():
        print(f"There is no Chromium, so nothing is tested: apt-get install {' '.join(missing)}")
        return
    if arguments.pictures:
        pictures.save(arguments.server, arguments.pictures)
        return
    Settings.server, Settings.is_smoke = arguments.server, arguments.pages == "smoke"
    tests = unittest.defaultTestLoader.discover(pathlib.Path(__file__).parent)
    result = unittest.TextTestRunner(verbosity=2).run(tests)
    sys.exit(not result.wasSuccessful())


if __name__ == "__main__":
    main()
