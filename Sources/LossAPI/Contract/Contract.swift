// SPDX-License-Identifier: Apache-2.0

import HTTP

/// The OpenAPI 3.1 description of the service, generated from the catalogue.
///
/// A test compares `openapi.yaml` at the top of the repository with it, and sends every example to
/// the service.
package enum Contract {
    package static let document: JSONValue = [
        "openapi": "3.1.0",
        "info": [
            "title": "loss-server",
            "version": .string(Release.version),
            "summary": "Machine-learning loss functions and their gradients over HTTP.",
            "description": .string(
                "POST predictions and targets as JSON; get the loss, its gradient with respect to "
                    + "the predictions and, on request, the diagonal of its Hessian. Sums are exact, "
                    + "numbers have the fewest digits that read back as the same double, and errors "
                    + "name the offending element and what would be accepted. Every path that "
                    + "supports GET also supports HEAD, and every path supports OPTIONS. A loss may "
                    + "also be named by one of its aliases in the catalogue. Requests and responses "
                    + "may be compressed by gzip or deflate (Content-Encoding, Accept-Encoding). "
                    + "Every response has an X-Request-Id, which is the request's own if it has one. "
                    + "If the server was started with --token-file, every request but the health "
                    + "probes needs a token."
            ),
            "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
        ],
        "servers": [["url": "http://localhost:8080"]],
        "security": [.object([]), ["token": []]],
        "tags": [
            ["name": "losses", "description": "Losses and their derivatives"],
            ["name": "penalties", "description": "Regularisation terms and their derivatives"],
            ["name": "documents", "description": "The API description and the kinds of problems"],
            ["name": "operation", "description": "Health and metrics"],
        ],
        "paths": .object(paths),
        "components": [
            "schemas": .object(ContractSchemas.all),
            "parameters": .object(ContractOperations.parameters),
            "responses": .object(ContractResponses.components),
            "headers": ContractResponses.headers,
            "securitySchemes": [
                "token": [
                    "type": "http", "scheme": "bearer",
                    "description": "Required if the server was started with --token-file.",
                ]
            ],
        ],
    ]

    package static let yaml =
        "# The contract of loss-server. Made by `loss-server openapi`; do not edit by hand.\n"
        + YAML.text(document)

    private static var paths: [JSONValue.Member] {
        var paths: [JSONValue.Member] = []
        func add(_ path: String, _ item: JSONValue) {
            paths.append(JSONValue.Member(key: path, value: item))
        }
        for list in CatalogueList.allCases {
            add(list.path, ContractOperations.list(list))
            add(list.template, ContractOperations.entry(list))
            add(list.template + "/schema", ContractOperations.schema(list))
            add(list.template + "/examples", ContractOperations.examples(list))
        }
        add(
            "/",
            get("list_resources", "documents", "List the resources of the service", "resources")
        )
        add(
            "/problems",
            get("list_problems", "documents", "List all kinds of problems", "problems")
        )
        add("/problems/{problem}", ContractOperations.problem)
        add(
            "/openapi.json",
            get("get_openapi_json", "documents", "Get this document as JSON", "contract")
        )
        add("/openapi.yaml", ContractOperations.contractYAML)
        add("/livez", health("get_liveness", "Check whether the process is alive"))
        add("/healthz", health("get_health", "Check whether the process is alive (same as /livez)"))
        add("/readyz", ContractOperations.readiness)
        add("/metrics", ContractOperations.metrics)
        return paths
    }

    private static func get(
        _ id: String,
        _ tag: String,
        _ summary: String,
        _ schema: String
    ) -> JSONValue {
        ["get": ContractOperations.get(id, tag, summary, schema)]
    }

    private static func health(_ id: String, _ summary: String) -> JSONValue {
        ["get": ContractOperations.health(id, summary, [])]
    }
}
