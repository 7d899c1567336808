// SPDX-License-Identifier: Apache-2.0

/// The subset of JSON Schema (2020-12) that the API description uses.
struct Schema {
    let contract: Contract
    let rules: JSON

    /// The violations of the schema by a value, each with its place; empty if it is valid.
    func violations(of value: JSON, at place: String = "") -> [String] {
        let rules = contract.resolve(self.rules)
        guard let rules = rules.object else { return ["\(place): the contract has no such schema"] }
        return rules.flatMap { keyword, rule in
            violations(of: value, at: place, by: keyword, rule)
        }
    }

    private func violations(
        of value: JSON,
        at place: String,
        by keyword: String,
        _ rule: JSON
    )
        -> [String]
    {
        func violation(unless holds: Bool) -> [String] {
            holds ? [] : ["\(place): \(value.text.prefix(80)) breaks \(keyword) \(rule.text)"]
        }
        switch keyword {
        case "type":
            let types = rule.array ?? [rule]
            return violation(unless: types.contains { Self.holds($0.string, of: value) })
        case "const":
            return violation(unless: value == rule)
        case "enum":
            return violation(unless: rule.array?.contains(value) ?? false)
        case "minimum":
            return violation(unless: (value.number ?? .infinity) >= (rule.number ?? .infinity))
        case "maximum":
            return violation(unless: (value.number ?? -.infinity) <= (rule.number ?? -.infinity))
        case "exclusiveMinimum":
            return violation(unless: (value.number ?? .infinity) > (rule.number ?? .infinity))
        case "exclusiveMaximum":
            return violation(unless: (value.number ?? -.infinity) < (rule.number ?? -.infinity))
        case "minItems":
            return violation(unless: (value.array?.count ?? .max) >= (rule.integer ?? .max))
        case "required":
            let names = (rule.array ?? []).compactMap { $0.string }
            return violation(
                unless: value.object.map { members in
                    names.allSatisfy { members[$0] != nil }
                } ?? true
            )
        case "properties":
            return (value.object ?? [:]).flatMap { name, member in
                rule[name].map { Schema(contract: contract, rules: $0) }?
                    .violations(of: member, at: "\(place)/\(name)") ?? []
            }
        case "additionalProperties":
            let known = contract.resolve(rules)["properties"]?.object ?? [:]
            let unknown = (value.object ?? [:]).keys.filter { known[$0] == nil }
            return violation(unless: rule != .boolean(false) || unknown.isEmpty)
        case "items":
            let schema = Schema(contract: contract, rules: rule)
            return (value.array ?? []).enumerated().flatMap { index, element in
                schema.violations(of: element, at: "\(place)/\(index)")
            }
        case "oneOf", "anyOf":
            let matching = (rule.array ?? []).filter { branch in
                Schema(contract: contract, rules: branch).violations(of: value).isEmpty
            }
            return violation(
                unless: keyword == "oneOf" ? matching.count == 1 : !matching.isEmpty
            )
        case "title", "description", "default", "format", "examples":
            return []
        default:
            return ["\(place): the tests do not know the keyword \(keyword)"]
        }
    }

    private static func holds(_ type: String?, of value: JSON) -> Bool {
        switch (type, value) {
        case ("null", .null), ("boolean", .boolean), ("number", .number), ("string", .string),
            ("array", .array), ("object", .object):
            true
        case ("integer", .number(let number)): number.rounded() == number
        default: false
        }
    }
}
