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
            key: "catalogue-entry",
            value: [
                "description": "A loss or penalty in the catalogue.",
                "type": "object",
                "required": ["name", "task", "summary", "formula", "aliases", "options"],
            ]
        ),
        .init(
            key: "index",
            value: ["description": "The resources of the service.", "type": "object"]
        ),
        .init(
            key: "contract",
            value: [
                "description": "An OpenAPI 3.1 document.", "type": "object",
                "required": ["openapi", "info", "paths"],
            ]
        ),
    ]

    private static func listing(_ name: String, _ words: [String]) -> JSONValue {
        let list: JSONValue = ["type": "array", "items": ["type": "string"]]
        let text: JSONValue = ["type": "string"]
        let entry = ContractSchemas.object(
            "A loss or penalty.",
            [
                ("name", text), ("task", text), ("summary", text), ("aliases", list),
                ("options", list), ("href", ["type": "string", "format": "uri-reference"]),
            ],
            required: ["name", "task", "summary", "aliases", "options", "href"]
        )
        let entries: JSONValue = ["type": "array", "items": entry]
        let names = words + ["outputs"]
        return ContractSchemas.object(
            "The list.",
            [(name, entries)] + names.map { ($0, list) },
            required: [name] + names
        )
    }
}
