// SPDX-License-Identifier: Apache-2.0

/// An option of a loss or penalty: its name on the wire, what it does, what it may be.
package struct Parameter: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        case number(default: Double, range: Interval)
        case integer(default: Int?)
        case flag(default: Bool)
        case choice(default: String, allowed: [String])
        /// A number, or a list of numbers; what `nil` stands for is in the summary.
        case numbers(default: Double?, range: Interval)
    }

    package let name: String
    package let kind: Kind
    package let summary: String
}

/// What a client gave for an option.
package enum Argument: Equatable, Sendable {
    case number(Double)
    case flag(Bool)
    case choice(String)
    case list([Double])
}

extension Parameter {
    /// Refuses an argument of the wrong kind or out of range.
    func check(_ argument: Argument) throws(LossError) {
        switch (kind, argument) {
        case (.number(_, let range), .number(let value)):
            guard range.contains(value) else { throw outOfRange(value, range) }
        case (.integer, .number(let value)):
            guard Int(exactly: value) != nil else {
                throw .wrongKind(option: name, expected: expected)
            }
        case (.flag, .flag): break
        case (.choice(_, let allowed), .choice(let value)):
            guard allowed.contains(value) else {
                throw .unknownChoice(option: name, value: value, allowed: allowed)
            }
        case (.numbers(_, let range), .number(let value)):
            guard range.contains(value) else { throw outOfRange(value, range) }
        case (.numbers(_, let range), .list(let values)):
            if let offset = values.firstIndex(where: { !range.contains($0) }) {
                throw outOfRange(values[offset], range, at: [offset])
            }
        default: throw .wrongKind(option: name, expected: expected)
        }
    }

    /// What would be accepted, in words.
    package var expected: String {
        switch kind {
        case .number(_, let range): range.description
        case .integer: "an integer"
        case .flag: "true or false"
        case .choice(_, let allowed): allowed.map { "\"\($0)\"" }.joined(separator: " or ")
        case .numbers(_, let range): "\(range.description), or a list of such numbers"
        }
    }

    /// The default as an argument; `nil` where no argument has the same meaning.
    var defaultArgument: Argument? {
        switch kind {
        case .number(let value, _): .number(value)
        case .integer(let value): value.map { .number(Double($0)) }
        case .flag(let value): .flag(value)
        case .choice(let value, _): .choice(value)
        case .numbers(let value, _): value.map { .number($0) }
        }
    }

    private func outOfRange(_ value: Double, _ range: Interval, at place: [Int] = []) -> LossError {
        .outOfRange(option: name, place: place, value: value, allowed: range.description)
    }
}

/// The options of one request, checked against what the loss declares.
package struct Arguments: Equatable, Sendable {
    private let given: [String: Argument]

    /// Every option at its default.
    package static let none = Arguments()

    private init() {
        given = [:]
    }

    package init(_ given: [String: Argument], for parameters: [Parameter]) throws(LossError) {
        // In alphabetical order, so that of several faults always the same is told.
        for (name, argument) in given.isEmpty ? [] : given.sorted(by: { $0.key < $1.key }) {
            guard let parameter = parameters.first(where: { $0.name == name }) else {
                throw .unknownOption(name)
            }
            try parameter.check(argument)
        }
        self.given = given
    }

    package subscript<Value>(_ option: Option<Value>) -> Value {
        guard !given.isEmpty else { return option.defaultValue }
        return given[option.parameter.name].flatMap(option.read) ?? option.defaultValue
    }
}

/// A parameter together with the Swift type its arguments are read as.
package struct Option<Value: Sendable>: Sendable {
    let parameter: Parameter
    let defaultValue: Value
    let read: @Sendable (Argument) -> Value?
}

extension Option<Double> {
    static func number(
        _ name: String,
        default value: Double,
        _ range: Interval,
        _ summary: String
    )
        -> Option
    {
        let kind = Parameter.Kind.number(default: value, range: range)
        return Option(
            parameter: Parameter(name: name, kind: kind, summary: summary),
            defaultValue: value
        ) {
            if case .number(let number) = $0 { number } else { nil }
        }
    }
}

extension Option<Bool> {
    static func flag(_ name: String, default value: Bool = false, _ summary: String) -> Option {
        Option(
            parameter: Parameter(name: name, kind: .flag(default: value), summary: summary),
            defaultValue: value
        ) {
            if case .flag(let flag) = $0 { flag } else { nil }
        }
    }
}

extension Option<Int?> {
    static func integer(_ name: String, default value: Int?, _ summary: String) -> Option {
        Option(
            parameter: Parameter(name: name, kind: .integer(default: value), summary: summary),
            defaultValue: value
        ) {
            if case .number(let number) = $0 { Int(exactly: number) } else { nil }
        }
    }
}

extension Option<[Double]?> {
    static func numbers(
        _ name: String,
        default value: Double?,
        _ range: Interval,
        _ summary: String
    )
        -> Option
    {
        let kind = Parameter.Kind.numbers(default: value, range: range)
        return Option(
            parameter: Parameter(name: name, kind: kind, summary: summary),
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
    static func choice(_ name: String, default value: Value, _ summary: String) -> Option {
        let allowed = Value.allCases.map { $0.rawValue }
        let kind = Parameter.Kind.choice(default: value.rawValue, allowed: allowed)
        return Option(
            parameter: Parameter(name: name, kind: kind, summary: summary),
            defaultValue: value
        ) {
            if case .choice(let name) = $0 { Value(rawValue: name) } else { nil }
        }
    }
}
