# SPDX-License-Identifier: Apache-2.0
"""Generates clients from openapi.yaml and calls every operation of a local server with them.

    call_operations.py SERVER    SERVER is the executable loss-server

The generators are in the same Python environment as this script; OpenAPI Generator needs Java and is
left out without it, as are the clients in TypeScript and Go without their compilers. Every example of
every loss is sent as well, and each result must have the numbers that the service states. A client in
Java is not compiled: its libraries are not among Debian's packages.
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

from server import Server

CONTRACT = pathlib.Path(__file__).parents[2] / "openapi.yaml"
BIN = pathlib.Path(sys.executable).parent


def run(*command, folder=None, environment={}):
    # The generators look for a formatter.
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", **environment}
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment,
        cwd=folder,
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
        # The generator knows neither YAML nor tensors; as files they are returned unread.
        bytes_only = ("yaml", "vnd.safetensors", "x-npy", "x-npz")
        overrides = ", ".join(f"application/{name}: application/octet-stream" for name in bytes_only)
        config.write_text(f"content_type_overrides: {{{overrides}}}\n")
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
        generate("python", folder / "generator", "--package-name", "pydantic_client")
        sys.path.insert(0, str(folder / "generator"))
        self.package = importlib.import_module("pydantic_client")
        configuration = self.package.Configuration(host=address)
        self.client = self.package.ApiClient(configuration)

    def call(self, tag, operation, arguments):
        api = getattr(self.package, f"{tag.capitalize()}Api")(self.client)
        noun = operation.removeprefix("compute_")
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


class Call:
    """A call of an operation, with the arguments by name and perhaps a body and the expected result."""

    def __init__(self, tag, operation, arguments, body=None, expected=None, title=None):
        self.tag, self.operation, self.arguments = tag, operation, arguments
        self.body, self.expected, self.title = body, expected, title or operation

    @property
    def noun(self):
        return self.operation.removeprefix("compute_")


def calls(contract, address):
    """A call of every operation, and of those that compute with every example of every loss."""
    parameters = contract["components"]["parameters"]
    for path, item in contract["paths"].items():
        for operation in item.values():
            arguments = {}
            for parameter in operation.get("parameters", []):
                if "$ref" in parameter:
                    parameter = parameters[parameter["$ref"].rsplit("/", 1)[1]]
                if "example" in parameter:
                    arguments[parameter["name"]] = parameter["example"]
            body = None
            if "requestBody" in operation:
                examples = operation["requestBody"]["content"]["application/json"]["examples"]
                body = examples["default"]["value"]
            yield Call(operation["tags"][0], operation["operationId"], arguments, body)
    for tag, noun in ("losses", "loss"), ("penalties", "penalty"):
        for entry in get(f"{address}/v1/{tag}")[tag]:
            for example in get(f"{address}{entry['href']}/examples")["examples"]:
                title = f"{entry['name']} {example['name']}"
                arguments = {noun: entry["name"]}
                yield Call(tag, f"compute_{noun}", arguments, example["request"], example["response"], title)


def check(client, all_calls):
    """Makes the calls with a Python client."""
    for call in all_calls:
        arguments = dict(call.arguments)
        if call.body is not None:
            arguments["body"] = client.request(call.noun, call.body)
        status, result = client.call(call.tag, call.operation, arguments)
        place = f"{client.name}: {call.title}"
        assert status == 200 and result is not None, f"{place} got {status}"
        if call.expected is not None:
            assert client.plain(result) == call.expected, f"{place}: {result}"
    status, result = client.call("losses", "compute_loss", {"loss": "huber", "body": client.typed()})
    assert (status, client.plain(result)["loss"]) == (200, 1.0), client.plain(result)


class TypeScriptClient:
    """The client of OpenAPI Generator for TypeScript, compiled and called from Node."""

    name = "openapi-generator, typescript-fetch"
    tools = ["java", "tsc", "node"]

    def __init__(self, folder, address):
        self.source, self.compiled, self.address = folder / "client", folder / "compiled", address
        generate("typescript-fetch", self.source)
        run(
            "tsc", "--target", "es2020", "--lib", "es2020,dom", "--module", "commonjs",
            "--moduleResolution", "node", "--outDir", self.compiled, self.source / "index.ts",
        )

    def results(self, all_calls):
        script = self.compiled / "call.js"
        script.write_text(
            """
            const client = require("./index.js");
            const configuration = new client.Configuration({ basePath: process.argv[2] });
            const title = (name) => name[0].toUpperCase() + name.slice(1);
            const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
            (async () => {
                const results = [];
                for (const call of JSON.parse(require("fs").readFileSync(0, "utf8"))) {
                    const api = new client[title(call.tag) + "Api"](configuration);
                    const arguments_ = { ...call.arguments };
                    if (call.body) {
                        const model = title(call.noun) + "Request";
                        arguments_[call.noun + "Request"] = client[model + "FromJSON"](call.body);
                    }
                    const result = await api[camel(call.operation)](arguments_);
                    results.push(call.expected ? client.ResultToJSON(result) : result);
                }
                console.log(JSON.stringify(results));
            })().catch(async (error) => {
                console.error(error.response ? await error.response.text() : error);
                process.exit(1);
            });
            """
        )
        return feed(all_calls, "node", script, self.address)


class GoClient:
    """The client of OpenAPI Generator for Go, called from a generated program."""

    name = "openapi-generator, go"
    tools = ["java", "go"]
    #: The only library of the client, as Debian packages it.
    library = pathlib.Path("/usr/share/gocode/src/gopkg.in/validator.v2")

    def __init__(self, folder, address):
        self.folder, self.address = folder / "go", address
        generate("go", self.folder, "--additional-properties=packageName=client,enumClassPrefix=true")
        for test in self.folder.glob("test"):
            shutil.rmtree(test)
        library = folder / "validator"
        shutil.copytree(self.library, library, ignore=shutil.ignore_patterns("*_test.go"))
        (library / "go.mod").write_text("module gopkg.in/validator.v2\n")
        module = "module client\n\nrequire gopkg.in/validator.v2 v2.0.1\n\n"
        (self.folder / "go.mod").write_text(f"{module}replace gopkg.in/validator.v2 => {library}\n")

    def results(self, all_calls):
        def title(name):
            return "".join(word.capitalize() for word in name.split("_"))

        cases = {}
        for call in all_calls:
            path = "".join(f', text(call.Arguments["{name}"])' for name in call.arguments if name in PATH_PARAMETERS)
            request = f"api.{title(call.tag)}API.{title(call.operation)}(context.Background(){path})"
            if call.body is not None:
                model = f"{title(call.noun)}Request"
                request += f".{model}(decode[client.{model}](call.Body))"
            cases[call.operation] = f'case "{call.operation}":\nresult, response, err = {request}.Execute()'
        folder = self.folder / "call"
        folder.mkdir()
        (folder / "main.go").write_text(GO_PROGRAM.replace("CASES", "\n".join(cases.values())))
        executable = self.folder / "call-operations"
        environment = {"GOFLAGS": "-mod=mod", "GOWORK": "off"}
        run("go", "build", "-o", executable, "./call", folder=self.folder, environment=environment)
        return feed(all_calls, executable, self.address)


PATH_PARAMETERS = ["loss", "model", "penalty", "problem"]
GO_PROGRAM = """package main

