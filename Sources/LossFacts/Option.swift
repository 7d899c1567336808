// SPDX-License-Identifier: Apache-2.0

/// An option with the Swift type of its value.
package struct Option<Value: Sendable>: Sendable {
    package let declaration: OptionDeclaration
    package let defaultValue: Value
    package let read: @Sendable (OptionValue) -> Value?
}

extension Option<Double> {
    package static func number(
        _ name: String,
        default value: Double,
        _ range: Interval,
        _ summary: String
    )
        -> Option
    {
        let kind = OptionDeclaration.Kind.number(default: value, range: range)
        return Option(
            declaration: OptionDeclaration(name: name, kind: kind, summary: summary),
            defaultValue: value
        ) {
            if case .number(let number) = $0 { number } else { nil }
        }
    }
}

extension Option<Bool> {
    package static func flag(
        _ name: String,
        default value: Bool = false,
        _ summary: String
    ) -> Option {
        Option(
            declaration: OptionDeclaration(
                name: name,
                kind: .flag(default: value),
                summary: summary
            ),
            defaultValue: value
        ) {
            if case .flag(let flag) = $0 { flag } else { nil }
        }
    }
}

extension Option<Int?> {
    package static func integer(
        _ name: String,
        default value: Int?,
        _ range: Interval,
        _ summary: String
    ) -> Option {
        Option(
            declaration: OptionDeclaration(
                name: name,
                kind: .integer(default: value, range: range),
                summary: summary
            ),
            defaultValue: value
        ) {
            if case .number(let number) = $0 { Int(exactly: number) } else { nil }
        }
    }
}

extension Option<[Double]?> {
    package static func numbers(
        _ name: String,
        default value: Double?,
        _ range: Interval,
        _ summary: String
    )
        -> Option
    {
        let kind = OptionDeclaration.Kind.numbers(default: value, range: range)
        return Option(
            declaration: OptionDeclaration(name: name, kind: kind, summary: summary),
            defaultValue: value.map { [$0] }
        ) {
            switch $0 {
            case .number(let number): [number]
            case .list(let numbers): numbers
            default: nil
            }
        }
    }
}

extension Option where Value: RawRepresentable<String> & CaseIterable {
    package static func choice(_ name: String, default value: Value, _ summary: String) -> Option {
        let allowed = Value.allCases.map { $0.rawValue }
        let kind = OptionDeclaration.Kind.choice(default: value.rawValue, allowed: allowed)
        return Option(
            declaration: OptionDeclaration(name: name, kind: kind, summary: summary),
            defaultValue: value
        ) {
            if case .choice(let name) = $0 { Value(rawValue: name) } else { nil }
        }
    }
}
