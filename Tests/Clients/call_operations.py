# SPDX-License-Identifier: Apache-2.0
"""Generates clients from openapi.yaml and calls every operation of a local server with them.

    call_operations.py SERVER    SERVER is the executable loss-server

Both generators are in the same Python environment as this script; that of OpenAPI Generator needs
Java and is left out without it. Every example of every loss is sent as well, and each result must have
the numbers that the service states.
"""

import importlib
import inspect
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import urllib.request

CONTRACT = pathlib.Path(__file__).parents[2] / "openapi.yaml"
BIN = pathlib.Path(sys.executable).parent


def run(*command):
    # The generators look for a formatter.
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"}
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    )
    if done.returncode:
        sys.exit(f"{done.stdout}\n{command[0]} failed with {done.returncode}")


def get(url):
    with urllib.request.urlopen(url, timeout=10) as response:
        return json.load(response)


class PythonClient:
    """The client of openapi-python-client, which has a module for each operation."""

    name = "openapi-python-client"

    def __init__(self, folder, address):
        config = folder / "config.yaml"
        # The generator knows no YAML; as a file the document is returned unread.
        config.write_text("content_type_overrides: {application/yaml: application/octet-stream}\n")
        run(
            BIN / "openapi-python-client", "generate", "--path", CONTRACT, "--config", config,
            "--meta", "none", "--output-path", folder / "attrs_client", "--fail-on-warning",
        )
        self.package = importlib.import_module("attrs_client")
        self.models = importlib.import_module("attrs_client.models")
        self.client = self.package.Client(base_url=address, raise_on_unexpected_status=True)

    def call(self, tag, operation, arguments):
        module = importlib.import_module(f"attrs_client.api.{tag}.{operation}")
        parameters = inspect.signature(module.sync_detailed).parameters
        converted = {
            # The parameter of explain_problem is an enumeration.
            name: parameters[name].annotation(value) if name == "problem" else value
            for name, value in arguments.items()
        }
        response = module.sync_detailed(client=self.client, **converted)
        return response.status_code, response.parsed

    def request(self, noun, body):
        return getattr(self.models, f"{noun.capitalize()}Request").from_dict(body)

    def typed(self):
        """A request as a program would write it."""
        reduction, output = self.models.Reduction, self.models.Output
        return self.models.LossRequest(
            predictions=[1.5, 2.0], targets=[1.0, 4.0], delta=0.5, reduction=reduction.SUM,
            outputs=[output.LOSS, output.GRADIENT],
        )

    def plain(self, result):
        return result.to_dict()


class GeneratorClient:
    """The client of OpenAPI Generator for Python, which has a method for each operation."""

    name = "openapi-generator"

    def __init__(self, folder, address):
        run(
            BIN / "openapi-generator-cli", "generate", "--input-spec", CONTRACT, "--generator-name",
            "python", "--output", folder / "generator", "--package-name", "pydantic_client",
        )
        sys.path.insert(0, str(folder / "generator"))
        self.package = importlib.import_module("pydantic_client")
        configuration = self.package.Configuration(host=address)
        self.client = self.package.ApiClient(configuration)

    def call(self, tag, operation, arguments):
        api = getattr(self.package, f"{tag.capitalize()}Api")(self.client)
        noun = "loss" if operation == "compute_loss" else "penalty"
        if "body" in arguments:
            arguments = {**arguments, f"{noun}_request": arguments["body"]}
            del arguments["body"]
        if operation == "get_openapi_yaml":
            # The generated method does not read application/yaml, but returns it unread.
            response = api.get_openapi_yaml_without_preload_content()
            return response.status, response.read()
        response = getattr(api, f"{operation}_with_http_info")(**arguments)
        return response.status_code, response.data

    def request(self, noun, body):
        return getattr(self.package, f"{noun.capitalize()}Request").from_dict(body)

    def typed(self):
        """A request as a program would write it."""
        numbers = self.package.NumbersOrNull
        return self.package.LossRequest(
            predictions=numbers([1.5, 2.0]), targets=numbers([1.0, 4.0]), delta=0.5, reduction="sum",
            outputs=["loss", "gradient"],
        )

    def plain(self, result):
        return json.loads(result.to_json())


def check(client, contract, address):
    """Calls every operation, then sends every example; returns the numbers of both."""
    calls = 0
    parameters = contract["components"]["parameters"]
    for path, item in contract["paths"].items():
        for operation in item.values():
            tag, name = operation["tags"][0], operation["operationId"]
            arguments = {}
            for parameter in operation.get("parameters", []):
                if "$ref" in parameter:
                    parameter = parameters[parameter["$ref"].rsplit("/", 1)[1]]
                if "example" in parameter:
                    arguments[parameter["name"]] = parameter["example"]
            if "requestBody" in operation:
                examples = operation["requestBody"]["content"]["application/json"]["examples"]
                noun = name.removeprefix("compute_")
                arguments["body"] = client.request(noun, examples["default"]["value"])
            status, result = client.call(tag, name, arguments)
            assert status == 200 and result is not None, f"{client.name}: {name} got {status}"
            calls += 1
    status, result = client.call("losses", "compute_loss", {"loss": "huber", "body": client.typed()})
    assert (status, client.plain(result)["loss"]) == (200, 1.0), client.plain(result)
    examples = 0
    for tag, noun in ("losses", "loss"), ("penalties", "penalty"):
        for entry in get(f"{address}/v1/{tag}")[tag]:
            for example in get(f"{address}{entry['href']}/examples")["examples"]:
                body = client.request(noun, example["request"])
                arguments = {noun: entry["name"], "body": body}
                status, result = client.call(tag, f"compute_{noun}", arguments)
                place = f"{client.name}: {entry['name']} {example['name']}"
                assert status == 200, f"{place} got {status}"
                assert client.plain(result) == example["response"], f"{place}: {result}"
                examples += 1
    return calls, examples


def main():
    clients = [PythonClient]
    if shutil.which("java"):
        clients.append(GeneratorClient)
    else:
        print("openapi-generator: left out, because Java is not installed")
    server = subprocess.Popen(
        [sys.argv[1], "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        address = server.stdout.readline().split()[-1]
        contract = get(f"{address}/openapi.json")
        for kind in clients:
            with tempfile.TemporaryDirectory() as folder:
                sys.path.insert(0, folder)
                client = kind(pathlib.Path(folder), address)
                calls, examples = check(client, contract, address)
                print(f"{client.name}: called {calls} operations and sent {examples} examples")
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
