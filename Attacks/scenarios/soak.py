# SPDX-License-Identifier: Apache-2.0
"""Minutes of mixed load, during which memory must not grow."""

import os
import subprocess
import sys
import time

from target import HERE, PATIENCE, Report, Server, wait_until

SAMPLE_SECONDS = 1


def soak(report: Report) -> None:
    """Ten minutes, or SOAK_MINUTES, of mixed sizes and errors from four processes."""
    minutes = float(os.environ.get("SOAK_MINUTES", "10"))
    with Server() as server:
        processes = [
            subprocess.Popen(
                [sys.executable, "-B", str(HERE / "mixture.py"), str(server.port), str(seed)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )
            for seed in range(4)
        ]
        samples = []
        start = time.monotonic()
        processor_before = server.processor_seconds()
        while time.monotonic() - start < 60 * minutes:
            time.sleep(SAMPLE_SECONDS)
            samples.append((time.monotonic() - start, server.memory(), server.descriptors()))
        spent = server.processor_seconds() - processor_before
        wrong, counts = [], {}
        for process in processes:
            process.stdin.close()
            for line in process.stdout.read().splitlines():
                kind, count = line.rsplit(" ", 1)
                if kind.startswith("wrong"):
                    wrong.append(kind)
                else:
                    counts[kind] = counts.get(kind, 0) + int(count)
            process.wait(PATIENCE)
        thirds = [samples[len(samples) * i // 3 : len(samples) * (i + 1) // 3] for i in range(3)]
        means = [sum(memory for _, memory, _ in third) / len(third) for third in thirds]
        peaks = [max(memory for _, memory, _ in third) for third in thirds]
        report.figure("minutes", minutes)
        report.measure("processors used by the server", f"{spent / (60 * minutes):.2f}")
        for kind, count in sorted(counts.items()):
            report.figure(kind, count)
        for what, found in {"mean": means, "max": peaks}.items():
            listed = ", ".join(f"{memory:.1f}" for memory in found)
            report.measure(f"memory by thirds, {what}", f"{listed} MiB")
        growth = slope(samples[len(samples) // 3 :])
        report.measure("memory growth after the first third", f"{growth:.1f} KiB/min")
        report.figure("descriptors, max", max(count for _, _, count in samples))
        report.claim(f"all responses are correct {wrong[:3]}", not wrong)
        report.bound("memory is constant", means[2] < 1.1 * means[1] + 4)
        report.claim("no connection is leaked", server.is_at_rest())
        back = wait_until(lambda: server.descriptors() <= server.idle_descriptors, 10)
        counts = f"{server.idle_descriptors}, {server.descriptors()}"
        report.figure("descriptors, before and after", counts)
        report.claim("no descriptor is leaked", back)


def slope(samples) -> float:
    """The growth of memory by least squares, in KiB per minute."""
    count = len(samples)
    time_mean = sum(time for time, _, _ in samples) / count
    mean = sum(memory for _, memory, _ in samples) / count
    above = sum((time - time_mean) * (memory - mean) for time, memory, _ in samples)
    below = sum((time - time_mean) ** 2 for time, _, _ in samples) or 1
    return 60 * 1024 * above / below
