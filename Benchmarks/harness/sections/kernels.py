# SPDX-License-Identifier: Apache-2.0
"""The losses without JSON and HTTP, measured by kernel-benchmark."""

from ..bench import Bench
from ..failure import Failure, Skip
from ..products import is_product, run_product

PRODUCT = "kernel-benchmark"
COUNT = 1_000_000


def measure(bench: Bench) -> None:
    if not is_product(PRODUCT):
        raise Skip(f"kernels (Package.swift has no {PRODUCT})")
    lines = run_product(PRODUCT, str(COUNT)).splitlines()
    # Only the sums, and each loss with its gradient under the reduction mean.
    text = "\n".join(line for line in lines if "sum" in line or ": mean:" in line)
    if not text:
        raise Failure(f"{PRODUCT} printed nothing")
    bench.run.texts["kernels"] = text
