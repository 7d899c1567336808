#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares a running server with the values that libraries publish in their tests and documentation.

    python3 Tests/Golden/public.py http://localhost:8080

A case of public.json names its source and has a request, the expected members of the result, and the tolerance of each
number: half a unit of the last digit of the source, more if it computes in single precision or cuts digits, less if its
decimals are exact. A case that differs by design states why, and the service's own result or the type of its problem.
The exit status is 1 if a result is not as stated.
"""

import collections
import math
import sys

from sending import document, server_result

CASES = document("public.json")["cases"]


def flat(x):
    return [number for part in x for number in flat(part)] if isinstance(x, list) else [x]


def error(result, expected, relative):
    """The largest error of the members, or infinity if a member or a number is missing."""
    largest = 0.0
    for member, value in expected.items():
        theirs, own = flat(value), flat(result.get(member, []))
        if len(theirs) != len(own) or None in own:
            return math.inf
        for one, other in zip(own, theirs):
            scale = abs(other) or 1.0
            largest = max(largest, abs(one - other) / scale if relative else abs(one - other))
    return largest


def complaint(case, result):
    """What is not as the case states, or None."""
    agrees = error(result, case["expected"], False) <= case["tolerance"]
    if "differs" not in case:
        return None if agrees else f"{summary(case, result)}, expected {case['expected']} +- {case['tolerance']}"
    if agrees:
        return "agrees, although the case states a difference"
    if problem := case["ours"].get("problem"):
        return None if result.get("type") == f"/problems/{problem}" else f"{summary(case, result)}, not {problem}"
    same = error(result, case["ours"], True) <= 1e-12
    return None if same else f"{summary(case, result)}, stated {case['ours']}"


def summary(case, result):
    if "type" in result:
        return f"refused: {result['detail']}"
    return str({member: result.get(member) for member in case["expected"]})


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    address = sys.argv[1].rstrip("/")
    counts, failures = collections.defaultdict(lambda: [0, 0]), 0
    for case in CASES:
        differs = "differs" in case
        counts[case["source"].split(",")[0]][differs] += 1
        if differs:
            print(f"{case['source']}: differs: {case['differs']}")
        if reason := complaint(case, server_result(address, case)):
            failures += 1
            print(f"{case['source']}: {reason}")
    print("\n| library | values that agree | that differ by design |\n|---|---:|---:|")
    for library, (same, other) in sorted(counts.items(), key=lambda item: item[0].lower()):
        print(f"| {library} | {same} | {other} |")
    print(f"| all | {sum(same for same, _ in counts.values())} | {sum(other for _, other in counts.values())} |")
    if failures:
        sys.exit(f"{failures} of {len(CASES)} results are not as stated.")


if __name__ == "__main__":
    main()
