// SPDX-License-Identifier: Apache-2.0

import LossFunctions

/// JSON Schemas of requests and results.
enum ContractSchemas {
    static func reference(_ name: String) -> JSONValue {
        ["$ref": .string("#/components/schemas/\(name)")]
    }

    static let all: [JSONValue.Member] = [
        tensors("numbers", numbers, of: number, prefix: ""),
        tensors(
            "weights",
            "A number, one per row, or one per loss; not negative.",
            of: JSONValue(present: number(.nonNegative)),
            prefix: "weight-"
        ),
        shared,
        ContractDocumentSchemas.all,
        lists,
        Catalogue.losses.map { lossRequest($0.facts) },
        Catalogue.penalties.map { penaltyRequest($0.facts) },
        Catalogue.penalties.map { term($0.facts) },
    ].flatMap { $0 }

    private static let shared: [JSONValue.Member] = [
        .init(key: "reduction", value: reduction),
        .init(
            key: "loss-outputs",
            value: outputs(
                LossRequestBuilder.outputNames.map { $0.name },
                default: ["loss", "gradient"]
            )
        ),
        .init(
            key: "penalty-outputs",
            value: outputs(
                PenaltyRequestBuilder.outputNames.map { $0.name },
                default: ["value", "gradient"]
            )
        ),
        .init(key: "loss-result", value: lossResult),
        .init(key: "penalty-result", value: penaltyResult),
        .init(key: "regularization-term", value: regularizationTerm),
    ]

    private static let numbers =
        "A finite number, or a rectangular array of numbers nested to any depth up to the limit. NaN "
        + "and Infinity have no form in JSON."

    private static let number: JSONValue = ["type": "number", "format": "double"]

    /// Schemas of a number and of arrays of numbers.
    ///
    /// - Parameters:
    ///   - name: The name of the schema that accepts all of them.
    ///   - description: The description of that schema.
    ///   - number: The schema of a number.
    ///   - prefix: The beginning of the names of the schemas of arrays.
    private static func tensors(
        _ name: String,
        _ description: String,
        of number: JSONValue,
        prefix: String
    ) -> [JSONValue.Member] {
        let (vector, matrix) = (prefix + "vector", prefix + "matrix")
        let (third, fourth) = (prefix + "tensor-3", prefix + "tensor-4")
        return [
            .init(
                key: name,
                value: [
                    "description": .string(description),
                    "oneOf": [
                        number, reference(vector), reference(matrix), reference(third),
                        reference(fourth), higherTensor,
                    ],
                ]
            ),
            .init(key: vector, value: array("Numbers.", of: number)),
            .init(key: matrix, value: array("Vectors of equal length.", of: reference(vector))),
            .init(key: third, value: array("Matrices of equal shape.", of: reference(matrix))),
            .init(key: fourth, value: array("Tensors of equal shape.", of: reference(third))),
        ]
    }

    /// An array nested five times or deeper: generators of clients fail on a recursive schema, and
    /// on an array without the keyword `items`.
    private static let higherTensor = (0..<5).reduce(.object([])) { items, _ in
        array(nil, of: items)
    }

    private static func array(_ description: String?, of items: JSONValue) -> JSONValue {
        JSONValue(present: [
            ("description", description.map { .string($0) }), ("type", "array"), ("minItems", 1),
            ("items", items),
        ])
    }

    private static let reduction: JSONValue = [
        "description": .string(
            "How the losses are reduced: mean is sum(w l) / sum(w), batch_mean divides by the first "
                + "dimension of the losses, element_mean by the number of losses. The last three are names from "
                + "other libraries."
        ),
        "type": "string",
        "enum": JSONValue(Reduction.names),
        "default": "mean",
    ]

    private static let lossResult: JSONValue = {
        let normalizer: JSONValue = [
            "type": "number",
            "format": "double",
            "description": "The denominator of the weighted sum of the losses.",
        ]
        let terms: JSONValue = ["type": "array", "items": reference("penalty-result")]
        return object(
            "The result of a loss. Derivatives are those of the reduced data loss.",
            [
                ("loss", reference("numbers")), ("data_loss", reference("numbers")),
                ("gradient", reference("numbers")), ("hessian", reference("numbers")),
                ("elements", reference("numbers")), ("normalizer", normalizer),
                ("regularization", terms),
            ],
            required: ["normalizer"]
        )
    }()

    private static let penaltyResult = object(
        "The result of a penalty.",
        [
            ("value", number), ("gradient", reference("numbers")),
            ("hessian", reference("numbers")),
        ],
        required: []
    )

    private static let regularizationTerm: JSONValue = [
        "description": "A penalty added to the loss.",
        "oneOf": .array(Catalogue.penalties.map { reference("\($0.facts.name)-term") }),
    ]

    private static func lossRequest(_ facts: Facts) -> JSONValue.Member {
        let regularization: JSONValue = [
            "description": .string(
                "Penalties to add: loss is then the total, and data_loss the loss without them."
            ),
            "type": "array",
            "items": reference("regularization-term"),
        ]
        let fields: [(String, JSONValue)] = [
            ("predictions", reference("numbers")), ("targets", reference("numbers")),
            ("weights", reference("weights")), ("reduction", reference("reduction")),
            ("outputs", reference("loss-outputs")),
            ("regularization", regularization),
        ]
        return .init(
            key: "\(facts.name)-request",
            value: request(
                facts.summary,
                fields + facts.options.map { ($0.name, schema($0)) },
                required: ["predictions", "targets"]
            )
        )
    }

