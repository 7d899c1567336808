// SPDX-License-Identifier: Apache-2.0

/// The numbers that an input may contain.
package enum Domain: Equatable, Sendable {
    case interval(Interval)
    case values([Double])
    /// Class indices along an axis, or distributions over it: the shape decides which.
    case classes

    package static let real = Domain.interval(.real)
    package static let unit = Domain.interval(.unit)

    /// The offset of the first number outside the domain; `nil` if it contains all of them.
    ///
    /// Numbers from clients are always finite, so `real` contains them all. Class targets are checked
    /// by `RowTargets`, which knows the number of classes.
    func firstOutside(in numbers: [Double]) -> Int? {
        switch self {
        case .interval(.real), .classes: nil
        case .interval(let interval): interval.firstOutside(in: numbers.span)
        case .values(let values): Self.firstOutside(in: numbers.span, of: values)
        }
    }

    /// The offset of the first number that is not one of a few `values`.
    private static func firstOutside(in numbers: Span<Double>, of values: [Double]) -> Int? {
        guard let first = values.first, let last = values.last else { return nil }
        // Usually there are two, and neither comparison branches.
        var mismatch: UInt64 = 0
        for offset in numbers.indices {
            mismatch |= (numbers[offset] != first ? 1 : 0) & (numbers[offset] != last ? 1 : 0)
        }
        return mismatch != 0 ? numbers.indices.first { !values.contains(numbers[$0]) } : nil
    }
}

extension Domain {
    /// Whether it contains a number; class targets depend on the shape, so that `classes` has none.
    func contains(_ number: Double) -> Bool {
        switch self {
        case .interval(let interval): interval.contains(number)
        case .values(let values): values.contains(number)
        case .classes: false
        }
    }
}

extension Domain: CustomStringConvertible {
    /// The accepted numbers, in words.
    package var description: String {
        switch self {
        case .interval(let interval): interval.description
        case .values(let values): values.map { $0.shortest }.joined(separator: " or ")
        case .classes: "class indices (one dimension fewer) or distributions (the same shape)"
        }
    }
}

/// The domains of a loss's two inputs, under given options.
package struct Domains: Equatable, Sendable {
    /// The options under which these domains apply; empty means always.
    package let options: [String: OptionValue]
    package let predictions: Domain
    package let targets: Domain

    /// All real numbers, for any options.
    static let real = Domains(predictions: .real, targets: .real)

    package init(_ options: [String: OptionValue] = [:], predictions: Domain, targets: Domain) {
        self.options = options
        self.predictions = predictions
        self.targets = targets
    }
}
