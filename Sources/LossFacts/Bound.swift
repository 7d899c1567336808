// SPDX-License-Identifier: Apache-2.0

/// The upper bound of a number, as an expression of options and of lengths of the signature.
package indirect enum Bound: Sendable {
    case number(Double)
    /// The value of an option.
    case value(OptionDeclaration)
    /// The greatest number of an option, or another bound where it has no value.
    case greatest(OptionDeclaration, or: Bound)
    /// The least number of an option, or another bound where it has no value.
    case least(OptionDeclaration, or: Bound)
    /// The length of a dimension of the signature.
    case length(String)
    /// The first bound where an option has a value, else the second.
    case choice(OptionDeclaration, is: OptionValue, Bound, or: Bound)
    case opposite(Bound)
    case sum(Bound, Bound)
    case difference(Bound, Bound)
    case product(Bound, Bound)
    case quotient(Bound, Bound)
    case power(Bound, Bound)
    case maximum(Bound, Bound)
    case logarithm(Bound)
    /// A bound that exceeds the least one, for which there is no such expression.
    case above(Bound)
}

/// The notation in facts.
extension Bound: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral {
    package init(integerLiteral number: Int) { self = .number(Double(number)) }

    package init(floatLiteral number: Double) { self = .number(number) }

    package init(_ option: Option<Double>) { self = .value(option.declaration) }

    package static func greatest(of option: Option<[Double]?>, or other: Bound = 1) -> Bound {
        .greatest(option.declaration, or: other)
    }

    package static func least(of option: Option<[Double]?>, or other: Bound) -> Bound {
        .least(option.declaration, or: other)
    }

    package static func either(_ option: Option<Bool>, _ bound: Bound, or other: Bound) -> Bound {
        .choice(option.declaration, is: .flag(true), bound, or: other)
    }

    package static func either<Value: RawRepresentable<String>>(
        _ option: Option<Value>,
        is value: Value,
        _ bound: Bound,
        or other: Bound
    ) -> Bound {
        .choice(option.declaration, is: .choice(value.rawValue), bound, or: other)
    }

    package static prefix func - (bound: Bound) -> Bound { .opposite(bound) }

    package static func + (left: Bound, right: Bound) -> Bound { .sum(left, right) }

    package static func - (left: Bound, right: Bound) -> Bound { .difference(left, right) }

    package static func * (left: Bound, right: Bound) -> Bound { .product(left, right) }

    package static func / (left: Bound, right: Bound) -> Bound { .quotient(left, right) }

    package func power(_ exponent: Bound) -> Bound { .power(self, exponent) }

    package var squared: Bound { power(2) }
}

/// The expression in the notation of formulas.
extension Bound: CustomStringConvertible {
    package var description: String {
        switch self {
        case .number(let number): number.shortest
        case .value(let option): option.name
        case .greatest(let option, or: _): "max(\(option.name))"
        case .least(let option, or: _): "min(\(option.name))"
        case .length(let name): name
        case .choice(let option, is: let value, let bound, or: let other):
            "\(bound) with \(option.name)\(value.suffix), else \(other)"
        case .opposite(let bound): "-\(bound.text(in: .product))"
        case .sum(let left, let right): "\(left.text(in: .sum)) + \(right.text(in: .sum))"
        case .difference(let left, let right):
            "\(left.text(in: .sum)) - \(right.text(in: .quotient))"
        case .product(let left, let right):
            "\(left.text(in: .product)) \(right.text(in: .product))"
        case .quotient(let left, let right):
            "\(left.text(in: .quotient)) / \(right.text(in: .power))"
        case .power(let base, let exponent): "\(base.text(in: .none))^\(exponent.text(in: .none))"
        case .maximum(let left, let right): "max(\(left), \(right))"
        case .logarithm(let bound): "log(\(bound))"
        case .above(let bound): "less than \(bound)"
        }
    }

    /// The last operation of an expression, in ascending order of precedence.
    private enum Operation: Int {
        case choice
        case sum
        case quotient
        case product
        case power
        case none
    }

    private var operation: Operation {
        switch self {
        case .choice, .above: .choice
        case .opposite, .sum, .difference: .sum
        case .quotient: .quotient
        case .product: .product
        case .power: .power
        case .number(let number): number < 0 ? .sum : .none
        default: .none
        }
    }

    /// The text, in parentheses unless the last operation has a precedence.
    private func text(in least: Operation) -> String {
        operation.rawValue < least.rawValue ? "(\(self))" : description
    }
}

extension OptionValue {
    /// The value after the name of an option; nothing for a flag that is set.
    fileprivate var suffix: String {
        switch self {
        case .flag(true): ""
        case .flag(false): " false"
        case .choice(let value): " \(value)"
        case .number(let value): " \(value.shortest)"
        case .list(let values): " \(values.map { $0.shortest }.joined(separator: ", "))"
        }
    }
}
