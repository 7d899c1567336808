# SPDX-License-Identifier: Apache-2.0
"""Cuts batches at random and merges their partial sums in random trees: the bytes must be those of one request.

    check_partials.py SERVER    SERVER is the executable loss-server

The parts of a cut come from the service in one of its formats. Each union in a tree is that of an implementation at
random: merge_partials.py, `POST /v1/merge` in JSON or lines, or `loss-server merge`.
"""

import functools
import http.client
import json
import math
import pathlib
import random
import subprocess
import sys

import merge_partials
from server import Server

CUTS, TREES = 60, 4


class Client:
    """Sends requests on one connection, and returns the bodies of the responses as texts."""

    def __init__(self, address):
        self.connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=60)

    def post(self, path, body, media_type="application/json", status=200):
        self.connection.request("POST", path, body.encode(), {"Content-Type": media_type})
        response = self.connection.getresponse()
        text = response.read().decode()
        assert response.status == status, (path, response.status, text[:500])
        return text


def member(text, name):
    """The text of a member of an object, as the server wrote it, without spaces."""
    decoder, place = json.JSONDecoder(), 1
    while True:
        key, colon = decoder.raw_decode(text, place)
        _, end = decoder.raw_decode(text, colon + 1)
        if key == name:
            return text[colon + 1:end]
        place = end + 1


class Case:
    """A loss with options, and the fields of a batch that have a number for each loss."""

    def __init__(self, loss, options, **fields):
        self.loss, self.options, self.fields = loss, options, fields
        self.count = len(next(iter(fields.values())))

    def body(self, start=0, end=None, **others):
        part = {name: numbers[start:end] for name, numbers in self.fields.items()}
        return json.dumps(part | self.options | others)

    @property
    def flat(self):
        """Whether a table can have the rows: a number in each column."""
        return not any(isinstance(numbers[0], (list, str)) for numbers in self.fields.values())

    def partial(self, client, chance, start=0, end=None):
        """The partial sum of consecutive losses, by a format at random."""
        path = f"/v1/losses/{self.loss}"
        if self.flat and chance.random() < 0.4:
            query = "&".join(f"{name}={json.dumps(value)}" for name, value in self.options.items()).replace('"', "")
            rows = zip(*(numbers[start:end] for numbers in self.fields.values()))
            if chance.random() < 0.5:
                lines = [",".join(self.fields)] + [",".join(map(cell, row)) for row in rows]
                media_type = "text/csv"
            else:
                lines = [json.dumps(dict(zip(self.fields, row))) for row in rows]
                media_type = "application/x-ndjson"
            text = client.post(f"{path}?{query}&outputs=partial&offset={start}", "\n".join(lines) + "\n", media_type)
        else:
            text = client.post(path, self.body(start, end, offset=start, outputs=["partial"]))
        return member(text, "partial")


def cell(value):
    return "" if value is None else json.dumps(value)


def cases(chance):
    def normal(count, scale=1.0):
        return [chance.gauss(0, scale) for _ in range(count)]

    def wide(count):
        return [math.copysign(math.ldexp(1 + chance.random(), chance.randrange(-120, 120)), chance.random() - 0.5)
                for _ in range(count)]

    def weights(count):
        return [chance.choice((0.0, 1.0, chance.expovariate(1), 1e-300, 1e200)) for _ in range(count)]

    def names(count):
        return [chance.choice(("b", "a", "", "Łódź", "\U0001f40d", "\uffee", 'a "quoted"\\ name', "a,b")) for _ in range(count)]

    def holes(numbers):
        return [None if chance.random() < 0.1 else number for number in numbers]

    def classes(count, number):
        return [chance.randrange(number) for _ in range(count)]

    n = 240
    return [
        Case("squared_error", {}, predictions=wide(n), targets=wide(n)),
        Case("huber", {"delta": 1e-7}, predictions=normal(n), targets=normal(n), weights=weights(n), groups=names(n)),
        Case("huber", {"missing": "skip"}, predictions=holes(normal(n)), targets=holes(normal(n)), groups=classes(n, 7)),
        Case("absolute_error", {}, predictions=classes(n, 3), targets=classes(n, 3)),
        Case("pinball", {"tau": 0.9}, predictions=normal(n, 1e9), targets=normal(n, 1e9), mask=classes(n, 2), groups=names(n)),
        Case("binary_cross_entropy", {"from_logits": True, "pos_weight": 2.5}, predictions=normal(n, 30), targets=classes(n, 2)),
        Case("poisson_nll", {"full": True}, predictions=normal(n), targets=classes(n, 9), weights=weights(n)),
        Case("gaussian_nll", {}, mean=normal(n), variance=[chance.expovariate(1) for _ in range(n)], targets=normal(n)),
        Case("categorical_cross_entropy",
             {"from_logits": True, "class_weights": [0.5, 1.0, 3.0, 0.1], "label_smoothing": 0.1, "ignore_index": 2},
             predictions=[normal(4, 5) for _ in range(n)], targets=classes(n, 4), groups=names(n)),
        Case("cosine_distance", {}, predictions=[normal(3) for _ in range(n)], targets=[normal(3) for _ in range(n)]),
        Case("dpo", {"beta": 0.3}, chosen=normal(n, 50), rejected=normal(n, 50), reference_chosen=normal(n, 50),
             reference_rejected=normal(n, 50), groups=classes(n, 2)),
        Case("ppo", {"dual_clip": 3.0}, logprobs=normal(n), old_logprobs=normal(n), advantages=normal(n), weights=weights(n)),
    ]


