#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks in the object code that the loops of elementwise and row-wise losses call nothing.

    python3 -B Tests/InstructionSets/calls.py [build directory]

A call in such a loop takes its vectors apart and puts them together again, which costs more than the arithmetic. The
compiler inlines silently or not at all, so the objects of a release build are disassembled. An elementwise formula may
make sure once that its block is not shared, and compute elements whose terms cancel once more, and nothing else. An
innermost loop over the columns of rows, one with arithmetic of vectors, may call functions of two doubles, which are
not inlined, the precise path, and the padding of the end of a long row. The lowest level is left out: it emulates the
fused multiply-add by calls. Skipped without objdump.
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
ALLOWED = (
    "swift_isUniquelyReferenced_nonNull_native",
    "_ContiguousArrayBuffer",
    "computeCancelled",
    "__stack_chk_fail",
)
# The functions of row-wise formulas, into most of which their loops are inlined, and what those loops may call.
ROWS = re.compile(r"9summarize|6derive|RowFormulaPAAE7compute_")
ALLOWED_IN_ROWS = re.compile(r"TwoDoubles|[pP]recise|Padded")
# Losses whose loops still copy their options, or call a closure.
COPYING = re.compile(
    r"Entmax|Sparsemax|MultilabelSoftMargin|AsymmetricMultilabel|ZLPR|RouterZLoss|Entropy|LogitDivergence|LassoV"
)
ARITHMETIC = re.compile(r"v(add|sub|mul|div|fn?m(add|sub)\d+)pd")
LABEL = re.compile(r"^[0-9a-f]+ <(.*)>:$")
INSTRUCTION = re.compile(r"\s*([0-9a-f]+):\t(\S+)\s*([0-9a-f]*)")
CALL = re.compile(r"\tcall")
INDIRECT = re.compile(r"\tcall\s+\*")
RELOCATION = re.compile(r"R_X86_64_\S+\s+(\S+)")
# Fewer would mean that the names of symbols have changed.
LEAST_LOOPS = 40
LEAST_ROW_LOOPS = 200


def disassembled(file):
    """The disassembly of an object file, with the targets of its calls."""
    return subprocess.run(
        ["objdump", "--disassemble", "--reloc", "--no-show-raw-insn", file], capture_output=True, text=True, check=True
    ).stdout


def calls(text):
    """The names called by each elementwise loop of a disassembly."""
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


def row_loops(text):
    """The names called by each innermost loop of a disassembly that computes with the columns of rows, by function."""
    loops = []
    for function in re.split(r"\n(?=[0-9a-f]+ <)", text):
        label = LABEL.match(function.partition("\n")[0])
        if not label or not ROWS.search(label[1]):
            continue
        called, jumps, arithmetic, awaits_target = [], [], [], False
        for line in function.splitlines():
            if instruction := INSTRUCTION.match(line):
                address, name, operand = int(instruction[1], 16), instruction[2], instruction[3]
                awaits_target = name.startswith("call")
                if awaits_target:
                    called.append((address, line.strip()))
                elif name.startswith("j") and operand and int(operand, 16) <= address:
                    jumps.append(range(int(operand, 16), address))
                elif ARITHMETIC.fullmatch(name):
                    arithmetic.append(address)
            elif awaits_target and (relocation := RELOCATION.search(line)):
                called[-1] = (called[-1][0], relocation[1])
        for loop in jumps:
            within = [other for other in jumps if loop.start <= other.start and other.stop <= loop.stop]
            if within == [loop] and any(address in loop for address in arithmetic):
                loops.append((label[1], [name for address, name in called if address in loop]))
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
        loops, rows = {}, []
        for file in sorted((build / f"{level}.build").rglob("*.o")):
            text = disassembled(file)
            loops |= calls(text)
            rows += row_loops(text)
        found = [(name, called) for name, called in loops.items() if not is_allowed(name, called)]
        for name, called in rows:
            others = [each for each in called if not ALLOWED_IN_ROWS.search(each)]
            if others and not COPYING.search(name):
                found.append((name, others))
        print(f"{level}: {len(loops)} elementwise loops and {len(rows)} of rows, {len(found)} with calls")
        for name, called in found:
            print(f"    {name}\n        calls {', '.join(called)}")
        failed |= bool(found) or len(loops) < LEAST_LOOPS or len(rows) < LEAST_ROW_LOOPS
    if failed:
        sys.exit("a loop calls a function, or the loops were not found")


if __name__ == "__main__":
    main()
