// SPDX-License-Identifier: Apache-2.0

import LossFunctions

/// Hints that name the option or the loss that was probably meant.
extension Problem {
    /// Describes an error of a loss, with the options under which it would not occur.
    init(
        _ error: LossError,
        known: [String],
        of facts: Facts,
        given: [String: Argument]
    ) {
        self.init(error, known: known)
        guard case .outsideDomain(let input, _, let value, _) = error else { return }
        let accepting = facts.options(accepting: value, as: input, given: given)
            .map { "\($0.name.quoted): \($0.value.json)" }
        if !accepting.isEmpty {
            detail += " It would be accepted with \(accepting.alternatives)."
        }
        let canIgnore = facts.parameters.contains { $0.name == "ignore_index" }
        if input == .targets, canIgnore, let index = Int(exactly: value) {
            detail += " With \"ignore_index\": \(index), rows of that class are ignored."
        }
    }

    /// Refuses an option that contradicts the name by which its loss was requested.
    init(contradicting option: String, _ preset: Argument, of facts: Facts, at pointer: String) {
        self.init(
            .conflictingOptions,
            "The name in the path stands for \(facts.name) with \(option.quoted): \(preset.json): "
                + "use the name \(facts.name) to change it.",
            pointer: pointer,
            allowed: [preset.json]
        )
    }
}

extension Argument {
    /// The argument as JSON text.
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
