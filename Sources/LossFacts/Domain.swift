// SPDX-License-Identifier: Apache-2.0

/// The numbers that an input may contain.
package enum Domain: Equatable, Sendable {
    case interval(Interval)
    case values([Double])
    /// Class indices: integers from 0 to below the length of the dimension with this name.
    case classIndices(of: String)
    /// Integers of an interval whose ends are integers.
    case integers(Interval)
    /// Integers from 0 to the length of the dimension with this name.
    case counts(of: String)
    /// Classes of an order: the numbers of levels below them, from 0 to the length of the dimension with this
    /// name.
    case ranks(of: String)
    /// A class as a row with a 1 at its index and zeros elsewhere.
    case oneHot
    /// Probabilities that sum to 1 over a dimension, or their logarithms.
    case distribution(inLogarithms: Bool)
    /// A rank as levels: a 1 for each level below it, then zeros.
    case levels
    /// Numbers from the value of one option to that of another.
    case between(lower: String, upper: String)

    package static let real = Domain.interval(.real)
    package static let unit = Domain.interval(.unit)
    package static let integer = Domain.integers(.integers)

    /// Whether it contains a number; `false` for class indices, counts and ranks, which depend on a length,
    /// and between options.
    package func contains(_ number: Double) -> Bool {
        switch self {
        case .interval, .distribution: interval?.contains(number) ?? false
        case .values(let values): values.contains(number)
        case .levels, .oneHot: number == 0 || number == 1
        case .integers(let interval): interval.contains(number) && number == number.rounded()
        case .classIndices, .counts, .ranks, .between: false
        }
    }

    /// The domain in which a count of a dimension has its length as its upper end.
    package func resolved(_ length: (_ name: String) -> Int) -> Domain {
        if case .counts(of: let name) = self {
            .integers(.closed(0, Double(length(name))))
        } else {
            self
        }
    }

    /// The domain in which the ends between two options are their values.
    func resolved(under options: OptionValues, of declarations: [OptionDeclaration]) -> Domain {
        guard case .between(let lower, let upper) = self,
            case .number(let least)? = options.value(of: lower, in: declarations),
            case .number(let greatest)? = options.value(of: upper, in: declarations)
        else { return self }
        return .interval(.closed(least, greatest))
    }

    /// The interval of its numbers; `nil` if they do not form an interval.
    package var interval: Interval? {
        switch self {
        case .interval(let interval): interval
        case .distribution(let inLogarithms): inLogarithms ? .through(0) : .unit
        case .values, .classIndices, .integers, .counts, .ranks, .levels, .oneHot, .between: nil
        }
    }
}

extension Domain: CustomStringConvertible {
    /// The accepted numbers, in words.
    package var description: String {
        switch self {
        case .interval(let interval): interval.description
        case .values(let values): values.map { $0.shortest }.joined(separator: " or ")
        case .classIndices: "class indices"
        case .ranks(of: let name): "ranks: integers from 0 to \(name)"
        case .oneHot: "0 or 1, a single 1 in each row"
        case .levels: "0 or 1, every 1 before every 0"
        case .between(let lower, let upper): "a number from \(lower) to \(upper)"
        case .integers(.integers): "an integer below 2^53 in magnitude"
        case .integers(let interval):
            "an integer from \(interval.lower.shortest) to \(interval.upper.shortest)"
        case .counts(of: let name): "an integer from 0 to \(name)"
        case .distribution(inLogarithms: false): "distributions: numbers in [0, 1] that sum to 1"
        case .distribution(inLogarithms: true):
            "logarithms of distributions: numbers <= 0 whose exponentials sum to 1"
        }
    }
}

/// A domain that applies under some options.
package struct ConditionalDomain: Equatable, Sendable {
    /// The options under which it applies; empty means always.
    package let options: [String: OptionValue]
    package let domain: Domain

    package init(_ domain: Domain, when options: [String: OptionValue] = [:]) {
        self.domain = domain
        self.options = options
    }
}
