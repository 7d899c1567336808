# SPDX-License-Identifier: Apache-2.0
"""Partial sums of a loss, from a loss-server, for the engines in this folder.

A partial sum is a text; merged in any order, those of all rows give the loss of the whole to the last bit. So it does
not matter how an engine cuts the rows, how often it runs a task, or which replica computes it.
"""

import http.client
import json
import random
import time
import urllib.error
import urllib.request

import numpy

# The statuses after which a request is repeated, and the number of times that it is sent.
REPEATED, TRIES = {408, 429, 502, 503, 504}, 6


def post(url, body, media_type):
    """Returns the body of the response in JSON, as text; repeats the request while no server is able to respond."""
    data = body.encode() if isinstance(body, str) else body
    fields = {"Content-Type": media_type, "Accept": "application/json"}
    for number in range(TRIES):
        delay = 0
        try:
            with urllib.request.urlopen(urllib.request.Request(url, data, fields), timeout=120) as response:
                return response.read().decode()
        except urllib.error.HTTPError as error:
            if error.code not in REPEATED:
                problem = json.load(error)
                raise ValueError(f"{error.code} {problem['detail']} {problem.get('pointer', '')}") from None
            reason, delay = error, int(error.headers.get("Retry-After", 0))
        except (OSError, http.client.HTTPException) as error:
            reason = error
        # Doubles from 100 ms, with full jitter, so that clients do not return all at once.
        time.sleep(delay + random.uniform(0, 0.1 * 2**number))
    raise ConnectionError(f"{url}: {reason}, {TRIES} times")


def partials(url, table):
    """The partial sums of the rows of a pandas table, a text for each run of consecutive rows.

    Its columns are `row`, the index in the whole, `region`, the number of a group, `prediction`, `target` and `weight`.
    """
    row = table["row"].to_numpy()
    ends = [*numpy.flatnonzero(numpy.diff(row) != 1) + 1, len(row)]
    return [partial(url, table.iloc[start:end]) for start, end in zip([0, *ends], ends)]


def partial(url, table):
    """The partial sum of consecutive rows, with a group for each region."""
    body = tensors(
        predictions=table["prediction"].to_numpy(), targets=table["target"].to_numpy(),
        weights=table["weight"].to_numpy(), groups=table["region"].to_numpy(),
    )
    query = f"delta=1.5&offset={table['row'].iloc[0]}&outputs=partial"
    result = post(f"{url}/v1/losses/huber?{query}", body, "application/vnd.safetensors")
    return json.dumps(json.loads(result)["partial"])


def tensors(**arrays):
    """A body in the format safetensors: a header in JSON that names the arrays, then their bytes.

    To write doubles in JSON takes Python hundreds of times as long.
    """
    header, parts, end = {}, [], 0
    for name, array in arrays.items():
        kind = f"{'I' if array.dtype.kind == 'i' else 'F'}{8 * array.dtype.itemsize}"
        start, end = end, end + array.nbytes
        header[name] = {"dtype": kind, "shape": array.shape, "data_offsets": [start, end]}
        parts.append(array.tobytes())
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return b"".join([len(text).to_bytes(8, "little"), text, *parts])


def merge(url, texts, outputs="loss,statistics,partial"):
    """The result of the whole, from the partial sums of its parts in any order."""
    return post(f"{url}/v1/merge?outputs={outputs}", "\n".join(texts), "application/x-ndjson")


def united(url, texts):
    """The partial sum of several parts."""
    return json.dumps(json.loads(merge(url, texts, "partial"))["partial"])
