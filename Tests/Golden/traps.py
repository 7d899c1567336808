#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sends to a running server the requests at which libraries are wrong or differ, and compares the results.

    python3 Tests/Golden/traps.py http://localhost:8080

A case of traps.json has the number of its trap, what it is about, a loss or penalty, and a `request`, or a `body` if that
is not JSON; with `repeat`, its predictions and targets are repeated that many times. It states either the `expected`
members of the result, within `ulps` units in the last place of each number, or the `status`, the `problem` and the
`pointer` of the refusal. `absent` lists the losses that other cases of a trap would need.
The exit status is 1 if a result is not as stated, or an absent loss is served.
"""

import json
import math
import sys

from sending import document, server_result


def sent(case):
    """The case with its request as it is sent."""
    if "repeat" not in case:
        return case
    arrays = {name: case["request"][name] * case["repeat"] for name in ("predictions", "targets")}
    return case | {"request": case["request"] | arrays}


def agrees(result, expected, ulps):
    """Whether nested arrays and objects are the same, to within `ulps` units in the last place of each number."""
    if isinstance(expected, dict):
        return isinstance(result, dict) and all(agrees(result.get(key), x, ulps) for key, x in expected.items())
    if isinstance(expected, list):
        same = isinstance(result, list) and len(result) == len(expected)
        return same and all(agrees(one, other, ulps) for one, other in zip(result, expected))
    return isinstance(result, (int, float)) and abs(result - expected) <= ulps * math.ulp(expected)


def complaint(case, result):
    """What is not as the case states, or None."""
    if "problem" in case:
        stated = {"type": f"/problems/{case['problem']}", "status": case["status"], "pointer": case.get("pointer")}
    else:
        stated = case["expected"]
        if agrees(result, stated, case["ulps"]):
            return None
    own = {member: result.get(member) for member in stated}
    if own == stated:
        return None
    return f"{result['detail'] if 'type' in result else own}, stated {stated}"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    address = sys.argv[1].rstrip("/")
    traps = document("traps.json")
    failures = 0
    for case in traps["cases"]:
        if reason := complaint(case, server_result(address, sent(case))):
            failures += 1
            request = case["body"] if "body" in case else json.dumps(case["request"])
            name = case.get("loss") or case.get("penalty")
            print(f"T{case['trap']}, {case['about']}: {reason}\n    {name} {request}")
    for case in traps["absent"]:
        if server_result(address, case | {"request": {}}).get("type") != "/problems/unknown-loss":
            failures += 1
            print(f"T{case['trap']}: {case['loss']} is not absent")
    refusals = sum("problem" in case for case in traps["cases"])
    print(f"{len(traps['cases'])} cases, of which {refusals} are refusals, of "
          f"{len({case['trap'] for case in traps['cases']})} traps; {len(traps['absent'])} need a loss that is absent")
    if failures:
        sys.exit(f"{failures} are not as stated.")


if __name__ == "__main__":
    main()