    private static func penaltyRequest(_ facts: Facts) -> JSONValue.Member {
        let fields: [(String, JSONValue)] = [
            ("parameters", reference("numbers")), ("outputs", reference("penalty-outputs")),
        ]
        return .init(
            key: "\(facts.name)-request",
            value: request(
                facts.summary,
                fields + facts.options.map { ($0.name, schema($0)) },
                required: ["parameters"]
            )
        )
    }

    private static func term(_ facts: Facts) -> JSONValue.Member {
        let names = [facts.name] + facts.aliases.map { $0.name }
        let fields: [(String, JSONValue)] = [
            (
                "penalty",
                [
                    "description": "The name of the penalty, or an alias.",
                    "type": "string", "enum": JSONValue(names),
                ]
            ),
            ("parameters", reference("numbers")),
        ]
        return .init(
            key: "\(facts.name)-term",
            value: request(
                facts.summary,
                fields + facts.options.map { ($0.name, schema($0)) },
                required: ["penalty", "parameters"]
            )
        )
    }

    private static func outputs(_ names: [String], default chosen: [String]) -> JSONValue {
        [
            "description": "The outputs to compute.",
            "type": "array",
            "minItems": 1,
            "items": ["type": "string", "enum": JSONValue(names)],
            "default": JSONValue(chosen),
        ]
    }

    /// A request object, in which null means that a field is omitted.
    private static func request(
        _ description: String,
        _ properties: [(String, JSONValue)],
        required: [String]
    ) -> JSONValue {
        object(
            description,
            properties.map { ($0.0, required.contains($0.0) ? $0.1 : orNull($0.1)) },
            required: required
        )
    }

    /// The schema that also accepts null.
    private static func orNull(_ schema: JSONValue) -> JSONValue {
        guard case .object(let members) = schema else { return schema }
        if schema["$ref"] != nil { return ["oneOf": [schema, ["type": "null"]]] }
        return .object(
            members.map { member in
                switch (member.key, member.value) {
                case ("type", let type): .init(key: "type", value: [type, "null"])
                case ("enum", .array(let words)): .init(key: "enum", value: .array(words + [.null]))
                case ("oneOf", .array(let schemas)):
                    .init(key: "oneOf", value: .array(schemas + [["type": "null"]]))
                default: member
                }
            }
        )
    }

    /// An object that has these fields and no others.
    static func object(
        _ description: String,
        _ properties: [(String, JSONValue)],
        required: [String]
    ) -> JSONValue {
        JSONValue(present: [
            ("description", .string(description)),
            ("type", "object"),
            ("required", required.isEmpty ? nil : JSONValue(required)),
            ("properties", JSONValue(present: properties)),
            ("additionalProperties", false),
        ])
    }

    /// The schema of an option: its kind, range and default.
    private static func schema(_ option: OptionDeclaration) -> JSONValue {
        let description = ("description", JSONValue.string(option.summary))
        switch option.kind {
        case .number(let value, let range):
            return JSONValue(
                present: [description] + number(range) + [("default", .number(value))]
            )
        case .integer:
            return JSONValue(present: [
                description,
                ("type", "integer"), ("default", option.defaultValue),
            ])
        case .flag(let value):
            return JSONValue(present: [
                description, ("type", "boolean"), ("default", .boolean(value)),
            ])
        case .choice(let value, let allowed):
            return JSONValue(present: [
                description, ("type", "string"), ("enum", JSONValue(allowed)),
                ("default", .string(value)),
            ])
        case .numbers(let value, _):
            // A default of a oneOf is stated in words: generators of Go clients write code for it
            // that does not compile.
            let summary =
                value.map { "\(option.summary) The default is \($0.shortest)." } ?? option.summary
            return ["description": .string(summary), "oneOf": [reference(listName(of: option))]]
        }
    }

    /// Schemas of the options that are a number or a list of numbers, which thus have names in
    /// clients.
    private static let lists: [JSONValue.Member] =
        Catalogue.losses.flatMap { $0.facts.options }.compactMap { option in
            guard case .numbers(_, let range) = option.kind else { return nil }
            let item = JSONValue(present: number(range))
            return .init(
                key: listName(of: option),
                value: [
                    "description": .string(option.summary),
                    "oneOf": [item, array(nil, of: item)],
                ]
            )
        }

    private static func listName(of option: OptionDeclaration) -> String {
        option.name.split(separator: "_").joined(separator: "-")
    }

    private static func number(_ range: Interval) -> [(String, JSONValue?)] {
        [
            ("type", "number"), ("format", "double"),
            (
                range.includesLower ? "minimum" : "exclusiveMinimum",
                range.lower.isFinite ? .number(range.lower) : nil
            ),
            (
                range.includesUpper ? "maximum" : "exclusiveMaximum",
                range.upper.isFinite ? .number(range.upper) : nil
            ),
        ]
    }
}
