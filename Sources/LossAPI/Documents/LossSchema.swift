// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import Requests

/// The JSON Schema (2020-12) of the requests to a loss or penalty.
///
/// It states fields, options and ranges exactly. Shapes and domains of inputs are stated in words: they
/// depend on other fields, and masked numbers may be outside of a domain.
enum LossSchema {
    static let mediaType = "application/schema+json"

    private static let fields = FieldSchemas(base: "#/$defs/", statesDefaults: true)

    /// The schema of a loss whose resource is at `path`.
    static func document(_ facts: Facts, at path: String) -> JSONValue {
        let names = RequestField.all(of: facts)
        let inputs = facts.signature.inputs
        let common = RequestField.common.filter { names.contains($0.name) }
        let properties =
            inputs.map { ($0.name, input($0)) }
            + facts.signature.tokenMasks.map {
                ($0, FieldSchemas.orNull(fields.common(.tokenMask(0))))
            }
            + facts.signature.lengths.map {
                ($0, FieldSchemas.orNull(fields.common(.lengths(0))))
            }
            + common.map { ($0.name, FieldSchemas.orNull(schema($0.field, of: facts))) }
            + facts.options.map { ($0.name, FieldSchemas.orNull(fields.option($0))) }
        return [
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": .string(path + "/schema"),
            "title": .string(facts.name),
        ]
            + FieldSchemas.object(
                facts.summary,
                properties,
                required: inputs.filter { !$0.isOptional }.map { $0.name }
            )
            + choice(of: facts.signature)
            + ["$defs": .object(definitions(of: facts))]
    }

    /// The condition that exactly one of two inputs is given, if they divide the others.
    private static func choice(of signature: Signature) -> JSONValue {
        guard let grouping = signature.grouping else { return [:] }
        return [
            "oneOf": .array(
                [grouping.ids, grouping.lengths].map { index in
                    let name = signature.inputs[index].name
                    return [
                        "required": [.string(name)],
                        "properties": .object([.init(key: name, value: ["not": ["type": "null"]])]),
                    ]
                }
            )
        ]
    }

    private static func input(_ input: Input) -> JSONValue {
        let tokens = input.tokens.map { tokens in
            "With log_probability, usually \(tokens.usual.rawValue), shape \(input.forms[0].tokenShape): "
                + "the same of T tokens, of which those count that \(tokens.mask) marks."
        }
        return [
            "description": .string(
                ([input.summary.sentence] + input.acceptedForms.map { $0.text.sentence }
                    + [tokens].compactMap { $0 }
                    + (input.mayBeBySequence
                        ? ["Or one number for each sequence, an item of the first dimension."] : [])
                    + (input.isOptional ? ["It may be omitted or null."] : []))
                    .joined(separator: " ")
            ),
            "$ref": .string("#/$defs/" + (input.containsFlags ? "flags" : "numbers")),
        ]
    }

    private static func schema(_ field: RequestField, of facts: Facts) -> JSONValue {
        let names: [String]
        switch field {
        case .gradientOf:
            names = facts.signature.differentiable.map { facts.signature.inputs[$0].name }
            return fields.common(field).replacing("items", with: choice(names))
        case .outputs:
            names = Outputs.names(of: facts)
            return fields.common(field).replacing("items", with: choice(names))
        case .convention:
            names = facts.conventions.map { $0.name }
            return fields.common(field) + ["enum": JSONValue(names)]
        case .reduction:
            return fields.common(field) + ["default": .string(facts.defaultReduction.rawValue)]
        default: return fields.common(field)
        }
    }

    private static func choice(_ names: [String]) -> JSONValue {
        ["type": "string", "enum": JSONValue(names)]
    }

    private static func definitions(of facts: Facts) -> [JSONValue.Member] {
        let isPenalty = facts.family == .regularization
        let flags = nested(
            "flags",
            "Numbers 0 or 1, or booleans; null is a missing value.",
            ["enum": [0, 1, false, true, .null]]
        )
        return [
            nested(
                "numbers",
                "A number, or a rectangular array of numbers nested to any depth; null is a missing "
                    + "value.",
                ["type": ["number", "null"]]
            ),
            nested(
                "weights",
                "A number, one per row, or one per loss; not negative.",
                ["type": "number", "minimum": 0]
            ),
            nested(
                "mask",
                "Numbers 0 or 1, or booleans.",
                ["enum": [0, 1, false, true]]
            ),
        ] + (facts.signature.inputs.contains { $0.containsFlags } ? [flags] : [])
            + (isPenalty ? [] : [.init(key: "regularization-term", value: term)])
    }

    /// A number and arrays of such numbers.
    private static func nested(
        _ name: String,
        _ description: String,
        _ number: JSONValue
    ) -> JSONValue.Member {
        let items: JSONValue = ["$ref": .string("#/$defs/\(name)")]
        return .init(
            key: name,
            value: [
                "description": .string(description),
                "oneOf": [number, FieldSchemas.array(nil, of: items)],
            ]
        )
    }

    private static let term: JSONValue = [
        "description": "A penalty to add to the loss.",
        "oneOf": .array(
            Catalogue.penalties.map { penalty in
                let facts = penalty.facts
                let names = [facts.name] + facts.aliases.map { $0.name }
                return FieldSchemas.object(
                    facts.summary,
                    [("penalty", choice(names)), ("parameters", ["$ref": "#/$defs/numbers"])]
                        + facts.options.map { ($0.name, FieldSchemas.orNull(fields.option($0))) },
                    required: ["penalty", "parameters"]
                )
            }
        ),
    ]
}
