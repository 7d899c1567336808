# SPDX-License-Identifier: Apache-2.0
"""Puts the executable that the environment variable WHEEL_EXECUTABLE names into the wheel."""

import os
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# A static executable needs no C library, so that any Linux on x86-64 runs it.
TAG = "py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.musllinux_1_1_x86_64"


class ExecutableHook(BuildHookInterface):  # type: ignore[type-arg]
    """Without the variable, the wheel has no executable and is for any platform."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        executable = os.environ.get("WHEEL_EXECUTABLE")
        if not executable:
            return
        if not os.access(executable, os.X_OK):
            raise SystemExit(f"WHEEL_EXECUTABLE is {executable}, which is not an executable")
        build_data["pure_python"] = False
        build_data["tag"] = TAG
        build_data["force_include"][executable] = "loss_server/bin/loss-server"
