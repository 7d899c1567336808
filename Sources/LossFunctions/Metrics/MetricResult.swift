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
    /// What the value is before it is rounded; `nil` if that is not known.
    private let quotient: Quotient?

    /// A quotient of exact sums, or its square root.
    struct Quotient: Sendable {
        let dividend: ExactNumber
        /// A number other than 0.
        let divisor: ExactNumber
        var isRoot = false

        /// The nearest double; of a root one within an ulp.
        fileprivate var value: Double {
            isRoot ? dividend.squareRoot(dividedBy: divisor) : dividend.divided(by: divisor)
        }
    }

    init(_ value: Value, standardError: Double? = nil, parts: [Part] = []) {
        self.value = value
        self.standardError = standardError
        self.parts = parts
        quotient = nil
    }

    /// The value of a metric that is a quotient.
    init(_ quotient: Quotient, standardError: Double? = nil, parts: [Part] = []) {
        // Adding 0 turns -0 into 0.
        value = .number(quotient.value + 0)
        self.standardError = standardError
        self.parts = parts
        self.quotient = quotient
    }

    /// The value of a metric that is a number.
    init(_ number: Double) {
        // Adding 0 turns -0 into 0.
        self.init(.number(number + 0))
    }

    /// The value of a metric that is a number, divided by another and rounded once.
    init(_ dividend: ExactNumber, dividedBy divisor: ExactNumber) {
        self.init(Quotient(dividend: dividend, divisor: divisor))
    }

    package static func == (left: MetricResult, right: MetricResult) -> Bool {
        left.value == right.value && left.standardError == right.standardError
            && left.parts == right.parts
    }

    /// The value minus that of another result; `nil` unless both are numbers, and for one beyond all doubles.
    ///
    /// The difference of two quotients is rounded once, and that of their roots to within 4 ulp, although the
    /// values nearly cancel; that of other numbers is of the rounded values.
    package func difference(from other: MetricResult) -> Double? {
        guard case .number(let own) = value, case .number(let its) = other.value else { return nil }
        var difference = own - its
        if let left = quotient, let right = other.quotient, left.isRoot == right.isRoot {
            let dividend = left.dividend * right.divisor - right.dividend * left.divisor
            var divisor = left.divisor * right.divisor
            // √a - √b = (a - b) / (√a + √b).
            if left.isRoot, own + its > 0 {
                divisor = divisor * (ExactNumber(own) + ExactNumber(its))
            }
            difference = dividend.divided(by: divisor)
        }
        return difference.isFinite ? difference + 0 : nil
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
