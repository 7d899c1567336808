// SPDX-License-Identifier: Apache-2.0

import HTTP
import LossFacts

/// The operations of each path.
enum ContractOperations {
    /// The operations of a loss or penalty; `tag` is the name of the list that it is in.
    static func entry(_ facts: Facts, _ tag: String) -> JSONValue {
        [
            "get": get(
                "describe_\(facts.name)",
                tag,
                "Describe \(facts.name): formula, options, domains",
                "catalogue-entry"
            ),
            "post": post(
                facts.name,
                tag,
                facts,
                request: "\(facts.name)-request",
                result: "loss-result",
                ContractExamples(facts)
            ),
        ]
    }

    /// A GET of a JSON document.
    static func get(
        _ id: String,
        _ tag: String,
        _ summary: String,
        _ schema: String
    ) -> JSONValue {
        let document = ContractResponses.json("The document.", schema)
        return [
            "operationId": .string(id),
            "tags": [.string(tag)],
            "summary": .string(summary),
            "responses": .object(
                [.init(key: "200", value: document), ContractResponses.unchanged]
                    + ContractResponses.refusals
            ),
        ]
    }

    private static func post(
        _ id: String,
        _ tag: String,
        _ facts: Facts,
        request: String,
        result: String,
        _ examples: ContractExamples
    ) -> JSONValue {
        [
            "operationId": .string(id),
            "tags": [.string(tag)],
            "summary": .string(facts.summary),
            "description": .string(
                "`\(facts.formula.plain)`"
                    + (facts.notes.isEmpty ? "" : "\n\n" + facts.notes.joined(separator: "\n\n"))
            ),
            "requestBody": [
                "required": true,
                "content": [
                    "application/json": [
                        "schema": ContractSchemas.reference(request),
                        "examples": .object(examples.accepted),
                        "x-refused": .object(examples.refused),
                    ]
                ],
            ],
            "responses": .object(
                [.init(key: "200", value: ContractResponses.result(result))]
                    + ContractResponses.serviceErrors + ContractResponses.refusals
            ),
        ]
    }

    static let problem: JSONValue = [
        "get": [
            "operationId": "explain_problem",
            "tags": ["documents"],
            "summary": "Explain a kind of problem",
            "parameters": [
                [
                    "name": "problem", "in": "path", "required": true,
                    "description": "The last part of a problem's type.",
                    "schema": [
                        "type": "string", "enum": JSONValue(ProblemKind.all.map { $0.slug }),
                    ],
                    "example": "shape-mismatch",
                ]
            ],
            "responses": .object(
                [
                    .init(
                        key: "200",
                        value: ContractResponses.json("The explanation.", "problem-kind")
                    ),
                    ContractResponses.unchanged,
                    .init(key: "404", value: ContractResponses.reference("404")),
                ] + ContractResponses.refusals
            ),
        ]
    ]

    static let readiness: JSONValue = [
        "get": health(
            "get_readiness",
            "Check whether the server accepts new requests",
            [.init(key: "503", value: ContractResponses.health("The server is draining."))]
        )
    ]

    /// A health probe, which needs no token and has no content coding.
    static func health(_ id: String, _ summary: String, _ more: [JSONValue.Member]) -> JSONValue {
        let refusals = ContractResponses.refusals.filter { refusal in
            !["401", "406"].contains(refusal.key) && !more.contains { $0.key == refusal.key }
        }
        return [
            "operationId": .string(id),
            "tags": ["operation"],
            "summary": .string(summary),
            "security": [],
            "responses": .object(
                [.init(key: "200", value: ContractResponses.health("The process is alive."))] + more
                    + refusals
            ),
        ]
    }

    static let metrics = text(
        "get_metrics",
        "operation",
        "Get Prometheus metrics",
        nil,
        "text/plain",
        []
    )

    static let contractYAML = text(
        "get_openapi_yaml",
        "documents",
        "Get this document as YAML",
        "/openapi.json is the same for clients that cannot read application/yaml (RFC 9512).",
        "application/yaml",
        [ContractResponses.unchanged]
    )

    /// A GET of a document in a format other than JSON.
    private static func text(
        _ id: String,
        _ tag: String,
        _ summary: String,
        _ description: String?,
        _ mediaType: String,
        _ more: [JSONValue.Member]
    ) -> JSONValue {
        let document: JSONValue = [
            "description": "The document.",
            "content": .object([.init(key: mediaType, value: ["schema": ["type": "string"]])]),
        ]
        return [
            "get": JSONValue(present: [
                ("operationId", .string(id)),
                ("tags", [.string(tag)]),
                ("summary", .string(summary)),
                ("description", description.map { .string($0) }),
                (
                    "responses",
                    .object(
                        [.init(key: "200", value: document)] + more + ContractResponses.refusals
                    )
                ),
            ])
        ]
    }
}
