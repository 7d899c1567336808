// SPDX-License-Identifier: Apache-2.0

import LossFunctions

/// Hints that name the option or the loss that was probably meant.
extension Problem {
    /// Describes an error of a loss, with the options under which it would not occur.
    init(
        _ error: LossError,
        known: [String],
        of found: Catalogue.Found<any Loss.Type>,
        given: [String: OptionValue]
    ) {
        self.init(error, known: known)
        switch error {
        case .outsideDomain(let input, _, let value, _):
            let accepting = found.facts.options(accepting: value, as: input, given: given)
            let free = accepting.filter { found.presets[$0.name] == nil }
            let bound = accepting.filter { found.presets[$0.name] != nil }
            if !free.isEmpty {
                detail += " It would be accepted with \(Self.texts(free).alternatives)."
            } else if !bound.isEmpty {
                detail +=
                    " At /v1/losses/\(found.facts.name) it would be accepted with "
                    + "\(Self.texts(bound).alternatives)."
            }
        case .notAClassIndex(_, let value, let classes, let ignored):
            if value == Double(classes) {
                detail += " Classes are counted from 0."
            } else if ignored == nil, value < 0, let index = Int(exactly: value),
                found.facts.options.contains(where: { $0.name == "ignore_index" })
            {
                detail += " With \"ignore_index\": \(index), rows of that class are ignored."
            }
        case .notFinite(.loss, _, _), .notFinite(.gradient, _, _), .notFinite(.hessian, _, _):
            let takesProbabilities = found.facts.options.contains { $0.name == "epsilon" }
            if takesProbabilities, given["from_logits"] != .flag(true) {
                detail +=
                    " Keep probabilities away from 0 and 1 (epsilon), or send logits (from_logits)."
            }
        default: break
        }
    }

    private static func texts(_ options: [(name: String, value: OptionValue)]) -> [String] {
        options.map { "\($0.name.quoted): \($0.value.json)" }
    }

    /// Refuses an option that contradicts the name by which its loss was requested.
    init(
        contradicting option: String,
        _ preset: OptionValue,
        of facts: Facts,
        at pointer: String
    ) {
        self.init(
            .conflictingOptions,
            "The name in the path stands for \(facts.name) with \(option.quoted): \(preset.json): "
                + "use the name \(facts.name) to change it.",
            pointer: pointer,
            allowed: [preset.json]
        )
    }
}

extension OptionValue {
    /// The value as JSON text.
    fileprivate var json: String {
        let value: JSONValue =
            switch self {
            case .number(let number): .number(number)
            case .flag(let flag): .boolean(flag)
            case .choice(let word): .string(word)
            case .list(let numbers): .array(numbers.map { .number($0) })
            }
        return String(decoding: value.bytes, as: UTF8.self)
    }
}
