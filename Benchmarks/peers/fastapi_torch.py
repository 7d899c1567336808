# SPDX-License-Identifier: Apache-2.0
"""The squared error and its gradient with FastAPI and PyTorch's automatic differentiation."""

import orjson
import torch
from fastapi import FastAPI, HTTPException, Request, Response

app = FastAPI(openapi_url=None)


@app.post("/mse")
async def mse(request: Request) -> Response:
    try:
        data = orjson.loads(await request.body())
        predictions = torch.tensor(data["predictions"], dtype=torch.float64, requires_grad=True)
        targets = torch.tensor(data["targets"], dtype=torch.float64)
    except (ValueError, KeyError, TypeError) as error:
        raise HTTPException(400, f"invalid predictions or targets: {error}")
    if predictions.shape != targets.shape or not predictions.numel():
        raise HTTPException(422, "predictions and targets must have the same shape and not be empty")
    loss = torch.nn.functional.mse_loss(predictions, targets)
    loss.backward()
    body = {"loss": loss.item(), "gradient": predictions.grad.numpy()}
    return Response(
        orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY), media_type="application/json"
    )
