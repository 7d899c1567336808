# SPDX-License-Identifier: Apache-2.0
"""Sends tensors as the libraries of the binary formats write them, and reads the results back with them.

    send_tensors.py SERVER    SERVER is the executable loss-server
"""

import asyncio
import gzip
import io
import json
import pathlib
import sys

import httpx
import kserve
import ml_dtypes
import numpy
import safetensors.numpy
import tritonclient.http
import tritonclient.http.aio
import tritonclient.utils
from kserve.protocol.infer_type import RequestedOutput

from server import Server

SAFETENSORS = "application/vnd.safetensors"
NPY = "application/x-npy"
NPZ = "application/x-npz"


def npy(*arrays):
    """Arrays one after the other, as `numpy.save` writes them."""
    file = io.BytesIO()
    for array in arrays:
        numpy.save(file, array)
    return file.getvalue()


def npz(compressed=False, **arrays):
    file = io.BytesIO()
    (numpy.savez_compressed if compressed else numpy.savez)(file, **arrays)
    return file.getvalue()


def expected(server, predictions, targets, query=""):
    """The result in JSON, of the numbers as doubles."""
    body = json.dumps(
        {"predictions": predictions.astype(float).tolist(), "targets": targets.astype(float).tolist()}
    )
    result = json.loads(server.send("/v1/losses/huber" + query, body.encode()))
    return result["loss"], numpy.array(result["gradient"])


def check_types(server):
    """Every type that a format has is widened exactly: the results are those of doubles."""
    random = numpy.random.default_rng(1)
    for name in ("f8", "f4", "f2", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "?", "bfloat16"):
        dtype = numpy.dtype(ml_dtypes.bfloat16 if name == "bfloat16" else name)
        # Whole numbers that every type but booleans has.
        values = random.integers(0, 2 if name == "?" else 100, size=(2, 5, 3))
        if dtype.kind == "f":
            values = values / 7
        predictions, targets = values.astype(dtype)
        loss, gradient = expected(server, predictions, targets)
        arrays = {"predictions": predictions, "targets": targets}
        bodies = [(SAFETENSORS, safetensors.numpy.save(arrays))]
        if name != "bfloat16":
            bodies += [
                (NPY, npy(predictions, targets)), (NPZ, npz(**arrays)),
                (NPZ, npz(compressed=True, **arrays)),
                ("application/zip", npz(**arrays)),
            ]
            for order in "<>":
                ordered = [numpy.asfortranarray(a.astype(dtype.newbyteorder(order))) for a in arrays.values()]
                bodies += [(NPY, npy(*ordered)), (NPZ, npz(**dict(zip(arrays, ordered))))]
        for media_type, body in bodies:
            response = server.send("/v1/losses/huber", body, Content_Type=media_type)
            result = read(response, media_type)
            assert result["loss"] == loss and result["loss"].shape == (), (name, media_type)
            assert (result["gradient"] == gradient).all(), (name, media_type)
            assert result["gradient"].dtype == float


def read(response, media_type):
    """The tensors of a response by their names."""
    if media_type == SAFETENSORS:
        return safetensors.numpy.load(response)
    file = io.BytesIO(response)
    if media_type == NPY:
        return {name: numpy.load(file) for name in ("loss", "gradient", "normalizer")}
    return dict(numpy.load(file))


def check_patterns(server):
    """All finite numbers of 16 bits have the same double, and NaN is a missing value."""
    for dtype in (numpy.float16, ml_dtypes.bfloat16):
        numbers = numpy.arange(65536, dtype=numpy.uint16).view(dtype)
        with numpy.errstate(invalid="ignore"):  # of NaNs that signal
            doubles = numbers.astype(float)
        finite = numbers[~numpy.isinf(doubles)]
        arrays = {"predictions": finite, "targets": numpy.zeros(len(finite), numpy.uint8)}
        response = server.send(
            "/v1/losses/absolute_error?missing=skip&outputs=elements",
            safetensors.numpy.save(arrays), Content_Type=SAFETENSORS,
        )
        elements = safetensors.numpy.load(response)["elements"]
        assert numpy.array_equal(elements, abs(doubles[~numpy.isinf(doubles)]), equal_nan=True)


