#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares a running server, and PyTorch in double precision, with the reference values, and prints a table.

    python3 Tests/Golden/pytorch.py http://localhost:8080        # needs torch and mpmath

For each loss that PyTorch has, both compute the loss and gradient of every sample of the same options. An error is in
units in the last place of the true value or, where the sample states terms that cancel, at least 2^-98 of the largest
term; the gradient of a row with respect to logits counts in units of the Hessian if that is larger, as in the tests.
"""

import json
import pathlib
import sys
import urllib.request

import torch

from errors import shown, ulps

HERE = pathlib.Path(__file__).resolve().parent
F = torch.nn.functional

# By loss: the options that PyTorch has, and its function of tensors and options.
COUNTERPARTS = {
    "squared_error": ([], lambda x, t, o: F.mse_loss(x, t, reduction="none")),
    "absolute_error": ([], lambda x, t, o: F.l1_loss(x, t, reduction="none")),
    "huber": (["delta"], lambda x, t, o: F.huber_loss(x, t, reduction="none", delta=o.get("delta", 1.0))),
    "smooth_l1": (["beta"], lambda x, t, o: F.smooth_l1_loss(x, t, reduction="none", beta=o.get("beta", 1.0))),
    "poisson_nll": (
        ["log_input"],
        lambda x, t, o: F.poisson_nll_loss(x, t, log_input=o.get("log_input", True), eps=0, reduction="none"),
    ),
    "gaussian_nll": ([], None),
    "binary_cross_entropy": (
        ["from_logits", "pos_weight"],
        lambda x, t, o: F.binary_cross_entropy_with_logits(
            x, t, reduction="none", pos_weight=torch.tensor(o.get("pos_weight", 1.0), dtype=torch.float64)
        )
        if o.get("from_logits")
        else F.binary_cross_entropy(x, t, reduction="none"),
    ),
    "logistic_margin": ([], lambda x, t, o: F.soft_margin_loss(x, t, reduction="none")),
    "categorical_cross_entropy": (
        ["from_logits", "label_smoothing"],
        lambda x, t, o: F.cross_entropy(x, t, reduction="none", label_smoothing=o.get("label_smoothing", 0.0)),
    ),
    "kl_divergence": (
        ["log_predictions", "log_targets"],
        lambda x, t, o: F.kl_div(x, t, reduction="none", log_target=o.get("log_targets", False)).sum(-1),
    ),
    "multi_margin": (
        ["margin", "squared"],
        lambda x, t, o: F.multi_margin_loss(
            x[None], t[None], p=2 if o.get("squared") else 1, margin=o.get("margin", 1.0), reduction="none"
        )[0],
    ),
    "multilabel_soft_margin": ([], lambda x, t, o: F.multilabel_soft_margin_loss(x[None], t[None], reduction="none")[0]),
    "multi_margin": (
        ["squared", "margin"],
        lambda x, t, o: F.multi_margin_loss(
            x, t, p=2 if o.get("squared") else 1, margin=o.get("margin", 1.0), reduction="none"
        ),
    ),
    "multilabel_soft_margin": ([], lambda x, t, o: F.multilabel_soft_margin_loss(x, t, reduction="none")),
    "cosine_distance": ([], lambda x, t, o: 1 - F.cosine_similarity(x, t, dim=0, eps=0)),
    "triplet_margin": ([], None),
    "ctc": (["from_logits"], None),
}
REQUIRED = {"categorical_cross_entropy": "from_logits", "kl_divergence": "log_predictions", "ctc": "from_logits"}


def ctc_result(predictions, targets, lengths, target_lengths):
    """The loss of one sequence, whose batch is the second dimension."""
    logits = torch.tensor(predictions, dtype=torch.float64, requires_grad=True)
    lengths = [int(len(predictions) if lengths is None else lengths)]
    counts = [int(len(targets) if target_lengths is None else target_lengths)]
    classes = torch.tensor([targets], dtype=torch.int64)
    loss = F.ctc_loss(logits[:, None].log_softmax(-1), classes, lengths, counts, reduction="sum")
    loss.backward()
    return loss.item(), [logits.grad.flatten().tolist()]


def torch_result(name, inputs, options):
    if name == "ctc":
        return ctc_result(*inputs)
    tensors = [torch.tensor(x, dtype=torch.int64 if isinstance(x, int) else torch.float64) for x in inputs]
    for tensor in tensors if name in ("gaussian_nll", "triplet_margin") else tensors[:1]:
        tensor.requires_grad_()
    if name == "gaussian_nll":
        # The smallest number by which variances are raised; 0 is refused.
        loss = F.gaussian_nll_loss(tensors[0], tensors[2], tensors[1], eps=5e-324, reduction="none")
    elif name == "triplet_margin":
        loss = F.triplet_margin_loss(*tensors, eps=0, reduction="none")
    else:
        loss = COUNTERPARTS[name][1](*tensors, options)
    loss.sum().backward()
    return loss.item(), [x.grad.flatten().tolist() for x in tensors if x.requires_grad]


def server_result(address, name, signature, inputs, options):
    row = any(isinstance(x, list) for x in inputs)
    row = row and name != "ctc"
    body = {field: [x] if row else x for field, x in zip(signature, inputs) if x is not None} | options
    body |= {"reduction": "none", "gradient_of": list(signature if len(inputs) == 3 else signature[:1])}
    request = urllib.request.Request(f"{address}/v1/losses/{name}", json.dumps(body).encode())
    with urllib.request.urlopen(request) as response:
        result = json.load(response)

    def flat(x):
        return [number for part in x for number in flat(part)] if isinstance(x, list) else [x]

    return flat(result["loss"])[0], [flat(result["gradients"][field]) for field in body["gradient_of"]]


def samples(name, document):
    """Inputs, options, true loss, true gradients, and the scale of the errors of both."""
    for group in document["groups"]:
        options = group["options"]
        if set(options) - set(COUNTERPARTS[name][0]) or not options.get(REQUIRED.get(name), name not in REQUIRED):
            continue
        for record in next(value for key, value in group.items() if key != "options"):
            if "inputs" in record or "arrays" in record:
                terms = record.get("terms") or [0] * 9
                inputs = record.get("inputs") or record["arrays"]
                count = len(record["gradients"])
                yield inputs, options, record["loss"], record["gradients"], terms[0], terms[1:count + 1], False
                continue
            row = "predictions" in record
            inputs = [record["predictions" if row else "prediction"], record["target"]]
            gradient = record["gradient"] if row else [record["gradient"]]
            terms = record.get("terms", {})
            slopes = [record["hessian"]] if row and options.get("from_logits") else [terms.get("gradient", 0)]
            loss_term = 1 if options.get("log_predictions") and row else terms.get("loss", 0)
            yield inputs, options, record["loss"], [gradient], loss_term, slopes, row


def largest_errors(address, name, document):
    """The largest errors of the loss and the gradient of the server and of PyTorch; the samples; those beyond 4 ulp."""
    with urllib.request.urlopen(f"{address}/v1/losses/{name}") as response:
        signature = [field["name"] for field in json.load(response)["inputs"]]
    worst = {"server": [0.0, 0.0], "torch": [0.0, 0.0]}
    count = beyond = 0
    for inputs, options, loss, gradients, loss_term, slopes, row in samples(name, document):
        count += 1
        for who, (value, slope) in (
            ("server", server_result(address, name, signature, inputs, options)),
            ("torch", torch_result(name, inputs, options)),
        ):
            errors = [ulps(value, loss, loss_term, row)]
            own = []
            for got, true, term in zip(slope, gradients, slopes):
                each = term if isinstance(term, list) else [term] * len(true)
                own += [ulps(g, t, s, row) for g, t, s in zip(got, true, each)]
            errors.append(max(own))
            worst[who] = [max(pair) for pair in zip(worst[who], errors)]
            beyond += who == "torch" and max(errors) > 4
    return worst, count, beyond


def main():
    address = sys.argv[1].rstrip("/")
    print("| loss | samples | largest error | of the gradient | PyTorch's largest error | of the gradient | beyond 4 ulp |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name in COUNTERPARTS:
        document = json.loads((HERE / f"{name}.json").read_text())
        worst, count, beyond = largest_errors(address, name, document)
        numbers = [shown(x) for x in worst["server"] + worst["torch"]]
        print(f"| `{name}` | {count} | " + " | ".join(numbers) + f" | {100 * beyond / count:.0f} % |", flush=True)


if __name__ == "__main__":
    main()
