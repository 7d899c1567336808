# SPDX-License-Identifier: Apache-2.0
"""A server of the tests, and requests to it without a client library."""

import json
import subprocess
import urllib.error
import urllib.request


class Server:
    """A local server on a free port."""

    def __init__(self, executable):
        self.process = subprocess.Popen(
            [executable, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.address = self.process.stdout.readline().split()[-1]

    def send(self, path, body, **fields):
        """Returns the body of the response, or raises the problem."""
        fields = {name.replace("_", "-"): value for name, value in fields.items()}
        request = urllib.request.Request(self.address + path, body, fields, method="POST")
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.read()

    def refuse(self, path, body, **fields):
        """Returns the problem document of a request that must be refused."""
        try:
            self.send(path, body, **fields)
        except urllib.error.HTTPError as error:
            return json.load(error)
        raise AssertionError("the request was not refused")

    def stop(self):
        self.process.terminate()
        assert self.process.wait(timeout=60) == 0
