// SPDX-License-Identifier: Apache-2.0

/// The declaration of an option of a loss or penalty: its name on the wire, kind and summary.
package struct OptionDeclaration: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        case number(default: Double, range: Interval)
        /// An integer; the summary explains the default `nil`.
        case integer(default: Int?, range: Interval)
        case flag(default: Bool)
        case choice(default: String, allowed: [String])
        /// A number, or a list of numbers; the summary explains the default `nil`.
        case numbers(default: Double?, range: Interval)
    }

    package let name: String
    package let kind: Kind
    package let summary: String
}

extension OptionDeclaration {
    /// Throws if a value has the wrong kind or is out of range.
    package func check(_ value: OptionValue) throws(LossError) {
        switch (kind, value) {
        case (.number(_, let range), .number(let value)):
            guard range.contains(value) else { throw outOfRange(value, range) }
        case (.integer(_, let range), .number(let value)):
            guard value == value.rounded() else {
                throw .outOfRange(option: name, place: [], value: value, allowed: expected)
            }
            guard Interval.integers.contains(value) else {
                throw .outOfRange(
                    option: name,
                    place: [],
                    value: value,
                    allowed: "an integer from \(Interval.integers.lower.shortest) to "
                        + Interval.integers.upper.shortest
                )
            }
            guard range.contains(value) else {
                throw .outOfRange(option: name, place: [], value: value, allowed: expected)
            }
        case (.flag, .flag): break
        case (.choice(_, let allowed), .choice(let value)):
            guard allowed.contains(value) else {
                throw .unknownChoice(option: name, value: value, allowed: allowed)
            }
        case (.numbers(_, let range), .number(let value)):
            guard range.contains(value) else { throw outOfRange(value, range) }
        case (.numbers(_, let range), .list(let values)):
            guard !values.isEmpty else { throw .wrongKind(option: name, expected: expected) }
            if let offset = values.firstIndex(where: { !range.contains($0) }) {
                throw outOfRange(values[offset], range, at: [offset])
            }
        default: throw .wrongKind(option: name, expected: expected)
        }
    }

    /// The accepted values, in words.
    package var expected: String {
        switch kind {
        case .number(_, let range): range.description
        case .integer(_, let range): range.integers
        case .flag: "true or false"
        case .choice(_, let allowed): allowed.map { "\"\($0)\"" }.joined(separator: " or ")
        case .numbers(_, let range): "\(range.description), or a list of such numbers"
        }
    }

    /// The default as a value; `nil` if no value has the same meaning.
    package var defaultOptionValue: OptionValue? {
        switch kind {
        case .number(let value, _): .number(value)
        case .integer(let value, _): value.map { .number(Double($0)) }
        case .flag(let value): .flag(value)
        case .choice(let value, _): .choice(value)
        case .numbers(let value, _): value.map { .number($0) }
        }
    }

    private func outOfRange(_ value: Double, _ range: Interval, at place: [Int] = []) -> LossError {
        .outOfRange(option: name, place: place, value: value, allowed: range.description)
    }
}
