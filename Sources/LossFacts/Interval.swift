// SPDX-License-Identifier: Apache-2.0

/// An interval of real numbers; each end may be included or not.
package struct Interval: Equatable, Sendable {
    package let lower: Double
    package let upper: Double
    package let includesLower: Bool
    package let includesUpper: Bool
    /// The least positive number, if the interval contains 0 and there is a gap between the two.
    package var leastPositive: Double?

    package static let real = Interval(
        lower: -.infinity,
        upper: .infinity,
        includesLower: false,
        includesUpper: false
    )
    package static let positive = Interval.above(0)
    package static let nonNegative = Interval.from(0)
    package static let unit = Interval.closed(0, 1)

    /// The integers whose doubles are those of no other integer (RFC 8259, section 6).
    package static let integers = Interval.closed(1 - 0x1p53, 0x1p53 - 1)

    /// Every number above `lower`.
    package static func above(_ lower: Double) -> Interval {
        Interval(lower: lower, upper: .infinity, includesLower: false, includesUpper: false)
    }

    /// `lower` and every number above it.
    package static func from(_ lower: Double) -> Interval {
        Interval(lower: lower, upper: .infinity, includesLower: true, includesUpper: false)
    }

    /// `upper` and every number below it.
    package static func through(_ upper: Double) -> Interval {
        Interval(lower: -.infinity, upper: upper, includesLower: false, includesUpper: true)
    }

    /// The interval with both ends included.
    package static func closed(_ lower: Double, _ upper: Double) -> Interval {
        Interval(lower: lower, upper: upper, includesLower: true, includesUpper: true)
    }

    /// The interval with both ends excluded.
    package static func open(_ lower: Double, _ upper: Double) -> Interval {
        Interval(lower: lower, upper: upper, includesLower: false, includesUpper: false)
    }

    /// The interval with the lower end included and the upper excluded.
    package static func halfOpen(_ lower: Double, _ upper: Double) -> Interval {
        Interval(lower: lower, upper: upper, includesLower: true, includesUpper: false)
    }

    /// 0, and the interval with both ends included, of positive numbers.
    package static func zeroOr(_ lower: Double, _ upper: Double) -> Interval {
        var interval = closed(0, upper)
        interval.leastPositive = lower
        return interval
    }

    /// The interval with the lower end excluded and the upper included.
    package static func leftOpen(_ lower: Double, _ upper: Double) -> Interval {
        Interval(lower: lower, upper: upper, includesLower: false, includesUpper: true)
    }

    /// The weights of classes: no product with them leaves the range of normal doubles.
    package static let classWeight = Interval.zeroOr(1e-150, 1e150)

    package func contains(_ value: Double) -> Bool {
        if let leastPositive, value != 0, value < leastPositive { return false }
        return (includesLower ? value >= lower : value > lower)
            && (includesUpper ? value <= upper : value < upper)
    }
}

extension Interval: CustomStringConvertible {
    /// The accepted numbers in words, such as "a number in [0, 1]".
    package var description: String {
        if let leastPositive {
            return "0 or a number in [\(leastPositive.shortest), \(upper.shortest)]"
        }
        return switch (lower.isFinite, upper.isFinite) {
        case (false, false): "a finite number"
        case (true, false): "a number \(includesLower ? ">=" : ">") \(lower.shortest)"
        case (false, true): "a number \(includesUpper ? "<=" : "<") \(upper.shortest)"
        case (true, true):
            "a number in \(includesLower ? "[" : "(")\(lower.shortest), "
                + "\(upper.shortest)\(includesUpper ? "]" : ")")"
        }
    }

    /// The accepted integers in words, such as "an integer from 1 to 1000", if finite ends are included.
    package var integers: String {
        guard self != .integers else { return "an integer" }
        return upper.isFinite
            ? "an integer from \(lower.shortest) to \(upper.shortest)"
            : "an integer >= \(lower.shortest)"
    }
}

extension Double {
    /// The shortest decimal that reads back as this number, written like the numbers of a response:
    /// without the `.0` of an integer, the `+` of an exponent or its leading zeros.
    package var shortest: String {
        let text = description
        if let mark = text.firstIndex(of: "e"), let exponent = Int(text[mark...].dropFirst()) {
            return "\(text[..<mark])e\(exponent)"
        }
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