def merged_by(client, executable, texts, chance):
    """The union of partial sums, by an implementation at random."""
    number = chance.random()
    if number < 0.8:
        return functools.reduce(merge_partials.merged, texts)
    if number < 0.9:
        body = '{"partials":[' + ",".join(texts) + '],"outputs":["partial"]}'
        return member(client.post("/v1/merge", body), "partial")
    if number < 0.99:
        lines = "\n".join(texts) + chance.choice(("", "\n"))
        return member(client.post("/v1/merge?outputs=partial", lines, "application/x-ndjson"), "partial")
    return member(run_merge(executable, texts, "--outputs", "partial"), "partial")


def run_merge(executable, texts, *options):
    done = subprocess.run([executable, "merge", *options], input="\n".join(texts) + "\n", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def tree(texts, merged, chance):
    """Merges some of the partial sums at random until one is left."""
    texts = list(texts)
    while len(texts) > 1:
        chance.shuffle(texts)
        some = chance.randint(2, len(texts))
        texts = texts[some:] + [merged(texts[:some])]
    return texts[0]


def check_trees(client, executable, chance):
    """Every cut, order and tree has the bytes of the whole."""
    total = 0
    for case in cases(chance):
        whole = case.partial(client, chance)
        for _ in range(CUTS):
            ends = sorted(chance.sample(range(1, case.count), chance.randint(1, 7)))
            parts = [case.partial(client, chance, start, end) for start, end in zip([0, *ends], [*ends, case.count])]
            for _ in range(TREES):
                text = tree(parts, lambda some: merged_by(client, executable, some, chance), chance)
                assert text == whole, (case.loss, ends, text, whole)
                total += 1
    print(f"  {total} trees of {CUTS * len(cases(chance))} cuts")


def check_order(client, executable, chance):
    """Losses in another order have the same sums, and the same extremes at other places."""
    for case in cases(chance):
        order = chance.sample(range(case.count), case.count)
        other = Case(case.loss, case.options, **{
            name: [numbers[place] for place in order] for name, numbers in case.fields.items()
        })
        one, two = (json.loads(some.partial(client, chance)) for some in (case, other))
        for group in one["groups"] + two["groups"]:
            for name in "least", "greatest":
                if group[name]:
                    del group[name]["index"]
        assert one == two, case.loss


def check_results(client, executable, chance):
    """The losses and statistics of a merge are those of one request, and those of big integers."""
    for case in cases(chance):
        ends = sorted(chance.sample(range(1, case.count), 5))
        parts = [case.partial(client, chance, start, end) for start, end in zip([0, *ends], [*ends, case.count])]
        chance.shuffle(parts)
        lines = "\n".join(parts)
        groups = json.loads(functools.reduce(merge_partials.merged, parts))["groups"]
        reference = merge_partials.results(functools.reduce(merge_partials.united, groups))
        for reduction in "mean", "sum", "element_mean":
            options = {"reduction": reduction, "outputs": ["loss", "statistics", "partial"]}
            result = json.loads(client.post(f"/v1/losses/{case.loss}", case.body(**options)))
            merged = client.post(f"/v1/merge?reduction={reduction}", lines, "application/x-ndjson")
            assert run_merge(executable, parts, "--reduction", reduction) == merged
            merged = json.loads(merged)
            assert merged["loss"] == result["loss"] == reference[reduction], (case.loss, reduction, merged, result, reference)
            assert merged["normalizer"] == result["normalizer"], (case.loss, merged, result)
            check_statistics(case, merged["statistics"], result["statistics"], reference)
        for group in merged.get("groups", []):
            key = group["group"]
            document = next(other for other in groups if other["group"] == key)
            assert group["loss"] == merge_partials.results(document)["element_mean"], (case.loss, group)


def check_statistics(case, merged, result, reference):
    for name in "count", "mean", "variance", "standard_error":
        assert merged[name] == result[name], (case.loss, name, merged, result)
    assert merged["variance"] == reference["variance"], (case.loss, merged, reference)
    error = merged["standard_error"]
    assert abs(error - reference["standard_error"]) <= math.ulp(error), (case.loss, merged, reference)
    for name in "least", "greatest":
        assert merged[name] == {"loss": result[name]["loss"], "index": result[name]["place"][0]}, (case.loss, merged, result)


def check_unlike(client, executable, chance):
    """Partial sums of unlike losses, options or revisions are refused by all."""
    base = cases(chance)[1]
    one = base.partial(client, chance)
    others = {
        "loss": Case("log_cosh", {}, predictions=[1.0], targets=[2.0]).partial(client, chance),
        "options": Case("huber", {"delta": 2}, predictions=[1.0], targets=[2.0]).partial(client, chance),
        "numerics": one.replace('"numerics":1', '"numerics":2'),
    }
    for name, other in others.items():
        body = '{"partials":[' + one + "," + other + "]}"
        problem = json.loads(client.post("/v1/merge", body, status=409))
        assert problem["type"] == "/problems/unlike-partials", (name, problem)
        lines = f"{one}\n{other}\n"
        assert json.loads(client.post("/v1/merge", lines, "application/x-ndjson", 409))["type"] == problem["type"]
        for command in [executable, "merge"], [sys.executable, "-B", merge_partials.__file__]:
            done = subprocess.run(command, input=lines, capture_output=True, text=True)
            assert done.returncode != 0 and done.stderr and not done.stdout, (name, done)


def main():
    executable = pathlib.Path(sys.argv[1]).resolve()
    server = Server(executable)
    try:
        for check in check_trees, check_order, check_results, check_unlike:
            check(Client(server.address), executable, random.Random(check.__name__))
            print(f"{check.__name__}: passed", flush=True)
    finally:
        server.stop()


if __name__ == "__main__":
    main()
