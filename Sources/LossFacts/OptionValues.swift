// SPDX-License-Identifier: Apache-2.0

/// The value of an option in a request.
package enum OptionValue: Equatable, Sendable {
    case number(Double)
    case flag(Bool)
    case choice(String)
    case list([Double])
}

/// The options of a request, checked against the declarations of the loss.
package struct OptionValues: Equatable, Sendable {
    private let given: [String: OptionValue]

    /// Every option at its default.
    package static let none = OptionValues()

    private init() {
        given = [:]
    }

    package init(
        _ given: [String: OptionValue],
        for declarations: [OptionDeclaration]
    ) throws(LossError) {
        // In alphabetical order, so that the first of several errors is always the same.
        for (name, value) in given.isEmpty ? [] : given.sorted(by: { $0.key < $1.key }) {
            guard let declaration = declarations.first(where: { $0.name == name }) else {
                throw .unknownOption(name)
            }
            try declaration.check(value)
        }
        self.given = given
    }

    /// Whether every option is at its default.
    package var areEmpty: Bool { given.isEmpty }

    /// Whether an option is given, rather than at its default.
    package func has(_ name: String) -> Bool { given[name] != nil }

    /// The value of an option, or its default; `nil` if the default is not itself a value.
    package func value(of name: String, in declarations: [OptionDeclaration]) -> OptionValue? {
        given[name] ?? declarations.first { $0.name == name }?.defaultOptionValue
    }

    package subscript<Value>(_ option: Option<Value>) -> Value {
        guard !given.isEmpty else { return option.defaultValue }
        return given[option.declaration.name].flatMap(option.read) ?? option.defaultValue
    }
}
