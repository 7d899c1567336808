#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Computes reference values from the plain formulas of the losses, and writes the files or compares them."""

import argparse
import importlib.util
import json
import multiprocessing
import pathlib
import random
import sys

import mpmath

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import calculus  # noqa: E402
import metrics  # noqa: E402
import partials  # noqa: E402
import reductions  # noqa: E402
import sums  # noqa: E402

BY = f"mpmath {mpmath.__version__}, {calculus.BASE_DIGITS} digits, make_golden.py"


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def modules(folder):
    """The modules in a folder by wire name."""
    return {path.stem: load(path) for path in sorted((HERE / folder).glob("*.py"))}


def distinct(items):
    return list({repr(item): item for item in items}.values())


def texts(values):
    return [calculus.show(value) for value in values]


def stated_terms(module, options, prediction, target):
    """The largest terms that a module states for a point or a row, as a member of its record; none if there are none."""
    if not hasattr(module, "terms"):
        return {}
    with mpmath.workdps(50):
        goal = target if isinstance(target, int) else calculus.exact(target)
        terms = module.terms(calculus.exact(prediction), goal, options)
        terms = {name: float(mpmath.nstr(abs(term), 6)) for name, term in terms.items()}
    return {"terms": {name: term for name, term in terms.items() if term}} if any(terms.values()) else {}


def point(module, options, prediction, target):
    value, gradient, hessian = calculus.evaluate(module, prediction, target, options)
    return {
        "prediction": prediction, "target": target, "loss": calculus.show(value),
        "gradient": calculus.show(gradient[0]), "hessian": calculus.show(hessian[0]),
        **stated_terms(module, options, prediction, target),
    }


def row(module, options, predictions, target):
    value, gradient, hessian = calculus.evaluate(module, predictions, target, options)
    return {
        "predictions": predictions, "target": target, "loss": calculus.show(value),
        "gradient": texts(gradient), "hessian": texts(hessian),
        **stated_terms(module, options, predictions, target),
    }


def sample(module, options, inputs):
    evaluate = calculus.evaluate_arrays if module.KIND == "arrays" else calculus.evaluate_inputs
    value, gradients, hessians = evaluate(module, inputs, options)
    record = {
        "arrays" if module.KIND == "arrays" else "inputs": inputs, "loss": calculus.show(value),
        "gradients": [texts(gradient) for gradient in gradients],
        "hessians": [texts(hessian) for hessian in hessians],
    }
    if hasattr(module, "terms"):
        with mpmath.workdps(50):
            record["terms"] = [min(float(mpmath.nstr(abs(term), 6)), sys.float_info.max) for term in module.terms(*calculus.exact(inputs), options)]
    return record


def case(module, options, parameters):
    def kink(w):
        return module.kink(w, options) if hasattr(module, "kink") else None

    terms = [
        calculus.derivatives(lambda x: module.term(x[0], options), [parameter], (), kink) for parameter in parameters
    ]
    with mpmath.workdps(calculus.BASE_DIGITS):
        total = mpmath.fsum(value for value, _, _ in terms)
    return {
        "parameters": parameters, "value": calculus.show(total),
        "gradient": texts(slope for _, (slope,), _ in terms),
        "hessian": texts(curvature for _, _, (curvature,) in terms),
    }


def golden_document(name, module, title):
    """The golden document of one loss or penalty. Inputs whose results are not finite doubles are omitted."""
    items, record = {
        "pointwise": ("points", lambda o, x: point(module, o, *x)),
        "rowwise": ("rows", lambda o, x: row(module, o, *x)),
        "inputs": ("samples", lambda o, x: sample(module, o, list(x))),
        "arrays": ("samples", lambda o, x: sample(module, o, list(x))),
        "penalty": ("cases", lambda o, x: case(module, o, x)),
    }[module.KIND]
    groups = []
    for given, inputs in module.groups(random.Random(getattr(module, "SEED", name))):
        options = calculus.bind(module.OPTIONS, given)
        records = []
        for item in distinct(inputs):
            try:
                records.append(record(options, item))
            except calculus.Beyond:
                continue
        groups.append({"options": given, items: records})
    return {title: name, "kind": module.KIND, "by": BY, "groups": groups}


def written(document):
    """JSON with one record per line."""
    def compact(value):
        return json.dumps(value, separators=(",", ":"))

    def listed(records):
        return "[\n" + ",\n".join(compact(record) for record in records) + "\n]"

    def group(value):
        items = next(key for key in value if key != "options")
        return f'{{"options":{compact(value["options"])},"{items}":{listed(value[items])}}}'

    head = [f'"{key}":{compact(value)}' for key, value in document.items() if key not in ("groups", "cases")]
    if "groups" in document:
        tail = '"groups":[' + ",\n".join(group(value) for value in document["groups"]) + "]"
    else:
        tail = '"cases":' + listed(document["cases"])
    return "{" + ",".join(head + [tail]) + "}\n"


def without_version(text):
    return {key: value for key, value in json.loads(text).items() if key != "by"}


def all_makers():
    """A function for each file that returns its document."""
    losses, penalties = modules("losses"), modules("penalties")
    makers = {name: lambda n=name, m=module: golden_document(n, m, "loss") for name, module in losses.items()}
    makers |= {name: lambda n=name, m=module: golden_document(n, m, "penalty") for name, module in penalties.items()}
    makers["reductions"] = lambda: {"by": BY, "cases": reductions.cases(losses)}
    makers["metrics"] = lambda: {"by": "exact rational arithmetic, make_golden.py", "cases": metrics.cases()}
    makers["partials"] = lambda: {"by": "exact rational arithmetic, make_golden.py", "cases": partials.cases()}
    makers["sums"] = lambda: {"by": "exact rational arithmetic, make_golden.py", "cases": sums.cases()}
    return makers


MAKERS = all_makers()


def text_of(name):
    return written(MAKERS[name]())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"one of {', '.join(MAKERS)}; all by default")
    parser.add_argument("--check", action="store_true", help="compare with the files instead of writing them")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(MAKERS)
    if unknown:
        parser.error(f"no such golden file: {', '.join(sorted(unknown))}")

    differing = []
    names = arguments.names or list(MAKERS)
    with multiprocessing.get_context("fork").Pool() as pool:
        texts = pool.map(text_of, names, chunksize=1)
    for name, text in zip(names, texts):
        path = HERE / f"{name}.json"
        if not arguments.check:
            path.write_text(text)
        elif not path.exists() or without_version(path.read_text()) != without_version(text):
            differing.append(name)
        print(f"{name}: {'differs' if name in differing else 'same' if arguments.check else f'{len(text)} bytes'}")
    if differing:
        sys.exit(f"different from the output of the script: {', '.join(differing)}")


if __name__ == "__main__":
    main()
