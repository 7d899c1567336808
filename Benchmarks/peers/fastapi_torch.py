# SPDX-License-Identifier: Apache-2.0
"""The squared error and its gradient by PyTorch's automatic differentiation, behind FastAPI."""

import orjson
import torch
from fastapi import FastAPI, HTTPException, Request, Response

app = FastAPI(openapi_url=None)


@app.post("/mse")
async def mse(request: Request) -> Response:
    try:
        question = orjson.loads(await request.body())
        predictions = torch.tensor(question["predictions"], dtype=torch.float64, requires_grad=True)
        targets = torch.tensor(question["targets"], dtype=torch.float64)
    except (ValueError, KeyError, TypeError) as error:
        raise HTTPException(400, f"no predictions and targets: {error}")
    if predictions.shape != targets.shape or not predictions.numel():
        raise HTTPException(422, "predictions and targets need the same shape and a number")
    loss = torch.nn.functional.mse_loss(predictions, targets)
    loss.backward()
    answer = {"loss": loss.item(), "gradient": predictions.grad.numpy()}
    return Response(
        orjson.dumps(answer, option=orjson.OPT_SERIALIZE_NUMPY), media_type="application/json"
    )