def check_conversions(server):
    """Results are in the format that Accept names, with the same numbers."""
    random = numpy.random.default_rng(2)
    predictions, targets = random.normal(size=(2, 300, 4))
    arrays = {"predictions": predictions, "targets": targets}
    loss, gradient = expected(server, predictions, targets, "?delta=0.5")
    bodies = {
        SAFETENSORS: safetensors.numpy.save(arrays, {"delta": "0.5"}),
        NPZ: npz(delta=0.5, **arrays),
        "application/json": json.dumps(
            {"predictions": predictions.tolist(), "targets": targets.tolist(), "delta": 0.5}
        ).encode(),
    }
    for sent, body in bodies.items():
        for wanted in (SAFETENSORS, NPY, NPZ):
            for dtype in ("f64", "f32"):
                response = server.send(
                    f"/v1/losses/huber?dtype={dtype}", body, Content_Type=sent, Accept=wanted
                )
                result = read(response, wanted)
                rounded = numpy.dtype("f8" if dtype == "f64" else "f4")
                assert result["gradient"].dtype == rounded
                assert (result["gradient"] == gradient.astype(rounded)).all()
                assert result["loss"] == rounded.type(loss)
                if wanted != SAFETENSORS:
                    assert result["normalizer"] == 1200
    response = server.send(
        "/v1/losses/huber?outputs=statistics&missing=skip", bodies[NPZ], Content_Type=NPZ
    )
    result = numpy.load(io.BytesIO(response))
    assert json.loads(result["statistics"].item())["count"] == 1200
    assert result["skipped"] == 0
    coded = server.send(
        "/v1/losses/huber", gzip.compress(bodies[SAFETENSORS]), Content_Type=SAFETENSORS,
        Content_Encoding="gzip",
    )
    assert safetensors.numpy.load(coded)["loss"] == loss


def check_refusals(server):
    numbers = numpy.zeros((4, 18))
    numbers[3, 17] = numpy.nan
    arrays = {"predictions": numbers, "targets": numbers * 0}
    for media_type, body in (
        (SAFETENSORS, safetensors.numpy.save(arrays)), (NPZ, npz(**arrays)), (NPY, npy(*arrays.values())),
    ):
        problem = server.refuse("/v1/losses/huber", body, Content_Type=media_type)
        assert problem["pointer"] == "/predictions/3/17", problem
        assert "predictions[3, 17] (flat index 71) is NaN" in problem["detail"], problem
        result = server.send("/v1/losses/huber?missing=skip", body, Content_Type=media_type)
        assert read(result, media_type)["loss"].shape == ()
        problem = server.refuse("/v1/losses/huber", body[:-9], Content_Type=media_type)
        assert problem["status"] == 400 and problem["reason"], problem
    for array, word in (
        (numpy.array([1, 2 + 1j]), "<c16"), (numpy.array(["a"]), "<U1"),
        (numpy.array([object()]), "|O"), (numpy.zeros(1, [("a", "f8")]), "a record"),
        (numpy.zeros(2, ml_dtypes.bfloat16), "V2"),
    ):
        for media_type, body in ((NPY, npy(array)), (NPZ, npz(predictions=array))):
            problem = server.refuse("/v1/losses/huber", body, Content_Type=media_type)
            assert problem["type"] == "/problems/unsupported-datatype", problem
            assert word in problem["detail"] and "<f8" in problem["allowed"], problem
    problem = server.refuse(
        "/v1/losses/huber", npy(numpy.array([2**53 + 1])), Content_Type=NPY
    )
    assert problem["type"] == "/problems/inexact-number" and problem["pointer"] == "/predictions/0"
    bomb = npz(compressed=True, predictions=numpy.zeros(20_000_000), targets=numpy.zeros(1))
    problem = server.refuse("/v1/losses/huber", bomb, Content_Type=NPZ)
    assert problem["status"] == 413, problem


def check_inference(server):
    """The clients of Triton and KServe work unchanged."""
    address = server.address.removeprefix("http://")
    client = tritonclient.http.InferenceServerClient(address)
    assert client.is_server_live() and client.is_server_ready()
    for model in ("huber", "reg:squarederror", "l2"):
        assert client.is_model_ready(model) and client.is_model_ready(model, "1")
    assert not client.is_model_ready("nothing") and not client.is_model_ready("huber", "2")
    assert client.get_server_metadata()["name"] == "loss-server"
    metadata = client.get_model_metadata("gaussian_nll")
    assert [t["name"] for t in metadata["inputs"]] == ["mean", "variance", "targets"]
    assert client.get_model_config("huber")["max_batch_size"] == 0
    assert {"name": "huber", "version": "1", "state": "READY", "reason": ""} in (
        client.get_model_repository_index()
    )
    assert len(client.get_inference_statistics()["model_stats"]) > 100
    before = inferences(client)
    random = numpy.random.default_rng(3)
    for name, dtype in (
        ("FP64", "f8"), ("FP32", "f4"), ("FP16", "f2"), ("INT8", "i1"), ("INT64", "i8"),
        ("UINT32", "u4"), ("BOOL", "?"),
    ):
        values = random.integers(0, 2, size=(2, 6, 3)).astype(dtype)
        loss, gradient = expected(server, *values, "?delta=0.5")
        for binary in (True, False):
            if name == "FP16" and not binary:
                continue
            inputs = [
                tritonclient.http.InferInput(field, values[0].shape, name)
                for field in ("predictions", "targets")
            ]
            for tensor, numbers in zip(inputs, values):
                tensor.set_data_from_numpy(numbers, binary_data=binary)
            outputs = [
                tritonclient.http.InferRequestedOutput("gradient", binary_data=True),
                tritonclient.http.InferRequestedOutput("loss", binary_data=False),
            ]
            for requested in (None, outputs):
                for coding in (None, "gzip", "deflate"):
                    result = client.infer(
                        "huber", inputs, outputs=requested, request_id="7",
                        parameters={"delta": 0.5}, request_compression_algorithm=coding,
                        response_compression_algorithm=coding,
                    )
                    assert (result.as_numpy("gradient") == gradient).all(), name
                    assert result.as_numpy("loss") == loss, name
                    assert result.get_response()["id"] == "7"
    # A request is counted once its response has been sent, perhaps after the next one has arrived.
    assert inferences(client) >= before + 77
    result = client.infer("huber", inputs, parameters={"output_datatype": "FP32"})
    assert result.as_numpy("gradient").dtype == numpy.float32
    check_inference_refusals(server, client, inputs)
    asyncio.run(check_asynchronous(address, inputs, gradient))