import (
	"client"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
)

type call struct {
	Operation string
	Arguments map[string]json.RawMessage
	Body      json.RawMessage
	Title     string
}

func decode[T any](data json.RawMessage) (value T) {
	if err := json.Unmarshal(data, &value); err != nil {
		panic(err)
	}
	return value
}

func text(data json.RawMessage) string { return decode[string](data) }

func perform(api *client.APIClient, call call) (result any, response *http.Response, err error) {
	switch call.Operation {
CASES
	}
	return
}

func main() {
	configuration := client.NewConfiguration()
	configuration.Servers = client.ServerConfigurations{{URL: os.Args[1]}}
	api := client.NewAPIClient(configuration)
	var calls []call
	if err := json.NewDecoder(os.Stdin).Decode(&calls); err != nil {
		panic(err)
	}
	results := []any{}
	for _, call := range calls {
		result, response, err := perform(api, call)
		if err != nil || response.StatusCode != 200 {
			fmt.Fprintln(os.Stderr, call.Title, err)
			os.Exit(1)
		}
		results = append(results, result)
	}
	json.NewEncoder(os.Stdout).Encode(results)
}
"""


def generate(language, folder, *options):
    run(
        BIN / "openapi-generator-cli", "generate", "--input-spec", CONTRACT, "--generator-name",
        language, "--output", folder, *options,
    )


def feed(all_calls, *command):
    """The results of a program that reads calls and writes their results."""
    fields = ("tag", "operation", "arguments", "body", "expected", "noun", "title")
    text = json.dumps([{name: getattr(call, name) for name in fields} for call in all_calls])
    done = subprocess.run(command, input=text, stdout=subprocess.PIPE, text=True, timeout=120)
    if done.returncode:
        sys.exit(f"{command[0]} failed with {done.returncode}")
    return json.loads(done.stdout)


def check_compiled(client, all_calls):
    """Makes the calls with a client in a compiled language."""
    for call, result in zip(all_calls, client.results(all_calls), strict=True):
        place = f"{client.name}: {call.title}"
        assert result is not None, f"{place} has no result"
        assert call.expected is None or result == call.expected, f"{place}: {result}"


def missing(kind):
    """What a client in a compiled language needs and is not installed."""
    tools = [tool for tool in kind.tools if not shutil.which(tool)]
    library = getattr(kind, "library", None)
    return tools + ([library.name] if library and not library.exists() else [])


def main():
    python = [PythonClient]
    if shutil.which("java"):
        python.append(GeneratorClient)
    else:
        print("openapi-generator: left out, because Java is not installed")
    server = Server(sys.argv[1])
    try:
        address = server.address
        all_calls = list(calls(get(f"{address}/openapi.json"), address))
        examples = sum(call.expected is not None for call in all_calls)
        for kind in [*python, TypeScriptClient, GoClient]:
            if kind not in python and missing(kind):
                print(f"{kind.name}: left out, because {', '.join(missing(kind))} is not installed")
                continue
            with tempfile.TemporaryDirectory() as folder:
                sys.path.insert(0, folder)
                client = kind(pathlib.Path(folder), address)
                (check if kind in python else check_compiled)(client, all_calls)
                print(
                    f"{client.name}: called {len(all_calls) - examples} operations and sent "
                    f"{examples} examples", flush=True
                )
    finally:
        server.stop()


if __name__ == "__main__":
    main()
