// SPDX-License-Identifier: Apache-2.0

/// An identity between two losses: values and derivatives are the same to the last bit, except for a power
/// of two as a factor.
package struct Relation: Equatable, Sendable {
    /// The options with which the loss has the relation.
    package let options: [String: OptionValue]
    /// The factor of the other loss, a power of two.
    package let factor: Double
    /// The name of the other loss.
    package let other: String
    /// The options of the other loss.
    package let otherOptions: [String: OptionValue]

    private init(
        _ other: String,
        _ otherOptions: [String: OptionValue],
        factor: Double,
        when options: [String: OptionValue]
    ) {
        self.options = options
        self.factor = factor
        self.other = other
        self.otherOptions = otherOptions
    }

    package static func same(
        as other: String,
        _ otherOptions: [String: OptionValue] = [:],
        when options: [String: OptionValue] = [:]
    ) -> Relation {
        Relation(other, otherOptions, factor: 1, when: options)
    }

    package static func half(
        of other: String,
        _ otherOptions: [String: OptionValue] = [:],
        when options: [String: OptionValue] = [:]
    ) -> Relation {
        Relation(other, otherOptions, factor: 0.5, when: options)
    }

    package static func twice(
        _ other: String,
        _ otherOptions: [String: OptionValue] = [:],
        when options: [String: OptionValue] = [:]
    ) -> Relation {
        Relation(other, otherOptions, factor: 2, when: options)
    }
}
