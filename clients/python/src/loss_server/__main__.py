# SPDX-License-Identifier: Apache-2.0
"""Runs the executable in place of this process: `python -m loss_server --port 8080`."""

import os
import sys

from .local import find_executable

if __name__ == "__main__":
    executable = find_executable(None)
    os.execv(executable, [executable, *sys.argv[1:]])
