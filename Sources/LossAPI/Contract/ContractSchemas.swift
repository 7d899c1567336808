// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import Requests

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
        tensors("mask", "Numbers 0 or 1, or booleans.", of: flag, prefix: "mask-"),
        shared,
        ContractDocumentSchemas.all,
        lists,
        (Catalogue.losses + Catalogue.penalties).map { lossRequest($0.facts) },
        Catalogue.penalties.map { term($0.facts) },
    ].flatMap { $0 }

    private static let shared: [JSONValue.Member] = [
        .init(key: "reduction", value: reduction),
        .init(key: "outputs", value: outputs),
        .init(key: "loss-result", value: lossResult),
        .init(key: "statistics", value: statistics),
        .init(key: "extreme", value: extreme),
        .init(key: "derivatives", value: derivatives),
        .init(key: "resolved-convention", value: resolvedConvention),
        .init(key: "penalty-result", value: penaltyResult),
        .init(key: "regularization-term", value: regularizationTerm),
    ]

    private static let numbers =
        "A finite number, or a rectangular array of numbers nested to any depth up to the limit. NaN "
        + "and Infinity have no form in JSON."

    private static let number: JSONValue = ["type": "number", "format": "double"]
    private static let flag: JSONValue = ["type": ["integer", "boolean"]]

    /// Schemas of a number and of arrays of numbers.
    ///
    /// - Parameters:
    ///   - name: The name of the schema that accepts all of them.
    ///   - description: The description of that schema.
    ///   - number: The schema of a number.
    ///   - prefix: The beginning of the names of the schemas of arrays.
    /// - Returns: The schemas by name.
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
                + "dimension of the losses, element_mean by the number of losses; mean_of_means and "
                + "mean_of_sums reduce each item of the first dimension by itself and average the "
                + "items. The others are names from other libraries."
        ),
        "type": "string",
        "enum": JSONValue(Reduction.names),
    ]

    private static let lossResult: JSONValue = {
        let normalizer: JSONValue = [
            "type": "number",
            "format": "double",
            "description": "The denominator of the weighted sum of the losses.",
        ]
        let terms: JSONValue = ["type": "array", "items": reference("penalty-result")]
        let skipped: JSONValue = [
            "type": "integer", "description": "The number of losses skipped for a missing value.",
        ]
        return object(
            "The result of a loss. Derivatives are those of the reduced data loss.",
            derived + [
                ("data_loss", reference("numbers")), ("normalizer", normalizer),
                ("skipped", skipped), ("statistics", reference("statistics")),
                ("convention", reference("resolved-convention")), ("regularization", terms),
            ],
            required: ["normalizer"]
        )
    }()

    /// The members of the results of losses and penalties.
    private static let derived: [(String, JSONValue)] = [
        ("loss", reference("numbers")), ("gradient", reference("numbers")),
        ("gradients", reference("derivatives")), ("hessian", reference("numbers")),
        ("hessians", reference("derivatives")), ("elements", reference("numbers")),
    ]

    private static let derivatives: JSONValue = [
        "description": "A derivative with respect to each requested input, by its name.",
        "type": "object",
        "additionalProperties": reference("numbers"),
    ]

    private static let statistics = object(
        "Statistics of the losses. Variance and standard error are null for less than two losses.",
        [
            ("count", ["type": "integer"]), ("mean", number), ("variance", orNull(number)),
            ("standard_error", orNull(number)), ("least", reference("extreme")),
            ("greatest", reference("extreme")),
        ],
        required: ["count", "mean", "variance", "standard_error", "least", "greatest"]
    )

    private static let extreme = object(
        "The least or greatest loss, and its first place.",
        [("loss", number), ("place", ["type": "array", "items": ["type": "integer"]])],
        required: ["loss", "place"]
    )

    private static let resolvedConvention = object(
        "The convention in force, and the options that follow from it.",
        [
            ("name", ["type": "string"]), ("version", ["type": "string"]),
            ("reduction", ["type": "string"]), ("options", ["type": "object"]),
        ],
        required: ["name", "version", "reduction", "options"]
    )

    private static let penaltyResult = object(
        "The result of a penalty that is added to a loss.",
        [
            ("loss", number), ("gradient", reference("numbers")), ("normalizer", number),
        ],
        required: ["loss", "gradient", "normalizer"]
    )

    private static let regularizationTerm: JSONValue = [
        "description": "A penalty added to the loss.",
        "oneOf": .array(Catalogue.penalties.map { reference("\($0.facts.name)-term") }),
    ]

    private static func lossRequest(_ facts: Facts) -> JSONValue.Member {
        let inputs = facts.signature.inputs
        let names = RequestField.all(of: facts)
        let common = RequestField.common.filter { names.contains($0.name) }
        let fields =
            inputs.map { ($0.name, described($0.summary.sentence, reference("numbers"))) }
            + common.map { ($0.name, schema($0.field, of: facts)) }
            + facts.options.map { ($0.name, schema($0)) }
        return .init(
            key: "\(facts.name)-request",
            value: request(facts.summary, fields, required: inputs.map { $0.name })
        )
    }

    /// The schema of a field that every loss has.
    private static func schema(_ field: RequestField, of facts: Facts) -> JSONValue {
        switch field {
        case .weights: reference("weights")
        case .mask:
            described(
                "1 for each loss that takes part, 0 for each that does not.",
                reference("mask")
            )
        case .missing: choice("What to do with null in an input.", MissingValues.self, .error)
        case .reduction: reference("reduction")
        case .normalizer:
            JSONValue(
                present: [
                    (
                        "description",
                        .string("A denominator of the caller's own, for mean and mean_of_sums.")
                    )
                ] + number(.positive)
            )
        case .emptyRows: choice("What items without losses count.", EmptyRows.self, .drop)
        case .outputs: reference("outputs")
        case .gradientOf:
            [
                "description": "The inputs to differentiate in.",
                "type": "array", "minItems": 1,
                "items": [
                    "type": "string",
                    "enum": JSONValue(
                        facts.signature.differentiable.map { facts.signature.inputs[$0].name }
                    ),
                ],
            ]
        case .hessianKind:
            choice("The second derivatives: exact, or a surrogate >= 0.", HessianKind.self, .exact)
        case .hessianFloor:
            JSONValue(
                present: [("description", .string("The lower bound of surrogates."))]
                    + number(.nonNegative)
            )
        case .convention:
            [
                "description": "The library whose defaults apply.",
                "type": "string", "enum": JSONValue(facts.conventions.map { $0.name }),
            ]
        case .regularization:
            [
                "description": .string(
                    "Penalties to add: loss is then the total, and data_loss the loss without them."
                ),
                "type": "array",
                "items": reference("regularization-term"),
            ]
        case .input, .option: [:]
        }
    }

    private static func choice<Value: RawRepresentable<String> & CaseIterable>(
        _ description: String,
        _: Value.Type,
        _ value: Value
    ) -> JSONValue {
        [
            "description": .string(description),
            "type": "string",
            "enum": JSONValue(Value.allCases.map { $0.rawValue }),
            "default": .string(value.rawValue),
        ]
    }

    /// A schema with a description of its own.
    private static func described(_ description: String, _ schema: JSONValue) -> JSONValue {
        ["description": .string(description), "oneOf": [schema]]
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

    private static let outputs: JSONValue = [
        "description": "The outputs to compute.",
        "type": "array",
        "minItems": 1,
        "items": ["type": "string", "enum": JSONValue(Outputs.names.map { $0.name })],
        "default": ["loss", "gradient"],
    ]

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

extension String {
    /// A noun phrase as a sentence.
    fileprivate var sentence: String { prefix(1).uppercased() + dropFirst() + "." }
}