def inferences(client):
    """The number of requests for huber that have succeeded."""
    (statistics,) = client.get_inference_statistics("huber")["model_stats"]
    assert statistics["inference_stats"]["success"]["count"] == statistics["inference_count"]
    return statistics["inference_count"]


def check_inference_refusals(server, client, inputs):
    def refuse(words, function, *arguments, **options):
        try:
            function(*arguments, **options)
        except tritonclient.utils.InferenceServerException as error:
            assert words in error.message(), error.message()
        else:
            raise AssertionError("the request was not refused")

    refuse('Unknown model "hubber"', client.infer, "hubber", inputs)
    refuse('Unknown field "bogus"', client.infer, "huber", inputs, parameters={"bogus": 1})
    refuse("version 1 only", client.infer, "huber", inputs, model_version="3")
    refuse("not supported", client.load_model, "huber")
    refuse("not supported", client.get_system_shared_memory_status)
    refuse("not supported", client.infer, "huber", inputs, sequence_id=5)
    output = tritonclient.http.InferRequestedOutput("gradient", class_count=3)
    refuse("not supported", client.infer, "huber", inputs, outputs=[output])
    text = tritonclient.http.InferInput("predictions", [1], "BYTES")
    text.set_data_from_numpy(numpy.array([b"x"], dtype=object))
    refuse('"BYTES"', client.infer, "huber", [text])


async def check_asynchronous(address, inputs, gradient):
    async with tritonclient.http.aio.InferenceServerClient(address) as client:
        assert await client.is_server_ready()
        result = await client.infer("huber", inputs, parameters={"delta": 0.5})
        assert (result.as_numpy("gradient") == gradient).all()


def check_kserve(server):
    asyncio.run(infer_with_kserve(server))


async def infer_with_kserve(server):
    """The client of KServe works unchanged, and shows the error."""
    client = kserve.InferenceRESTClient(kserve.inference_client.RESTConfig(protocol="v2"))
    assert await client.is_server_live(server.address)
    assert await client.is_server_ready(server.address)
    assert await client.is_model_ready(server.address, "huber")
    random = numpy.random.default_rng(4)
    predictions, targets = random.normal(size=(2, 5)).astype("f4")
    loss, gradient = expected(server, predictions, targets, "?delta=0.5")
    for binary in (True, False):
        inputs = []
        for name, numbers in (("predictions", predictions), ("targets", targets)):
            tensor = kserve.InferInput(name, list(numbers.shape), "FP32")
            tensor.set_data_from_numpy(numbers, binary_data=binary)
            inputs.append(tensor)
        for outputs in (None, [RequestedOutput("loss"), RequestedOutput("gradient")]):
            request = kserve.InferRequest(
                "huber", inputs, parameters={"delta": 0.5}, request_outputs=outputs
            )
            result = await client.infer(server.address, request, model_name="huber")
            values = {output.name: output.as_numpy() for output in result.outputs}
            assert values["loss"] == loss and (values["gradient"] == gradient).all()
    wrong = kserve.InferRequest("huber", inputs, parameters={"bogus": 1})
    try:
        await client.infer(server.address, wrong, model_name="huber")
    except httpx.HTTPStatusError as error:
        assert 'Unknown field "bogus"' in str(error), error
    else:
        raise AssertionError("the request was not refused")
    await client.close()


def main():
    server = Server(pathlib.Path(sys.argv[1]).resolve())
    try:
        checks = (
            check_types, check_patterns, check_conversions, check_refusals, check_inference,
            check_kserve,
        )
        for check in checks:
            check(server)
            print(f"{check.__name__}: passed")
    finally:
        server.stop()


if __name__ == "__main__":
    main()
