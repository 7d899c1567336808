# SPDX-License-Identifier: Apache-2.0
"""Reads the cases of a file in this directory, and sends them to a running server."""

import json
import pathlib
import urllib.error
import urllib.request


def document(name):
    return json.loads((pathlib.Path(__file__).resolve().parent / name).read_text())


def server_result(address, case):
    """The result, or the problem, of a case's `request`, or of its `body` if that is not JSON."""
    kind = "penalties" if "penalty" in case else "losses"
    url = f"{address}/v1/{kind}/{case.get('loss') or case.get('penalty')}"
    body = case["body"] if "body" in case else json.dumps(case["request"])
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body.encode())) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        return json.load(error)
