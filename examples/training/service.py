# SPDX-License-Identifier: Apache-2.0
"""Calls of a loss-server, by the standard library."""

import json
import urllib.error
import urllib.request


class Service:
    """A loss-server at an address such as http://localhost:8080."""

    def __init__(self, address):
        self.address = address

    def loss(self, name, **fields):
        """The result of a loss for the given inputs, options and outputs; exits with the reason of a refusal."""
        request = urllib.request.Request(
            f"{self.address}/v1/losses/{name}", json.dumps(fields).encode(), {"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            problem = json.load(error)
            raise SystemExit(f"{error.code} {problem['detail']} {problem.get('pointer', '')}") from None
