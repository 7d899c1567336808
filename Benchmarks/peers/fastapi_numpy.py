# SPDX-License-Identifier: Apache-2.0
"""The squared error and its gradient computed as fast as possible with FastAPI, orjson and NumPy.

The request is parsed without a model, and the response is written directly from the array.
"""

import numpy
import orjson
from fastapi import FastAPI, HTTPException, Request, Response

app = FastAPI(openapi_url=None)


@app.post("/mse")
async def mse(request: Request) -> Response:
    try:
        data = orjson.loads(await request.body())
        predictions = numpy.array(data["predictions"], dtype=numpy.float64)
        targets = numpy.array(data["targets"], dtype=numpy.float64)
    except (ValueError, KeyError, TypeError) as error:
        raise HTTPException(400, f"invalid predictions or targets: {error}")
    if predictions.shape != targets.shape or not predictions.size:
        raise HTTPException(422, "predictions and targets must have the same shape and not be empty")
    gradient = numpy.subtract(predictions, targets, out=predictions)
    loss = float(numpy.vdot(gradient, gradient)) / gradient.size
    gradient *= 2 / gradient.size
    body = orjson.dumps({"loss": loss, "gradient": gradient}, option=orjson.OPT_SERIALIZE_NUMPY)
    return Response(body, media_type="application/json")
