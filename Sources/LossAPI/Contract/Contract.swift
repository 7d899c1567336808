// SPDX-License-Identifier: Apache-2.0

import HTTP
import LossFunctions

/// The contract of the service in OpenAPI 3.1, made from the catalogue.
///
/// `openapi.yaml` at the top of the repository is this text; a test holds the two together, and
/// every example in it is sent to the service.
package enum Contract {
    package static let document: JSONValue = [
        "openapi": "3.1.0",
        "info": [
            "title": "loss-server",
            "version": .string(Release.version),
            "summary": "Machine-learning loss functions and their gradients over HTTP.",
            "description": .string(
                "POST predictions and targets as JSON; get the loss, its gradient with respect to "
                    + "the predictions and, when asked, the diagonal of its Hessian. Sums are "
                    + "exact, decimals the shortest that read back as the same double, refusals "
                    + "name the element and what would be accepted. Every GET also answers HEAD, "
                    + "and every path answers OPTIONS with Allow. Other spellings of a loss's name "
                    + "(its aliases in the catalogue) are accepted in its path. Requests and answers may "
                    + "be coded by gzip or deflate, as Content-Encoding and Accept-Encoding say. Every "
                    + "answer has an X-Request-Id: the request's own, if it brings one. Where the "
                    + "operator asks for tokens, all but the health probes want one."
            ),
            "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
        ],
        "servers": [["url": "http://localhost:8080"]],
        "security": [.object([]), ["token": []]],
        "tags": [
            ["name": "losses", "description": "Losses and their derivatives"],
            ["name": "penalties", "description": "Regularisation terms and their derivatives"],
            ["name": "documents", "description": "The contract, and what problems mean"],
            ["name": "operation", "description": "Health and metrics"],
        ],
        "paths": .object(paths),
        "components": [
            "schemas": .object(ContractSchemas.all),
            "responses": .object(ContractResponses.components),
            "headers": ContractResponses.headers,
            "securitySchemes": [
                "token": [
                    "type": "http", "scheme": "bearer",
                    "description": "Wanted where the server was started with --token-file.",
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
        add("/v1/losses", get("listLosses", "losses", "The losses there are", "losses-list"))
        for loss in Catalogue.losses {
            add("/v1/losses/\(loss.facts.name)", ContractOperations.loss(loss))
        }
        add(
            "/v1/penalties",
            get("listPenalties", "penalties", "The penalties there are", "penalties-list")
        )
        for penalty in Catalogue.penalties {
            add("/v1/penalties/\(penalty.facts.name)", ContractOperations.penalty(penalty))
        }
        add("/", get("index", "documents", "Where everything is", "index"))
        add("/problems", get("listProblems", "documents", "Every kind of problem", "problems"))
        add("/problems/{problem}", ContractOperations.problem)
        add("/openapi.json", get("contractJSON", "documents", "This contract as JSON", "contract"))
        add("/openapi.yaml", ContractOperations.text("contractYAML", "This contract as YAML"))
        add("/livez", health("alive", "Whether the process lives"))
        add("/healthz", health("healthy", "The same as /livez"))
        add("/readyz", ContractOperations.readiness)
        add("/metrics", ContractOperations.text("metrics", "Prometheus metrics"))
        return paths
    }

    private static func get(
        _ id: String,
        _ tag: String,
        _ summary: String,
        _ schema: String
    )
        -> JSONValue
    {
        ["get": ContractOperations.get(id, tag, summary, schema)]
    }

    private static func health(_ id: String, _ summary: String) -> JSONValue {
        ["get": ContractOperations.health(id, summary, [])]
    }
}
