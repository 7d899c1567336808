// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// JSON Schemas of the documents.
enum ContractDocumentSchemas {
    static let all: [JSONValue.Member] = facts + documents

    /// Schemas of the facts by which lists are filtered.
    private static let facts: [JSONValue.Member] = CatalogueFilter.fields.map { field in
        .init(
            key: field.schema,
            value: [
                "description": .string(field.meaning),
                "type": "string", "enum": JSONValue(field.allowed),
            ]
        )
    }

    private static let documents: [JSONValue.Member] = [
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
                        "description":
                            "Offset in bytes, from 0, of an error in the syntax of the body.",
                    ],
                    "allowed": [
                        "type": "array",
                        "description": "The values or ranges that are accepted.",
                        "items": ["type": "string"],
                    ],
                    "reason": [
                        "type": "string",
                        "description": "The kind of error in the syntax or in a number.",
                    ],
                ],
            ]
        ),
        .init(
            key: "problem-kind",
            value: FieldSchemas.object(
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
            value: FieldSchemas.object(
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
            value: FieldSchemas.object(
                "The health of the server.",
                [("status", ["type": "string", "enum": ["ok", "draining"]])],
                required: ["status"]
            )
        ),
        .init(
            key: "detailed-health",
            value: FieldSchemas.object(
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
        .init(key: "losses-list", value: listing("losses")),
        .init(key: "penalties-list", value: listing("penalties")),
        .init(
            key: "catalogue-summary",
            value: FieldSchemas.object(
                "A loss or penalty in a list.",
                [
                    ("name", text), ("family", ContractSchemas.reference("family")),
                    ("unit", ContractSchemas.reference("unit")), ("summary", text),
                    ("aliases", texts), ("options", texts),
                    ("properties", list("loss-property")), ("conventions", texts),
                    ("bounds", ContractSchemas.reference("catalogue-bounds")),
                    ("minimizer", ContractSchemas.reference("catalogue-minimizer")),
                    ("href", link),
                ],
                required: [
                    "name", "family", "unit", "summary", "aliases", "options", "properties",
                    "conventions", "href",
                ]
            )
        ),
        .init(
            key: "catalogue-entry",
            value: FieldSchemas.object(
                "A loss or penalty in the catalogue.",
                [
                    ("name", text), ("family", ContractSchemas.reference("family")),
                    ("unit", ContractSchemas.reference("unit")),
                    ("summary", text),
                    ("formula", ContractSchemas.reference("catalogue-formula")),
                    ("aliases", list("catalogue-alias")), ("options", list("catalogue-option")),
                    ("inputs", list("catalogue-input")),
                    ("default_reduction", text),
                    ("gradient_kind", ContractSchemas.reference("gradient-kind")),
                    ("steps", text), ("conventions", list("catalogue-convention")),
                    ("kinks", texts),
                    ("properties", texts),
                    ("bounds", ContractSchemas.reference("catalogue-bounds")),
                    ("minimizer", ContractSchemas.reference("catalogue-minimizer")),
                    ("relations", list("catalogue-relation")), ("outputs", texts),
                    ("diagnostics", texts),
                    ("notes", texts), ("references", texts), ("schema", link), ("examples", link),
                ],
                required: [
                    "name", "family", "unit", "summary", "formula", "aliases", "options", "inputs",
                    "default_reduction", "gradient_kind", "conventions", "kinks", "properties",
                    "outputs", "notes", "references", "schema", "examples",
                ]
            )
        ),
        .init(
            key: "catalogue-bounds",
            value: FieldSchemas.object(
                "Upper bounds of the loss and of the magnitudes of its derivatives in each number of the primary "
                    + "inputs, in terms of options and of the lengths of the inputs; the least ones unless they "
                    + "say \"less than\". One that is missing is infinite, or not known in closed form.",
                [
                    ("when", ["type": "object"]), ("loss", text), ("gradient", text),
                    ("hessian", text),
                ]
            )
        ),
        .init(
            key: "catalogue-minimizer",
            value: FieldSchemas.object(
                "The constant prediction that minimizes the mean loss: a statistic of the targets; a "
                    + "mean through a link that flags may select. It is missing where there is none in closed "
                    + "form.",
                [
                    ("statistic", text), ("links", list("catalogue-link")),
                ],
                required: ["statistic"]
            )
        ),
        .init(
            key: "catalogue-link",
            value: FieldSchemas.object(
                "A link, the flag that selects it, and the mean as a function of a prediction p.",
                [
                    ("if", text), ("link", text), ("mean", text),
                ],
                required: ["link", "mean"]
            )
        ),
        .init(
            key: "catalogue-relation",
            value: FieldSchemas.object(
                "Another loss that this one equals, times a factor and to the last bit, with options of both.",
                [
                    ("options", ["type": "object"]),
                    ("factor", ["type": "number", "format": "double"]),
                    ("loss", text),
                    ("loss_options", ["type": "object"]),
                ],
                required: ["options", "factor", "loss", "loss_options"]
            )
        ),
        .init(
            key: "gradient-kind",
            value: [
                "description": .string(
                    "Whether the gradient is the derivative of the loss, or that for constant weights, "
                        + "although they depend on the predictions, or that of another loss."
                ),
                "type": "string",
                "enum": JSONValue(Facts.GradientKind.allCases.map { $0.rawValue }),
            ]
        ),
        .init(
            key: "catalogue-formula",
            value: FieldSchemas.object(
                "The formula of a loss or penalty, and that of its gradient.",
                [("plain", text), ("gradient", text), ("tex", text)],
                required: ["plain", "gradient", "tex"]
            )
        ),
        .init(
            key: "catalogue-alias",
            value: FieldSchemas.object(
                "Another name of a loss or penalty, and the options and convention that it implies.",
                [("name", text), ("implies", ["type": "object"]), ("convention", text)],
                required: ["name"]
            )
        ),
        .init(
            key: "catalogue-option",
            value: FieldSchemas.object(
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
            value: FieldSchemas.object(
                "An input of a loss, with the shapes that it may have.",
                [
                    ("name", text), ("summary", text), ("required", ["type": "boolean"]),
                    ("differentiable", ["type": "boolean"]), ("forms", list("catalogue-form")),
                    ("by_sequence", ["type": "boolean"]),
                    ("tokens", ContractSchemas.reference("catalogue-tokens")),
                ],
                required: ["name", "summary", "required", "differentiable", "forms"]
            )
        ),
        .init(
            key: "catalogue-tokens",
            value: FieldSchemas.object(
                "The shape of an input of tokens, the field that marks those that count, the field with the "
                    + "lengths of responses whose tokens follow each other, and the value of "
                    + "log_probability with which the loss is usually defined.",
                [("shape", text), ("mask", text), ("lengths", text), ("usual", text)],
                required: ["shape", "mask", "lengths", "usual"]
            )
        ),
        .init(
            key: "catalogue-form",
            value: FieldSchemas.object(
                "A shape of an input, the numbers that it then contains, and the options for which they "
                    + "apply.",
                [
                    ("shape", text), ("when", ["type": "object"]), ("domain", text),
                    (
                        "kind",
                        [
                            "type": "string",
                            "enum": JSONValue(Domain.Kind.allCases.map { $0.rawValue }),
                        ]
                    ),
                    (
                        "number",
                        [
                            "description": "The JSON Schema (2020-12) of one number.",
                            "type": "object",
                        ]
                    ),
                ],
                required: ["shape", "domain", "kind", "number"]
            )
        ),
        .init(
            key: "catalogue-convention",
            value: FieldSchemas.object(
                "The defaults of a library.",
                [
                    ("name", text), ("version", text), ("options", ["type": "object"]),
                    ("reduction", text), ("counts_classes", ["type": "boolean"]),
                    ("hessian_kind", text), ("hessian_scale", text),
                    ("hessian_floor", ["type": "number", "format": "double"]), ("notes", texts),
                ],
                required: ["name", "version", "options", "hessian_kind", "notes"]
            )
        ),
        .init(
            key: "request-schema",
            value: [
                "description": "A JSON Schema (2020-12) of the requests to a loss or penalty.",
                "type": "object",
            ]
        ),
        .init(
            key: "request-examples",
            value: FieldSchemas.object(
                "Examples of requests with the responses of the service.",
                [("examples", list("request-example"))],
                required: ["examples"]
            )
        ),
        .init(
            key: "request-example",
            value: FieldSchemas.object(
                "A request and its response.",
                [
                    ("name", text), ("summary", text), ("request", ["type": "object"]),
                    ("response", ContractSchemas.reference("result")),
                ],
                required: ["name", "summary", "request", "response"]
            )
        ),
        .init(
            key: "resources",
            value: FieldSchemas.object(
                "The resources of the service.",
                [
                    ("service", text), ("version", text), ("losses", text), ("penalties", text),
                    ("evaluation_metrics", text), ("computations", texts), ("problems", text),
                    ("contract", text),
                    ("health", texts), ("metrics", text),
                ],
                required: [
                    "service", "version", "losses", "penalties", "evaluation_metrics",
                    "computations", "problems",
                    "contract", "health",
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

    private static let link: JSONValue = ["type": "string", "format": "uri-reference"]
    private static let text: JSONValue = ["type": "string"]
    private static let texts: JSONValue = ["type": "array", "items": text]

    private static func list(_ schema: String) -> JSONValue {
        ["type": "array", "items": ContractSchemas.reference(schema)]
    }

    private static let hint: JSONValue = [
        "type": "string",
        "description": "The advice on a name in the query that no entry has.",
    ]

    private static func listing(_ name: String) -> JSONValue {
        let names = ["reductions", "outputs"]
        return FieldSchemas.object(
            "The entries, and the names of reductions and outputs.",
            [(name, list("catalogue-summary")), ("hint", hint)] + names.map { ($0, texts) },
            required: [name] + names
        )
    }
}
