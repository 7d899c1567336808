// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import Requests

/// JSON Schemas of the fields of a request, for the API description and the schema of each loss.
struct FieldSchemas {
    /// The beginning of references to named schemas.
    let base: String
    /// Whether the keyword `default` is used.
    ///
    /// Generated clients send the defaults of the API description with every request, even to a loss
    /// that does not have the option.
    let statesDefaults: Bool

    func reference(_ name: String) -> JSONValue { ["$ref": .string(base + name)] }

    /// The schema of a field that every loss has.
    func common(_ field: RequestField) -> JSONValue {
        switch field {
        case .weights: reference("weights")
        case .mask:
            Self.described(
                "1 for each loss to include, 0 for each to leave out.",
                reference("mask")
            )
        case .tokenMask:
            Self.described(
                "1 for each token that counts, 0 for others: prompts and padding.",
                reference("mask")
            )
        case .lengths:
            Self.array(
                "The lengths of sequences that follow each other in one dimension.",
                of: ["type": "integer", "minimum": 0, "maximum": .integer(1 << 53)]
            )
        case .logProbability:
            [
                "description": .string(
                    "How the tokens of a response, in the last dimension, make up its logarithm of a "
                        + "probability; omit it if each response has one number."
                ),
                "type": "string",
                "enum": JSONValue(LogProbability.allCases.map { $0.rawValue }),
            ]
        case .missing: choice("The treatment of null in an input.", MissingValues.self, .error)
        case .reduction:
            [
                "description": .string(
                    "How the losses are reduced: mean is sum(w l) / sum(w), batch_mean divides by the "
                        + "first dimension of the losses, element_mean by the number of losses; "
                        + "mean_of_means and mean_of_sums reduce each item of the first dimension "
                        + "separately and average the results. The others are names of other libraries."
                ),
                "type": "string",
                "enum": JSONValue(Reduction.names),
            ]
        case .normalizer:
            Self.number(
                "A denominator supplied by the client, for mean and mean_of_sums.",
                .positive
            )
        case .emptyRows: choice("How items without losses count.", EmptyRows.self, .drop)
        case .outputs:
            withDefault(
                ["loss", "gradient"],
                Self.names("The outputs to compute.", ["enum": JSONValue(Self.outputs)])
            )
        case .offset:
            [
                "description":
                    "The number of losses of the data set before the first, for partial sums.",
                "type": "integer", "format": "int64", "minimum": 0,
                "maximum": .integer((1 << 53) - 1),
            ]
        case .groups:
            [
                "description": .string(
                    "The group of each item of the first dimension, for partial sums: all strings or "
                        + "all integers."
                ),
                "type": "array", "items": ["oneOf": [["type": "string"], Self.integer()]],
            ]
        case .gradientOf: Self.names("The inputs with respect to which to differentiate.")
        case .hessianKind:
            choice("The kind of Hessian: exact, or a surrogate >= 0.", HessianKind.self, .exact)
        case .hessianScale: Self.number("The factor of surrogates.", .positive)
        case .hessianFloor: Self.number("The lower bound of surrogates.", .nonNegative)
        case .step: Self.number("The step of the proximal operator.", .positive)
        case .convention:
            ["description": "The library whose defaults apply.", "type": "string"]
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

    /// The schema of an option: its kind, range and default.
    func option(_ option: OptionDeclaration) -> JSONValue {
        withDefault(
            option.defaultValue,
            ["description": .string(option.summary)] + Self.values(of: option)
        )
    }

    /// The schema of the values of an option: their kind and range.
    static func values(of option: OptionDeclaration) -> JSONValue {
        switch option.kind {
        case .number(_, let range): return number(nil, range)
        case .integer(_, let range): return integer(range)
        case .flag: return ["type": "boolean"]
        case .choice(_, let allowed): return ["type": "string", "enum": JSONValue(allowed)]
        case .numbers(_, let range):
            let item = number(nil, range)
            return ["oneOf": [item, array(nil, of: item)]]
        }
    }

    private static let outputs = Outputs.names.map { $0.name }

    private static func names(_ description: String, _ more: JSONValue = [:]) -> JSONValue {
        [
            "description": .string(description), "type": "array", "minItems": 1,
            "items": ["type": "string"] + more,
        ]
    }

    private func choice<Value: RawRepresentable<String> & CaseIterable>(
        _ description: String,
        _: Value.Type,
        _ value: Value
    ) -> JSONValue {
        withDefault(
            .string(value.rawValue),
            [
                "description": .string(description),
                "type": "string",
                "enum": JSONValue(Value.allCases.map { $0.rawValue }),
            ]
        )
    }

    private func withDefault(_ value: JSONValue, _ schema: JSONValue) -> JSONValue {
        statesDefaults ? schema + ["default": value] : schema
    }

    static func number(_ description: String?, _ range: Interval) -> JSONValue {
        JSONValue(present: [
            ("description", description.map { .string($0) }),
            ("type", "number"), ("format", "double"),
            (
                range.includesLower ? "minimum" : "exclusiveMinimum",
                range.lower.isFinite ? .number(range.lower) : nil
            ),
            (
                range.includesUpper ? "maximum" : "exclusiveMaximum",
                range.upper.isFinite ? .number(range.upper) : nil
            ),
        ])
    }

    /// The schema of the integers of an interval, or of all whose doubles are those of no other integer.
    static func integer(_ range: Interval = .integers) -> JSONValue {
        let all = Interval.integers
        return [
            "type": "integer", "minimum": .number(max(range.lower, all.lower)),
            "maximum": .number(min(range.upper, all.upper)),
        ]
    }

    static func array(_ description: String?, of items: JSONValue) -> JSONValue {
        JSONValue(present: [
            ("description", description.map { .string($0) }), ("type", "array"), ("minItems", 1),
            ("items", items),
        ])
    }

    /// A schema with a description of its own.
    static func described(_ description: String, _ schema: JSONValue) -> JSONValue {
        ["description": .string(description), "oneOf": [schema]]
    }

    /// The schema that also accepts null, which means that a field is omitted.
    static func orNull(_ schema: JSONValue) -> JSONValue {
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

    /// An object with these fields and no others.
    static func object(
        _ description: String,
        _ properties: [(String, JSONValue)],
        required: [String] = []
    ) -> JSONValue {
        JSONValue(present: [
            ("description", .string(description)),
            ("type", "object"),
            ("required", required.isEmpty ? nil : JSONValue(required)),
            ("properties", JSONValue(present: properties)),
            ("additionalProperties", false),
        ])
    }
}

extension String {
    /// A noun phrase as a sentence.
    var sentence: String { prefix(1).uppercased() + dropFirst() + "." }
}
