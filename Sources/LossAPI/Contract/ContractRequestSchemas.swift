// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import Requests

/// JSON Schemas of requests, each with the fields of all losses or penalties.
enum ContractRequestSchemas {
    static let all = requests + named

    private static let requests: [JSONValue.Member] = [
        .init(
            key: "loss-request",
            value: FieldSchemas.object(
                "A request to a loss: the inputs and options of all losses, and the fields common to "
                    + "them. The schema of one loss, with its required fields, ranges and defaults, is at "
                    + "/v1/losses/{loss}/schema.",
                properties(of: .losses)
            )
        ),
        .init(
            key: "penalty-request",
            value: FieldSchemas.object(
                "A request to a penalty. The schema of one penalty, with its ranges and defaults, is at "
                    + "/v1/penalties/{penalty}/schema.",
                properties(of: .penalties),
                required: ["parameters"]
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
                    ("parameters", ContractSchemas.reference("numbers")),
                ] + options(of: .penalties),
                required: ["penalty", "parameters"]
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
        // An input of some losses is a mask of tokens in others.
        let masks = facts.flatMap { $0.signature.tokenMasks }.reduce(into: [String]()) {
            all,
            mask in
            if !all.contains(mask), !inputs.contains(where: { $0.name == mask }) {
                all.append(mask)
            }
        }
        let lengths = facts.flatMap { $0.signature.lengths }.reduce(into: [String]()) {
            all,
            name in
            if !all.contains(name) { all.append(name) }
        }
        let names = Set(facts.flatMap { RequestField.all(of: $0) })
        let common = RequestField.common.filter { names.contains($0.name) }
        return summaries.map { input, texts in
            let summary =
                texts.count == 1
                ? texts.joined().sentence : "The \(input); see the description of the loss."
            let other = lengths.contains(input) ? " Of other losses: \(lengthsOfOthers)" : ""
            let isMask = RequestField.containsFlags(input)
            return (
                input,
                FieldSchemas.described(
                    summary + other,
                    ContractSchemas.reference(isMask ? "mask" : "numbers-or-null")
                )
            )
        } + masks.map { ($0, ContractSchemas.fields.common(.tokenMask(0))) }
            + lengths.filter { name in !inputs.contains { $0.name == name } }
            .map { ($0, ContractSchemas.fields.common(.lengths(0))) }
            + common.map { ($0.name, property($0.name, schema($0.field))) } + options(of: list)
    }

    /// The meaning of an input of some losses that has the name of the lengths of others.
    private static let lengthsOfOthers =
        "the lengths of sequences that follow each other in one dimension."

    private static func schema(_ field: RequestField) -> JSONValue {
        let schema = ContractSchemas.fields.common(field)
        return field == .outputs
            ? schema.replacing("items", with: ContractSchemas.reference("output")) : schema
    }

    /// The schema of a property: a reference, if clients need a name for its type.
    ///
    /// It does not accept null, although the service does: a client would send it for each field that is
    /// not set, even to a loss that does not have the field.
    private static func property(_ name: String, _ schema: JSONValue) -> JSONValue {
        guard isNamed(schema), case .string(let description) = schema["description"] else {
            return schema
        }
        return FieldSchemas.described(description, ContractSchemas.reference(schemaName(of: name)))
    }

    /// Whether a schema has a name: an enumeration, or a number or list of numbers.
    private static func isNamed(_ schema: JSONValue) -> Bool {
        schema["enum"] != nil || schema["oneOf"]?.count ?? 0 > 1
    }

    private static func schemaName(of field: String) -> String {
        field.replacing("_", with: "-")
    }

    /// The options of all losses or penalties.
    private static func options(of list: CatalogueList) -> [(String, JSONValue)] {
        unions(of: list).map { ($0.name, property($0.name, $0.schema)) }
    }

    /// The schemas of the options of all losses or penalties, by name.
    private static func unions(of list: CatalogueList) -> [(name: String, schema: JSONValue)] {
        let facts = list.entries.map { $0.facts }
        let inputs = Set(facts.flatMap { $0.signature.inputs.map { $0.name } })
        let all = facts.flatMap { $0.options }
        var names: [String] = []
        for option in all where !names.contains(option.name) && !inputs.contains(option.name) {
            names.append(option.name)
        }
        return names.map { name in
            (name, union(of: all.filter { $0.name == name }))
        }
    }

    /// The schema of the options with a name.
    private static func union(of options: [OptionDeclaration]) -> JSONValue {
        if let first = options.first, options.allSatisfy({ $0 == first }) {
            // A default is stated in words, see `FieldSchemas.statesDefaults`.
            let preset = first.defaultOptionValue.map { " The default is \(JSONValue($0).word)." }
            return ContractSchemas.fields.option(first)
                .replacing("description", with: .string(first.summary + (preset ?? "")))
        }
        var types = options.reduce(into: [JSONValue]()) { types, option in
            let type = type(of: option.kind)
            if !types.contains(type) { types.append(type) }
        }
        // A number or a list includes a number, and must be the only type that does.
        if types.contains(where: { $0["oneOf"] != nil }) {
            types.removeAll { $0 == ContractSchemas.number }
        }
        let summary: JSONValue = [
            "description": "Its meaning, range and default depend on the loss."
        ]
        return summary + (types.count == 1 ? types[0] : ["oneOf": .array(types)])
    }

    /// The type of the values of an option, without its range.
    private static func type(of kind: OptionDeclaration.Kind) -> JSONValue {
        switch kind {
        case .number: ContractSchemas.number
        case .integer: FieldSchemas.integer()
        case .flag: ["type": "boolean"]
        case .choice: ["type": "string"]
        case .numbers:
            [
                "oneOf": [
                    ContractSchemas.number, ["type": "array", "items": ContractSchemas.number],
                ]
            ]
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
        let common = RequestField.common.map { ($0.name, ContractSchemas.fields.common($0.field)) }
        let options = CatalogueList.allCases.flatMap { unions(of: $0) }
        return (common + options).reduce(into: [output]) { members, field in
            let name = schemaName(of: field.0)
            guard isNamed(field.1), !members.contains(where: { $0.key == name }) else { return }
            members.append(.init(key: name, value: field.1))
        }
    }()
}
