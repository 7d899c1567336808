// SPDX-License-Identifier: Apache-2.0

import HTTP
import LossFunctions

/// The operations of each path.
enum ContractOperations {
    /// The list of losses or penalties, with its filter.
    static func list(_ list: CatalogueList) -> JSONValue {
        let facts = CatalogueFilter.fields.flatMap { field -> [JSONValue] in
            let other = field.otherName.map { ($0, "Another name of `\(field.name)`.") }
            return [(field.name, field.description), other].compactMap { $0 }.map { name, text in
                [
                    "name": .string(name), "in": "query",
                    "description": .string(text),
                    "style": "form", "explode": false,
                    "schema": ["type": "array", "items": ContractSchemas.reference(field.schema)],
                ]
            }
        }
        let properties = CatalogueFilter.properties.map { property -> JSONValue in
            [
                "name": .string(property), "in": "query",
                "description": .string(
                    "Lists the entries with the property `\(property)` if true, those without it if false."
                ),
                "schema": ["type": "boolean"],
            ]
        }
        let name: JSONValue = [
            "name": .string(CatalogueFilter.nameField), "in": "query",
            "description":
                "A name: lists the entry that has it, or else those with similar names, nearest first, "
                + "with a hint.",
            "schema": ["type": "string"],
        ]
        return [
            "get": get(
                "list_\(list.rawValue)",
                list.rawValue,
                "List the \(list.rawValue)",
                "\(list.rawValue)-list",
                parameters: facts + properties + [name],
                errors: ["422"]
            )
        ]
    }

    /// The operations of a loss or penalty.
    static func entry(_ list: CatalogueList) -> JSONValue {
        [
            "get": get(
                "get_\(list.noun)",
                list.rawValue,
                "Describe a \(list.noun): formula, inputs, options, properties",
                "catalogue-entry",
                parameters: [parameter(list)],
                errors: ["404"]
            ),
            "post": post(list),
        ]
    }

    /// The JSON Schema of the requests to a loss or penalty.
    static func schema(_ list: CatalogueList) -> JSONValue {
        [
            "get": get(
                "get_\(list.noun)_schema",
                list.rawValue,
                "Get the JSON Schema of the requests to a \(list.noun)",
                "request-schema",
                mediaType: LossSchema.mediaType,
                parameters: [parameter(list)],
                errors: ["404"]
            )
        ]
    }

    /// The examples of a loss or penalty.
    static func examples(_ list: CatalogueList) -> JSONValue {
        [
            "get": get(
                "get_\(list.noun)_examples",
                list.rawValue,
                "Get example requests to a \(list.noun) with their responses",
                "request-examples",
                parameters: [parameter(list)],
                errors: ["404"]
            )
        ]
    }

    /// The loss or penalty whose examples are in the document.
    private static func typical(_ list: CatalogueList) -> String {
        switch list {
        case .losses: "huber"
        case .penalties: "l2"
        }
    }

    private static func parameter(_ list: CatalogueList) -> JSONValue {
        ["$ref": .string("#/components/parameters/\(list.noun)")]
    }

    /// The path parameters that several operations share.
    static let parameters: [JSONValue.Member] = CatalogueList.allCases.map { list in
        .init(key: list.noun, value: pathParameter(list))
    }

    private static func pathParameter(_ list: CatalogueList) -> JSONValue {
        [
            "name": .string(list.noun), "in": "path", "required": true,
            "description": .string(
                "The name or an alias of the \(list.noun), as listed by \(list.path)."
            ),
            "schema": ["type": "string"],
            "example": .string(typical(list)),
        ]
    }

    /// A GET of a JSON document.
    static func get(
        _ id: String,
        _ tag: String,
        _ summary: String,
        _ schema: String,
        mediaType: String = "application/json",
        parameters: [JSONValue] = [],
        errors: [String] = []
    ) -> JSONValue {
        let document = ContractResponses.json("The document.", schema, mediaType)
        let errors = errors.map {
            JSONValue.Member(key: $0, value: ContractResponses.reference($0))
        }
        return JSONValue(present: [
            ("operationId", .string(id)),
            ("tags", [.string(tag)]),
            ("summary", .string(summary)),
            ("parameters", parameters.isEmpty ? nil : .array(parameters)),
            (
                "responses",
                .object(
                    [.init(key: "200", value: document), ContractResponses.unchanged] + errors
                        + ContractResponses.refusals
                )
            ),
        ])
    }

    private static func post(_ list: CatalogueList) -> JSONValue {
        let facts = list.find(typical(list))?.facts
        let examples = (facts.map { ExampleRequest.all(of: $0) } ?? []).map { example in
            JSONValue.Member(
                key: example.name,
                value: ["summary": .string(example.summary), "value": example.body]
            )
        }
        return [
            "operationId": .string("compute_\(list.noun)"),
            "tags": [.string(list.rawValue)],
            "summary": .string("Compute a \(list.noun) and its derivatives"),
            "description": .string(
                "The fields depend on the \(list.noun): see its description, schema and examples. "
                    + "Requests may also be in other formats: "
                    + "\(BodyFormat.others.map { $0.mediaType }.alternatives). Inputs are then arrays "
                    + "or columns by their names, and options are in the query, where dtype=f32 rounds the "
                    + "numbers of a binary result and columns=predictions:score chooses a column. With Prefer: "
                    + "\(ResultRows.preference), results of rows of CSV and NDJSON come back while others arrive."
            ),
            "parameters": [parameter(list)],
            "requestBody": [
                "required": true,
                // Generators of clients do not support several media types of a request.
                "content": [
                    "application/json": [
                        "schema": ContractSchemas.reference("\(list.noun)-request"),
                        "examples": .object(examples),
                    ]
                ],
            ],
            "responses": .object(
                [.init(key: "200", value: ContractResponses.result("result"))]
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
                [.init(key: "200", value: ContractResponses.health("The check passed."))] + more
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
