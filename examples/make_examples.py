#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the examples of real predictions, and their expected results, from a folder of NAME.json and
NAME.expected.json. Numbers are copied unchanged."""

import argparse
import json
import pathlib

HERE = pathlib.Path(__file__).resolve().parent


def option(text):
    """from_logits=true, delta=50"""
    name, value = text.split("=")
    return name, json.loads(value)


def written(value, indent=""):
    """JSON with one field, or one case, per line."""
    if isinstance(value, dict) and indent == "":
        fields = (f'"{key}": {written(item, "  ")}' for key, item in value.items())
        return "{\n" + ",\n".join(fields) + "\n}\n"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(json.dumps(item) for item in value) + "\n]"
    return json.dumps(value)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=pathlib.Path, metavar="SOURCE_DIR")
    source = parser.parse_args().source
    for path in sorted(source.glob("*.expected.json")):
        name = path.name.removesuffix(".expected.json")
        body = json.loads((source / f"{name}.json").read_text())
        known = json.loads(path.read_text())
        cases = []
        for title, result in known["mean reduction"].items():
            loss, *options = title.split()
            options = dict(map(option, options))
            if options.pop("from_logits", False):
                body["from_logits"] = True
            cases.append({"loss": loss, "options": options, "expected": result})
        (HERE / f"{name}.json").write_text(written(body))
        expected = {"origin": known["origin"], "by": known["by"], "cases": cases}
        (HERE / "expected" / f"{name}.json").write_text(written(expected))
        print(f"{name}: {len(cases)} cases")


if __name__ == "__main__":
    main()
