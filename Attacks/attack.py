#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Attacks loss-server on the loopback interface and reports the results.

    python3 -B Attacks/attack.py              all scenarios except soak
    python3 -B Attacks/attack.py idle sigterm soak

Needs the static executable (`make static`), or another one given by TESTED_BINARY; set
TESTED_SANITIZED=1 if that was built with the address sanitizer. The exit code is 1 if a claim is
violated.
"""

import os
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from scenarios import (  # noqa: E402
    crowds, life, logs, memory, names, probes, reload, scarcity, slow, soak, stopping, tokens,
    turns, vanishing,
)
from target import EXECUTABLE, IS_SANITIZED, Report  # noqa: E402

SCENARIOS = {
    "slow-heads": slow.slow_heads,
    "slow-bodies": slow.slow_bodies,
    "slow-readers": slow.slow_readers,
    "greedy-readers": slow.greedy_readers,
    "trickle-readers": slow.trickle_readers,
    "slowhttptest": slow.slowhttptest,
    "idle": crowds.idle,
    "connection-limit": crowds.connection_limit,
    "descriptors": crowds.descriptors,
    "vanish": vanishing.vanish,
    "abandon": vanishing.abandon,
    "sigterm": stopping.sigterm,
    "rolling-haproxy": stopping.rolling_haproxy,
    "rolling-nginx": stopping.rolling_nginx,
    "log-reader": logs.log_reader,
    "closed-descriptors": logs.closed_descriptors,
    "tokens": tokens.tokens,
    "sighup": reload.sighup,
    "few-descriptors": scarcity.few_descriptors,
    "burst": scarcity.burst,
    "retries": crowds.retries,
    "probes": probes.probes,
    "frozen": life.frozen,
    "versions": life.versions,
    "quota": scarcity.quota,
    "memory-wide-row": memory.wide_rows,
    "memory-dense": memory.dense_bodies,
    "memory-options": memory.options_that_stall,
    "memory-terms": memory.many_terms,
    "memory-heads": memory.heads,
    "memory-mixture": memory.mixture,
    "memory-limited": memory.limited,
    "memory-verdicts": memory.verdicts,
    "long-names": names.long_names,
    "turns": turns.turns,
    "soak": soak.soak,
}


def attack(name: str) -> Report:
    summary = SCENARIOS[name].__doc__.splitlines()[0].removesuffix(".")
    report = Report(f"{name} ({summary})")
    with tempfile.TemporaryDirectory() as folder:
        if IS_SANITIZED:
            options = os.environ.get("ASAN_OPTIONS", "").split(":")
            kept = [option for option in options if option and not option.startswith("log_path=")]
            os.environ["ASAN_OPTIONS"] = ":".join([*kept, f"log_path={folder}/log"])
        try:
            SCENARIOS[name](report)
        except (OSError, EOFError, ValueError, RuntimeError, subprocess.TimeoutExpired) as error:
            traceback.print_exc()
            report.claim(f"the scenario completes (it failed with {error!r})", False)
        for file in Path(folder).iterdir():
            text = file.read_text(errors="replace")
            print(text, file=sys.stderr)
            errors = [line for line in text.splitlines() if "ERROR:" in line]
            report.claim(f"the address sanitizer reports no errors {errors[:1]}", False)
    return report


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in SCENARIOS]
    if unknown:
        print(f"Unknown scenario {unknown[0]}; scenarios: {', '.join(SCENARIOS)}.", file=sys.stderr)
        return 2
    if not EXECUTABLE.exists():
        print(f"{EXECUTABLE} is missing; build it with make static", file=sys.stderr)
        return 2
    violated = []
    for name in names or [name for name in SCENARIOS if name != "soak"]:
        report = attack(name)
        report.print()
        if report.violations:
            violated.append(name)
    print(f"\n{'violated: ' + ', '.join(violated) if violated else 'all claims held'}")
    return 1 if violated else 0


sys.exit(main(sys.argv[1:]))
