#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the kernels on this processor with the same kernels on an emulated arm64 processor, bit by bit.

    make test-arm64

The toolchain has no standard library for Linux on arm64, but one of Embedded Swift. So the sources of LossFacts, ArrayMath
and ArrayKernels are compiled as one module of Embedded Swift, without what returns `any` kernel, and run by `qemu-aarch64`
of Debian's qemu-user; for this processor the same module is compiled as usual. Both compute every reference input in
Tests/Golden, and as many between them, with all derivatives, and must agree in every bit.
"""

import json
import platform
import random
import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SOURCES = ROOT / "Sources"
GOLDEN = ROOT / "Tests" / "Golden"
BUILD = ROOT / ".build-arm64"
MODULES = ["LossFacts", "ArrayMath", "ArrayKernels"]
# Losses whose formula has parameters of its own, or is selected otherwise than by flags: they are not checked.
UNCHECKED = {
    "alphapo", "f_dpo", "mae_softmax", "multiclass_perceptron", "policy_kl", "policy_kl_straight_through",
    "poly1_cross_entropy", "symmetric_cross_entropy",
}
LONG_ROW = 128


def closing(text, start):
    """The offset after the bracket that closes the one at `start`."""
    depth = 0
    for offset in range(start, len(text)):
        depth += (text[offset] in "({[") - (text[offset] in ")}]")
        if depth == 0:
            return offset + 1
    raise ValueError("a bracket is not closed")


def without(text, pattern):
    """A source without the declarations that begin with a pattern, which ends with a bracket."""
    while match := re.search(pattern, text, re.M):
        end = closing(text, match.end() - 1)
        if text[match.end() - 1] == "(":
            body = re.compile(r"[^{}\n]*\{").match(text, end)
            end = closing(text, body.end() - 1) if body else text.index("\n", end)
        text = text[: match.start()] + text[end:]
    return text


def embedded(text):
    """A source without imports of the modules that become one, and without existential types."""
    text = re.sub(rf"^(package )?import ({'|'.join(MODULES)})\n", "", text, flags=re.M)
    text = without(text, r"^    static func kernel\(")
    text = without(text, r"^package enum (Pointwise|Row|Segment)Losses \{")
    return without(text, r"^extension Kernels \{")


def declarations(text):
    """The source of each type in a file, with its extensions, by its name."""
    found = {}
    for match in re.finditer(r"^(?:package )?(?:struct|enum|extension) (\w+)[^{\n]*\{", text, re.M):
        source = text[match.start() : closing(text, match.end() - 1)]
        found[match[1]] = found.get(match[1], "") + source + "\n"
    return found


class Formulas:
    """The formulas of the losses: their types, and which one a loss has under given options."""

    def __init__(self):
        self.types = []
        self.choices = {}
        text = "".join(file.read_text() for file in SOURCES.rglob("*.swift"))
        found = re.findall(r"Option\.flag\(\s*\"(\w+)\",\s*default: (\w+)", text)
        self.defaults = {name: value == "true" for name, value in found}
        # The flags that may select the formula of a loss, by their names in the sources.
        self.flags = dict(re.findall(r"static let (\w+) = Option\.flag\(\s*\"(\w+)\"", text))
        for file in sorted((SOURCES / "ArrayKernels" / "Losses").rglob("*.swift")):
            for owner, text in declarations(file.read_text()).items():
                facts = re.search(r"static let facts = Facts\(\s*name: \"(\w+)\"", text)
                if facts and facts[1] not in UNCHECKED:
                    self.choices[facts[1]] = self.choice(text, owner)

    def choice(self, text, owner):
        start = re.search(r"^    static func kernel\(", text, re.M)
        if not start:
            return [({}, self.add(owner, owner))]
        body = text.index("{", start.end())
        body = text[body : closing(text, body)]
        if ternary := re.search(r"options\[(?:\w+\.)?(\w+)\]\s*\? (\w+)\(options\)\s*: (\w+)\(", body):
            flag = self.flags[ternary[1]]
            return [({flag: True}, self.add(ternary[2], owner)), ({}, self.add(ternary[3], owner))]
        names = [self.flags[name] for name in re.findall(r"options\[(?:\w+\.)?(\w+)\]", body)]
        choices = []
        for values, formula in re.findall(r"case \(([^)]*)\): (?:return )?(\w+)\(", body):
            wanted = {name: value == "true" for name, value in zip(names, values.split(", "), strict=True)}
            choices.append(({name: True for name in wanted if wanted[name]}, self.add(formula, owner)))
        return sorted(choices, key=lambda choice: -len(choice[0]))

    def add(self, formula, owner):
        self.types.append((formula, owner))
        return len(self.types) - 1

    def index(self, loss, options):
        chosen = dict.fromkeys(self.flags.values(), False) | self.defaults | options
        return next(index for flags, index in self.choices[loss] if flags.items() <= chosen.items())

    def dispatch(self):
        """The source that calls the formula of a test."""
        cases = "".join(
            f"        case {index}: try run(try {formula}(test.options(for: {owner}.facts)), test)\n"
            for index, (formula, owner) in enumerate(self.types)
        )
        return (
            "extension Driver {\n    static func dispatch(_ test: Test) throws(LossError) {\n"
            f"        switch test.formula {{\n{cases}        default: break\n        }}\n    }}\n}}\n"
        )


def build(formulas):
    """Compiles the driver for both processors; returns the commands that run it."""
    shutil.rmtree(BUILD, ignore_errors=True)
    (BUILD / "sources").mkdir(parents=True)
    for module in MODULES:
        for file in (SOURCES / module).rglob("*.swift"):
            if not file.name.startswith("Kernels") and file.name != "ArrayFunctions.swift":
                (BUILD / "sources" / f"{module}-{file.name}").write_text(embedded(file.read_text()))
    (BUILD / "sources" / "Dispatch.swift").write_text(formulas.dispatch())
    (BUILD / "module.modulemap").write_text(
        f'module CVector {{ header "{SOURCES}/CVector/include/CVector.h" }}\n'
        f'module Host {{ header "{HERE}/arm64/Host.h" }}\n'
    )
    sources = [HERE / "arm64" / "Driver.swift", *(BUILD / "sources").glob("*.swift")]
    toolchain = Path(shutil.which("swiftc")).resolve().parent
    common = [
        "swiftc", "-parse-as-library", "-module-name", "Kernels", "-package-name", "loss", "-swift-version", "6",
        "-enable-experimental-feature", "Lifetimes", "-wmo", "-O", "-suppress-warnings", "-D", "FUSED", *sources,
        "-Xcc", f"-fmodule-map-file={BUILD / 'module.modulemap'}",
    ]
    library = toolchain.parent / "lib/swift/embedded/aarch64-none-none-elf/libswiftUnicodeDataTables.a"
    run(
        *common, "-target", "aarch64-none-none-elf", "-enable-experimental-feature", "Embedded", "-c",
        "-o", BUILD / "arm64.o",
    )
    run(
        "aarch64-linux-gnu-gcc", "-O1", "-static", f"-B{toolchain}", "-fuse-ld=lld", HERE / "arm64" / "Host.c",
        BUILD / "arm64.o", library, "-lm", "-o", BUILD / "arm64",
    )
    run("cc", "-O1", "-c", HERE / "arm64" / "Host.c", "-o", BUILD / "host.o")
    run(*common, "-Xcc", "-march=x86-64-v3", BUILD / "host.o", "-lm", "-o", BUILD / "native")
    return [BUILD / "native"], ["qemu-aarch64", BUILD / "arm64"]


def run(*command):
    if subprocess.run([str(part) for part in command]).returncode:
        sys.exit(f"{command[0]} failed; see above")


def tests(formulas):
    """The inputs of each test: loss, options, rows or elements, as `Test` in Driver.swift reads them."""
    chance = random.Random(64)
    for file in sorted(GOLDEN.rglob("*.json")):
        golden = json.loads(file.read_text())
        loss = golden.get("loss") or golden.get("penalty")
        if loss not in formulas.choices:
            continue
        for group in golden.get("groups", []):
            for count, length, classes, inputs in batches(golden, group, chance):
                for surrogate in False, True:
                    yield loss, group["options"], surrogate, count, length, classes, inputs


def batches(golden, group, chance):
    """The reference inputs of a group, and as many between them."""
    if "points" in group:
        points = [(point["prediction"], point["target"]) for point in group["points"]]
    elif "cases" in group:
        points = [(number,) for case in group["cases"] for number in case["parameters"]]
    elif golden["kind"] == "arrays":
        for sample in group["samples"]:
            arrays = [flat(array) for array in sample["arrays"]]
            yield 1, columns(sample["arrays"][0]), [], arrays
        return
    elif golden["kind"] == "inputs":
        samples = [sample["inputs"] for sample in group["samples"]]
        if not isinstance(samples[0][0], list):
            points = [tuple(sample) for sample in samples]
        else:
            yield from rows([(sample, None) for sample in samples])
            return
    else:
        samples = []
        for row in group["rows"]:
            isClass = not isinstance(row["target"], list)
            inputs = [row["predictions"]] if isClass else [row["predictions"], row["target"]]
            samples.append((inputs, row["target"] if isClass else None))
        yield from rows(samples)
        return
    points += [tuple(between(chance, values) for values in zip(*points)) for _ in points]
    yield len(points), 1, [], [list(values) for values in zip(*points)]


def columns(array):
    """The length of the rows of nested lists; 1 for a list of numbers, or a number."""
    return len(array[0]) if isinstance(array, list) and isinstance(array[0], list) else 1


def flat(array):
    """The numbers of nested lists; none if an input is omitted."""
    if array is None:
        return []
    return [number for part in array for number in flat(part)] if isinstance(array, list) else [float(array)]


def between(chance, values):
    """A number between two others, or one of them if there are few."""
    left, right = chance.choice(values), chance.choice(values)
    if len(set(values)) < 4:
        return left
    share = chance.random()
    number = left * share + right * (1 - share)
    return min(max(number, min(left, right)), max(left, right))


def rows(samples):
    """Batches of rows of the same length, alone and repeated to more than eight, and one long row."""
    for inputs, label in samples:
        length = len(inputs[0])
        if length == 0:
            continue
        for count in 1, 11:
            classes = [float(label)] * count if label is not None else []
            second = [[0.0]] if label is not None else []
            yield count, length, classes, [row * count for row in inputs] + second
        if label is None:
            yield 1, length * (LONG_ROW // length + 1), [], [row * (LONG_ROW // length + 1) for row in inputs]


def words(formulas, test):
    """A test as words of 64 bits."""
    loss, options, surrogate, count, length, classes, inputs = test
    data = [integer(formulas.index(loss, options)), integer(len(options))]
    for name, value in options.items():
        data.append(text(name))
        if isinstance(value, bool):
            data += [integer(1), integer(value)]
        elif isinstance(value, str):
            data += [integer(2), text(value)]
        elif isinstance(value, list):
            data += [integer(3), numbers(value)]
        else:
            data += [integer(0), struct.pack("<d", value)]
    data += [integer(surrogate), integer(count), integer(length), numbers(classes), integer(len(inputs))]
    return b"".join(data + [numbers(values) for values in inputs])


def integer(value):
    return struct.pack("<Q", value)


def text(value):
    return struct.pack(f"<{len(value) + 1}Q", len(value), *value.encode())


def numbers(values):
    return integer(len(values)) + struct.pack(f"<{len(values)}d", *values)


def main():
    if platform.machine() != "x86_64":
        sys.exit("This compares x86-64 with arm64, on x86-64.")
    formulas = Formulas()
    commands = build(formulas)
    names = {}
    compared = 0
    for test in tests(formulas):
        key = formulas.types[formulas.index(test[0], test[1])][0]
        names.setdefault(key, []).append(words(formulas, test))
    failed = []
    for name, data in names.items():
        results = [
            subprocess.run([str(part) for part in command], input=b"".join(data), stdout=subprocess.PIPE, check=True).stdout
            for command in commands
        ]
        compared += len(results[0]) // 8
        if results[0] != results[1] or not results[0]:
            failed.append(name)
            left, right = (struct.unpack(f"<{len(result) // 8}d", result) for result in results)
            places = [place for place, pair in enumerate(zip(left, right)) if repr(pair[0]) != repr(pair[1])]
            print(f"{name}: {len(left)} and {len(right)} numbers, {len(places)} differ")
            for place in places[:3]:
                print(f"  number {place}: {left[place]!r} and on arm64 {right[place]!r}")
    missing = [name for name, _ in formulas.types if name not in names]
    if missing:
        print("not tested:", ", ".join(missing))
    print("not checked:", ", ".join(sorted(UNCHECKED)))
    print(f"{compared} numbers of {len(names)} formulas; {len(failed)} formulas differ")
    sys.exit(1 if failed or missing else 0)


if __name__ == "__main__":
    main()
