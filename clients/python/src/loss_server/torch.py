# SPDX-License-Identifier: Apache-2.0
"""A loss of the service as a module of PyTorch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch.autograd.function import once_differentiable

from .client import LossClient


class Loss(torch.nn.Module):
    """A criterion whose value and gradients are those of the service.

        criterion = Loss(client, "huber", delta=0.5)
        criterion(predictions, targets).backward()

    Inputs are given in the order of the catalogue or by name, with `weights` and `mask` by name. Those that require a
    gradient get it, in their own type and on their own device; second derivatives are not available. Where every
    floating-point input is `float32` or shorter, results travel as `float32`.

    - options: those of the loss, and `reduction`, `missing`, `convention` and so on.
    """

    def __init__(self, client: LossClient, loss: str, /, **options: Any) -> None:
        super().__init__()
        self._client = client
        self._loss = loss
        self._options = options
        self._facts = client.describe(loss)

    def extra_repr(self) -> str:
        return ", ".join([repr(self._loss), *(f"{name}={value!r}" for name, value in self._options.items())])

    def forward(self, *inputs: torch.Tensor, **named: torch.Tensor) -> torch.Tensor:
        names = [each["name"] for each in self._facts["inputs"]]
        if len(inputs) > len(names):
            raise TypeError(f"{self._loss} has the inputs {', '.join(names)}, but {len(inputs)} were given")
        given = dict(zip(names, inputs, strict=False)) | named
        if len(given) < len(inputs) + len(named):
            raise TypeError(f"{', '.join(set(names[: len(inputs)]) & set(named))} was given twice")
        result: torch.Tensor = _Function.apply(self, tuple(given), *map(torch.as_tensor, given.values()))
        return result

    def request(
        self, tensors: Mapping[str, torch.Tensor], gradient_of: Sequence[str]
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """Returns the loss and its gradients, on the processor."""
        floats = [tensor.dtype for tensor in tensors.values() if tensor.is_floating_point()]
        is_short = all(dtype != torch.float64 for dtype in floats)
        result = self._client.loss(
            self._loss,
            **tensors,
            **self._options,
            outputs=["loss", "gradient"] if gradient_of else ["loss"],
            gradient_of=list(gradient_of) or None,
            dtype="f32" if is_short else None,
        )
        dtype = torch.float32 if is_short else torch.float64
        gradients = {name: torch.from_numpy(array) for name, array in (result.gradients or {}).items()}
        return torch.as_tensor(np.asarray(result.loss), dtype=dtype), gradients


class _Function(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, module: Loss, names: tuple[str, ...], *tensors: torch.Tensor) -> torch.Tensor:
        needed = [name for name, needs in zip(names, ctx.needs_input_grad[2:], strict=True) if needs]
        by_name = dict(zip(names, tensors, strict=True))
        loss, gradients = module.request(by_name, needed)
        ctx.save_for_backward(*(gradients[name].to(by_name[name]) for name in needed))
        ctx.places = [names.index(name) + 2 for name in needed]
        first = next((tensor for tensor in tensors if tensor.is_floating_point()), loss)
        return loss.to(first)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, outer: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        answers: list[torch.Tensor | None] = [None] * len(ctx.needs_input_grad)
        for place, gradient in zip(ctx.places, ctx.saved_tensors, strict=True):
            # Without a reduction, the rest of the shape of an input is that of a row.
            rows = outer.reshape(outer.shape + (1,) * (gradient.dim() - outer.dim())) if outer.dim() else outer
            answers[place] = rows.to(gradient) * gradient
        return tuple(answers)
