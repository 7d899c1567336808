// SPDX-License-Identifier: Apache-2.0

/// JSON Schemas of the documents.
enum ContractDocumentSchemas {
    static let all: [JSONValue.Member] = [
        .init(
            key: "problem",
            value: [
                "description": "The problem with a request (RFC 9457).",
                "type": "object",
                "required": ["type", "title", "status", "detail"],
                "properties": [
                    "type": ["type": "string", "format": "uri-reference"],
                    "title": ["type": "string"],
                    "status": ["type": "integer"],
                    "detail": [
                        "type": "string",
                        "description": "The error and what would be accepted.",
                    ],
                    "pointer": [
                        "type": "string",
                        "description": "JSON Pointer (RFC 6901) to the offending value.",
                    ],
                    "position": [
                        "type": "integer",
                        "description": "Offset in bytes, from 0, of a syntax error in the JSON.",
                    ],
                    "allowed": [
                        "type": "array",
                        "description": "The values or ranges that are accepted.",
                        "items": ["type": "string"],
                    ],
                    "reason": [
                        "type": "string",
                        "description": "The kind of syntax error.",
                    ],
                ],
            ]
        ),
        .init(
            key: "problem-kind",
            value: ContractSchemas.object(
                "A kind of problem.",
                [
                    ("type", ["type": "string", "format": "uri-reference"]),
                    ("title", ["type": "string"]), ("status", ["type": "integer"]),
                    ("explanation", ["type": "string"]),
                ],
                required: ["type", "title", "status", "explanation"]
            )
        ),
        .init(
            key: "problems",
            value: ContractSchemas.object(
                "All kinds of problems.",
                [
                    (
                        "problems",
                        [
                            "type": "array",
                            "items": ContractSchemas.reference("problem-kind"),
                        ]
                    )
                ],
                required: ["problems"]
            )
        ),
        .init(
            key: "health",
            value: ContractSchemas.object(
                "The health of the server.",
                [("status", ["type": "string", "enum": ["ok", "draining"]])],
                required: ["status"]
            )
        ),
        .init(
            key: "detailed-health",
            value: ContractSchemas.object(
                "The health of the server (draft-inadarei-api-health-check).",
                [
                    ("status", ["type": "string", "enum": ["pass", "fail"]]),
                    ("version", ["type": "string"]),
                    ("releaseId", ["type": "string"]),
                    ("serviceId", ["type": "string"]),
                    ("description", ["type": "string"]),
                    ("output", ["type": "string"]),
                ],
                required: ["status"]
            )
        ),
        .init(key: "losses-list", value: listing("losses", ["reductions"])),
        .init(key: "penalties-list", value: listing("penalties", [])),
        .init(
            key: "catalogue-summary",
            value: ContractSchemas.object(
                "A loss or penalty in a list.",
                [
                    ("name", text), ("task", text), ("summary", text), ("aliases", texts),
                    ("options", texts), ("href", ["type": "string", "format": "uri-reference"]),
                ],
                required: ["name", "task", "summary", "aliases", "options", "href"]
            )
        ),
        .init(
            key: "catalogue-entry",
            value: ContractSchemas.object(
                "A loss or penalty in the catalogue.",
                [
                    ("name", text), ("task", text),
                    ("one_loss_per", ["type": "string", "enum": ["element", "row"]]),
                    ("summary", text),
                    ("formula", ContractSchemas.reference("catalogue-formula")),
                    ("aliases", list("catalogue-alias")), ("options", list("catalogue-option")),
                    ("inputs", list("catalogue-input")),
                    ("conventions", list("catalogue-convention")), ("kinks", texts),
                    ("properties", texts),
                    ("notes", texts), ("references", texts),
                ],
                required: [
                    "name", "task", "summary", "formula", "aliases", "options", "inputs", "kinks",
                    "properties", "notes", "references",
                ]
            )
        ),
        .init(
            key: "catalogue-formula",
            value: ContractSchemas.object(
                "The formula of a loss or penalty, and that of its gradient.",
                [("plain", text), ("gradient", text), ("tex", text)],
                required: ["plain", "gradient", "tex"]
            )
        ),
        .init(
            key: "catalogue-alias",
            value: ContractSchemas.object(
                "Another name of a loss or penalty, and the options that it implies.",
                [("name", text), ("implies", ["type": "object"])],
                required: ["name"]
            )
        ),
        .init(
            key: "catalogue-option",
            value: ContractSchemas.object(
                "An option; its default may be of any type.",
                [
                    ("name", text), ("summary", text), ("type", text), ("default", .object([])),
                    ("allowed", text),
                ],
                required: ["name", "summary", "type", "default", "allowed"]
            )
        ),
        .init(
            key: "catalogue-input",
            value: ContractSchemas.object(
                "An input of a loss, with the shapes that it may have.",
                [
                    ("name", text), ("summary", text), ("differentiable", ["type": "boolean"]),
                    ("forms", list("catalogue-form")),
                ],
                required: ["name", "summary", "differentiable", "forms"]
            )
        ),
        .init(
            key: "catalogue-form",
            value: ContractSchemas.object(
                "A shape of an input, the numbers that it then contains, and the options for which they "
                    + "apply.",
                [("shape", text), ("when", ["type": "object"]), ("domain", text)],
                required: ["shape", "domain"]
            )
        ),
        .init(
            key: "catalogue-convention",
            value: ContractSchemas.object(
                "The defaults of a library.",
                [
                    ("name", text), ("version", text), ("options", ["type": "object"]),
                    ("reduction", text), ("notes", texts),
                ],
                required: ["name", "version", "options", "notes"]
            )
        ),
        .init(
            key: "resources",
            value: ContractSchemas.object(
                "The resources of the service.",
                [
                    ("service", text), ("version", text), ("losses", text), ("penalties", text),
                    ("problems", text), ("contract", text), ("health", texts), ("metrics", text),
                ],
                required: [
                    "service", "version", "losses", "penalties", "problems", "contract", "health",
                    "metrics",
                ]
            )
        ),
        .init(
            key: "contract",
            value: [
                "description": "An OpenAPI 3.1 document.", "type": "object",
                "required": ["openapi", "info", "paths"],
            ]
        ),
    ]

    private static let text: JSONValue = ["type": "string"]
    private static let texts: JSONValue = ["type": "array", "items": text]

    private static func list(_ schema: String) -> JSONValue {
        ["type": "array", "items": ContractSchemas.reference(schema)]
    }

    private static func listing(_ name: String, _ words: [String]) -> JSONValue {
        let names = words + ["outputs"]
        return ContractSchemas.object(
            "The list.",
            [(name, list("catalogue-summary"))] + names.map { ($0, texts) },
            required: [name] + names
        )
    }
}
