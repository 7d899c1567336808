// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import Requests

/// JSON Schemas of requests and results.
enum ContractSchemas {
    private static let fields = FieldSchemas(base: "#/components/schemas/", statesDefaults: false)

    static func reference(_ name: String) -> JSONValue { fields.reference(name) }

    static let all: [JSONValue.Member] = [
        tensors("numbers", numbers, of: number, prefix: ""),
        tensors(
            "nullable-numbers",
            numbers
                + " Null is a missing value in an input, and a loss that is left out in a result.",
            of: ["type": ["number", "null"], "format": "double"],
            prefix: "nullable-"
        ),
        tensors(
            "weights",
            "A number, one per row, or one per loss; not negative.",
            of: FieldSchemas.number(nil, .nonNegative),
            prefix: "weight-"
        ),
        tensors("mask", "Numbers 0 or 1, or booleans.", of: flag, prefix: "mask-"),
        requests,
        named,
        results,
        ContractDocumentSchemas.all,
    ].flatMap { $0 }

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
        func array(_ description: String, of items: JSONValue) -> JSONValue {
            FieldSchemas.array(description, of: items)
        }
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
        FieldSchemas.array(nil, of: items)
    }

    // MARK: Requests

    private static let requests: [JSONValue.Member] = [
        .init(
            key: "loss-request",
            value: FieldSchemas.object(
                "A request to a loss: its inputs and options, and fields that every loss has. Listed are "
                    + "the fields that have one type in all losses. The schema of one loss, with its "
                    + "required fields, ranges and defaults, is at /v1/losses/{loss}/schema.",
                properties(of: .losses),
                allowsOthers: true
            )
        ),
        .init(
            key: "penalty-request",
            value: FieldSchemas.object(
                "A request to a penalty. The schema of one penalty, with its ranges and defaults, is at "
                    + "/v1/penalties/{penalty}/schema.",
                properties(of: .penalties),
                required: ["parameters"],
                allowsOthers: true
            )
        ),
        .init(
            key: "regularization-term",
            value: FieldSchemas.object(
                "A penalty to add to a loss, with its options.",
                [
                    (
                        "penalty",
                        [
                            "description": "The name of the penalty, or an alias.",
                            "type": "string",
                        ]
                    ),
                    ("parameters", reference("numbers")),
                ] + options(of: .penalties),
                required: ["penalty", "parameters"],
                allowsOthers: true
            )
        ),
    ]

    /// The fields of all losses or penalties.
    private static func properties(of list: CatalogueList) -> [(String, JSONValue)] {
        let facts = list.entries.map { $0.facts }
        let inputs = facts.flatMap { $0.signature.inputs }
        var summaries: [(input: String, texts: Set<String>)] = []
        for input in inputs {
            if let index = summaries.firstIndex(where: { $0.input == input.name }) {
                summaries[index].texts.insert(input.summary)
            } else {
                summaries.append((input.name, [input.summary]))
            }
        }
        let names = Set(facts.flatMap { RequestField.all(of: $0) })
        let common = RequestField.common.filter { names.contains($0.name) }
        return summaries.map { input, texts in
            let summary =
                texts.count == 1
                ? texts.joined().sentence : "The \(input) of the loss, see its description."
            return (input, FieldSchemas.described(summary, reference("nullable-numbers")))
        } + common.map { ($0.name, property($0.name, schema($0.field))) } + options(of: list)
    }

    private static func schema(_ field: RequestField) -> JSONValue {
        let schema = fields.common(field)
        return field == .outputs
            ? schema.replacing("items", with: reference("output")) : schema
    }

    /// The schema of a property: a reference, if clients need a name for its type.
    ///
    /// It does not accept null, although the service does: a client would send it for each field that is
    /// not set, even to a loss that does not have the field.
    private static func property(_ name: String, _ schema: JSONValue) -> JSONValue {
        guard isNamed(schema), case .string(let description) = schema["description"] else {
            return schema
        }
        return FieldSchemas.described(description, reference(schemaName(of: name)))
    }

    /// Whether a schema has a name: an enumeration, or a number or list of numbers.
    private static func isNamed(_ schema: JSONValue) -> Bool {
        schema["enum"] != nil || schema["oneOf"]?.count ?? 0 > 1
    }

    private static func schemaName(of field: String) -> String {
        field.replacing("_", with: "-")
    }

    /// The options of all losses or penalties that have one type in all of them.
    private static func options(of list: CatalogueList) -> [(String, JSONValue)] {
        let facts = list.entries.map { $0.facts }
        let inputs = Set(facts.flatMap { $0.signature.inputs.map { $0.name } })
        let all = facts.flatMap { $0.options }
        var names: [String] = []
        for option in all where !names.contains(option.name) && !inputs.contains(option.name) {
            names.append(option.name)
        }
        return names.compactMap { name in
            union(of: all.filter { $0.name == name }).map { (name, property(name, $0)) }
        }
    }

    /// The schema of the options with a name; `nil` if they differ in type.
    private static func union(of options: [OptionDeclaration]) -> JSONValue? {
        guard let first = options.first,
            options.allSatisfy({ $0.typeName == first.typeName })
        else { return nil }
        guard options.allSatisfy({ $0 == first }) else { return schemaOfSeveral(first) }
        // A default is stated in words, see `FieldSchemas.statesDefaults`.
        let preset = first.defaultOptionValue.map { " The default is \(JSONValue($0).word)." }
        return fields.option(first)
            .replacing("description", with: .string(first.summary + (preset ?? "")))
    }

    /// The schema of options of one type that differ in range, default or meaning.
    private static func schemaOfSeveral(_ option: OptionDeclaration) -> JSONValue? {
        let summary: JSONValue = [
            "description": "Its meaning, range and default depend on the loss."
        ]
        switch option.kind {
        case .number: return summary + number
        case .integer: return summary + ["type": "integer"]
        case .flag: return summary + ["type": "boolean"]
        case .choice: return summary + ["type": "string"]
        case .numbers: return nil
        }
    }

    /// The schemas of fields that have names.
    private static let named: [JSONValue.Member] = {
        let output = JSONValue.Member(
            key: "output",
            value: [
                "description": "The name of an output.", "type": "string",
                "enum": JSONValue(Outputs.names.map { $0.name }),
            ]
        )
        let common = RequestField.common.map { ($0.name, fields.common($0.field)) }
        let options = CatalogueList.allCases.flatMap { $0.entries }.flatMap { $0.facts.options }
            .map { ($0.name, fields.option($0)) }
        return (common + options).reduce(into: [output]) { members, field in
            let name = schemaName(of: field.0)
            guard isNamed(field.1), !members.contains(where: { $0.key == name }) else { return }
            members.append(.init(key: name, value: field.1))
        }
    }()

    // MARK: Results

    private static let results: [JSONValue.Member] =
        [
            .init(key: "result", value: result),
            .init(key: "statistics", value: statistics),
            .init(key: "extreme", value: extreme),
            .init(key: "derivatives", value: derivatives),
            .init(key: "resolved-convention", value: resolvedConvention),
            .init(key: "penalty-result", value: penaltyResult),
        ]

    private static let result: JSONValue = {
        let normalizer: JSONValue = [
            "type": "number",
            "format": "double",
            "description": "The denominator of the weighted sum of the losses.",
        ]
        let terms: JSONValue = ["type": "array", "items": reference("penalty-result")]
        let skipped: JSONValue = [
            "type": "integer", "description": "The number of losses skipped for a missing value.",
        ]
        return FieldSchemas.object(
            "The result of a loss or penalty. Derivatives are those of the reduced data loss.",
            [
                ("loss", reference("nullable-numbers")), ("gradient", reference("numbers")),
                ("gradients", reference("derivatives")), ("hessian", reference("numbers")),
                ("hessians", reference("derivatives")),
                ("elements", reference("nullable-numbers")), ("data_loss", reference("numbers")),
                ("normalizer", normalizer), ("skipped", skipped),
                ("statistics", reference("statistics")),
                ("convention", reference("resolved-convention")), ("regularization", terms),
            ],
            required: ["normalizer"]
        )
    }()

    private static let derivatives: JSONValue = [
        "description": "A derivative with respect to each requested input, by its name.",
        "type": "object",
        "additionalProperties": reference("numbers"),
    ]

    private static let statistics = FieldSchemas.object(
        "Statistics of the losses. Variance and standard error are null for less than two losses.",
        [
            ("count", ["type": "integer"]), ("mean", number),
            ("variance", FieldSchemas.orNull(number)),
            ("standard_error", FieldSchemas.orNull(number)), ("least", reference("extreme")),
            ("greatest", reference("extreme")),
        ],
        required: ["count", "mean", "variance", "standard_error", "least", "greatest"]
    )

    private static let extreme = FieldSchemas.object(
        "The least or greatest loss, and its first place.",
        [("loss", number), ("place", ["type": "array", "items": ["type": "integer"]])],
        required: ["loss", "place"]
    )

    private static let resolvedConvention = FieldSchemas.object(
        "The convention in force, and the options that follow from it.",
        [
            ("name", ["type": "string"]), ("version", ["type": "string"]),
            ("reduction", ["type": "string"]), ("options", ["type": "object"]),
        ],
        required: ["name", "version", "reduction", "options"]
    )

    private static let penaltyResult = FieldSchemas.object(
        "The result of a penalty that is added to a loss.",
        [
            ("loss", number), ("gradient", reference("numbers")), ("normalizer", number),
        ],
        required: ["loss", "gradient", "normalizer"]
    )
}
