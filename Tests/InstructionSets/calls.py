#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks in the object code that the loops of the elementwise losses call nothing.

    python3 -B Tests/InstructionSets/calls.py [build directory]

A call in such a loop takes its vectors apart and puts them together again, which costs more than the arithmetic. The
compiler inlines silently or not at all, so the objects of a release build are disassembled: each formula may make sure
once that its block is not shared, and compute elements whose terms cancel once more, and nothing else. The lowest level
is left out: it emulates the fused multiply-add by calls. Skipped without objdump.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LEVELS = ["ArrayKernelsV3", "ArrayKernelsV4"]
# The specialisations of PointwiseFormula.compute, and the calls of each before or after its loop, once.
LOOP = re.compile(r"PointwiseFormula.*7compute_")
ALLOWED = ("swift_isUniquelyReferenced_nonNull_native", "_ContiguousArrayBuffer", "computeCancelled")
LABEL = re.compile(r"^[0-9a-f]+ <(.*)>:$")
CALL = re.compile(r"\tcall")
INDIRECT = re.compile(r"\tcall\s+\*%r")
RELOCATION = re.compile(r"R_X86_64_\S+\s+(\S+)")
# Fewer would mean that the names of symbols have changed.
LEAST_LOOPS = 40


def calls(file):
    """The names called by each loop in an object file."""
    text = subprocess.run(
        ["objdump", "--disassemble", "--reloc", "--no-show-raw-insn", file], capture_output=True, text=True, check=True
    ).stdout
    loops, name, awaits_target = {}, None, False
    for line in text.splitlines():
        if label := LABEL.match(line):
            name, awaits_target = label[1], False
            if LOOP.search(name):
                loops.setdefault(name, [])
        elif name in loops and awaits_target and (relocation := RELOCATION.search(line)):
            loops[name][-1] = relocation[1]
            awaits_target = False
        elif name in loops and CALL.search(line):
            loops[name].append(line.strip())
            awaits_target = True
    return loops


def is_allowed(name, called):
    """Whether a loop may call these names: each of those allowed at most once."""
    if name.endswith("Tm"):
        # The compiler merges formulas that leave all elements to computeCancelled, which is then an argument.
        called = ["computeCancelled" if INDIRECT.search(each) else each for each in called]
    counts = [sum(word in name for name in called) for word in ALLOWED]
    return max(counts) <= 1 and sum(counts) == len(called)


def main():
    if shutil.which("objdump") is None:
        print("skipped: objdump is not installed")
        return
    build = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / ".build-static" / "release"
    failed = False
    for level in LEVELS:
        loops = {}
        for file in sorted((build / f"{level}.build").rglob("*.o")):
            loops |= calls(file)
        found = {name: called for name, called in loops.items() if not is_allowed(name, called)}
        print(f"{level}: {len(loops)} loops, {len(found)} with calls")
        for name, called in found.items():
            print(f"    {name}\n        calls {', '.join(called)}")
        failed |= bool(found) or len(loops) < LEAST_LOOPS
    if failed:
        sys.exit("a loop calls a function, or the loops were not found")


if __name__ == "__main__":
    main()
