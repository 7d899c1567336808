#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Renders the table of a saved run, so that no number has to be copied by hand.

    python3 Benchmarks/render.py Benchmarks/results/<date>.json [section ...] [--shorten codec]

Writes the table to standard output and plots to the directory of the file.
"""

import argparse
import sys
from pathlib import Path

from harness.plot import write_plots
from harness.run import Run
from harness.table import markdown


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, help="a run saved by bench.py --keep")
    parser.add_argument("sections", nargs="*", metavar="section", help="the sections to render; all by default")
    parser.add_argument("--shorten", default="", metavar="SECTION", help="a section to reduce to its worst and best cases")
    options = parser.parse_args()
    try:
        run = Run.read(options.file)
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"{options.file} is not a saved run: {error}", file=sys.stderr)
        return 1
    known = {row.section for row in run.rows} | run.texts.keys()
    if unknown := [section for section in options.sections if section not in known]:
        print(f"the run has no section {unknown[0]}; sections: {', '.join(sorted(known))}", file=sys.stderr)
        return 1
    print(markdown(run, options.sections, options.shorten), end="")
    write_plots(run, options.file.parent)
    return 0


if __name__ == "__main__":
    sys.exit(main())
