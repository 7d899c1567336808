# SPDX-License-Identifier: Apache-2.0
"""A server of the tests, and requests to it that do not go through a browser."""

import json
import subprocess
import urllib.request


class Service:
    def __init__(self, binary, *options):
        self.process = subprocess.Popen(
            [binary, "--port", "0", "--log-level", "error", *options],
            stdout=subprocess.PIPE,
            text=True,
        )
        line = self.process.stdout.readline()
        if " on " not in line:
            raise SystemExit(f"{binary} did not start")
        self.address = line.split()[-1]

    def close(self):
        self.process.terminate()
        self.process.wait(20)

    def get(self, path):
        with urllib.request.urlopen(self.address + path, timeout=20) as response:
            return json.load(response)

    def post(self, path, body):
        """The result of a request, whose body is JSON text or a value."""
        text = body if isinstance(body, str) else json.dumps(body)
        request = urllib.request.Request(self.address + path, text.encode())
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)

    def entries(self):
        """The losses and penalties in the catalogue."""
        lists = ("losses", "penalties")
        return [entry for name in lists for entry in self.get(f"/v1/{name}")[name]]
