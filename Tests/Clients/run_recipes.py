# SPDX-License-Identifier: Apache-2.0
"""Runs the recipes of examples/training against a local server and compares them with PyTorch's numbers.

    run_recipes.py SERVER    SERVER is the executable loss-server
"""

import json
import pathlib
import subprocess
import sys

from server import Server

RECIPES = pathlib.Path(__file__).resolve().parents[2] / "examples/training"
sys.path.insert(0, str(RECIPES))

import policy  # noqa: E402
import preference  # noqa: E402
import remote  # noqa: E402
from bigram import Bigram  # noqa: E402
from service import Service  # noqa: E402

# In the unit of a loss, of which all are below 1, and of a logit, of which all are below 8: PyTorch's numbers err by a
# few 1e-16 in each of up to 96 steps, and those of the recipes by as much.
LOSS, LOGIT = 1e-14, 1e-13


def compare(name, numbers, expected, tolerance):
    """The numbers of both lists are equal but for the tolerance."""
    difference = max(abs(one - other) for one, other in zip(numbers, expected, strict=True))
    assert difference <= tolerance, (name, difference)
    print(f"  {name}: {len(expected)} numbers, largest difference {difference:.1e} of at most {tolerance:.0e}")


def flat(table):
    return [number for row in table for number in row]


def check_policy(service, expected):
    """The policy is trained to the same losses, and earns the same rewards, directly and through an interface."""
    expected = expected["policy"]
    remote_policy = remote.RemotePolicy(remote.TrainingInterface())
    for title, model in ("policy", Bigram()), ("weights = -gradient", remote_policy):
        losses, rewards = policy.train(service, model)
        compare(f"{title}, losses", losses, expected["losses"], LOSS)
        compare(f"{title}, logits", flat(model.table), flat(expected["table"]), LOGIT)
        assert rewards == expected["rewards"] and rewards[-1] > 2.5 > 0 > rewards[0], rewards


def check_preference(service, expected):
    """The policy is trained to the same losses, and has the same loss and standard error for other pairs."""
    expected = expected["preference"]
    model = Bigram(preference.first())
    losses, before, after = preference.train(service, model)
    compare("preference, losses", losses, expected["losses"], LOSS)
    compare("preference, logits", flat(model.table), flat(expected["table"]), LOGIT)
    judged = expected["after"]
    compare("preference, other pairs", [after[name] for name in judged], list(judged.values()), LOSS)
    assert after["mean"] + 5 * after["standard_error"] < before["mean"], (before, after)


def check_programs(service, expected):
    """The programs run as their page says, with no module but those of Python."""
    for name in "policy", "preference", "remote":
        command = [sys.executable, "-I", "-S", "-B", "-c", f"import sys, runpy; sys.path.insert(0, {str(RECIPES)!r}); "
                   f"runpy.run_path({str(RECIPES / name)!r} + '.py', run_name='__main__')", service.address]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0 and "completions: a" in done.stdout, (name, done.stdout, done.stderr)


def check_refusal(service, expected):
    """A refused request ends a recipe with the reason."""
    try:
        service.loss("ppo", logprobs=[0.5], old_logprobs=[0.5, 1], advantages=[1])
    except SystemExit as error:
        assert str(error).startswith("422 The shape of old_logprobs is [2]"), error
    else:
        raise AssertionError("the request was not refused")


def main():
    server = Server(pathlib.Path(sys.argv[1]).resolve())
    try:
        expected = json.loads((RECIPES / "expected.json").read_text())
        for check in check_policy, check_preference, check_programs, check_refusal:
            check(Service(server.address), expected)
            print(f"{check.__name__}: passed")
    finally:
        server.stop()


if __name__ == "__main__":
    main()
