// SPDX-License-Identifier: Apache-2.0

/// The value of a metric for some units.
package struct MetricResult: Equatable, Sendable {
    package enum Value: Equatable, Sendable {
        case number(Double)
        /// A number for each class; `nil` for a class without a value.
        case numbers([Double?])
        /// Rows of numbers.
        case matrix([[Double]])
        /// The reason that there is no value, as a sentence without a full stop.
        case undefined(String)
    }

    /// A number that explains the value.
    package struct Part: Equatable, Sendable {
        package let name: String
        package let value: Double
    }

    package let value: Value
    /// The standard error of a mean, by the formula of ``Statistics/standardError``; `nil` for other
    /// values, and for fewer than two units.
    package let standardError: Double?
    /// The numbers into which the metric decomposes; empty for most.
    package let parts: [Part]

    init(_ value: Value, standardError: Double? = nil, parts: [Part] = []) {
        self.value = value
        self.standardError = standardError
        self.parts = parts
    }

    /// The value of a metric that is a number.
    init(_ number: Double) {
        // Adding 0 turns -0 into 0.
        self.init(.number(number + 0))
    }

    /// Whether all numbers are finite.
    var isFinite: Bool {
        guard standardError?.isFinite != false, parts.allSatisfy({ $0.value.isFinite }) else {
            return false
        }
        return switch value {
        case .number(let number): number.isFinite
        case .numbers(let numbers): numbers.allSatisfy { $0?.isFinite != false }
        case .matrix(let rows): rows.allSatisfy { $0.allSatisfy { $0.isFinite } }
        case .undefined: true
        }
    }

    static func undefined(_ reason: String) -> MetricResult { MetricResult(.undefined(reason)) }
}
