// SPDX-License-Identifier: Apache-2.0

/// Which numbers an input may hold.
package enum Domain: Equatable, Sendable {
    case interval(Interval)
    case values([Double])
    /// Class indices along an axis, or distributions over it: the shape decides which.
    case classes

    package static let real = Domain.interval(.real)
    package static let unit = Domain.interval(.unit)

    /// The offset of the first number outside the domain; `nil` if it contains all of them.
    ///
    /// Client numbers are always finite, so `real` holds them all. Class targets are checked by
    /// `RowTargets`, which knows how many classes there are.
    func firstOutside(in numbers: [Double]) -> Int? {
        switch self {
        case .interval(.real), .classes: nil
        case .interval(let interval): interval.firstOutside(in: numbers.span)
        case .values(let values): Self.firstOutside(in: numbers.span, of: values)
        }
    }

    /// The offset of the first number that is not among `values`, of which there are few.
    private static func firstOutside(in numbers: Span<Double>, of values: [Double]) -> Int? {
        guard let first = values.first, let last = values.last else { return nil }
        // Most often there are two, and both comparisons take no branch.
        var strange: UInt64 = 0
        for offset in numbers.indices {
            strange |= (numbers[offset] != first ? 1 : 0) & (numbers[offset] != last ? 1 : 0)
        }
        return strange != 0 ? numbers.indices.first { !values.contains(numbers[$0]) } : nil
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
    /// What would be accepted, in words.
    package var description: String {
        switch self {
        case .interval(let interval): interval.description
        case .values(let values): values.map { $0.shortest }.joined(separator: " or ")
        case .classes: "class indices (one dimension fewer) or distributions (the same shape)"
        }
    }
}

/// The domains of a loss's two inputs, and when they hold.
package struct Domains: Equatable, Sendable {
    /// The options under which these are the domains; none: always.
    package let options: [String: Argument]
    package let predictions: Domain
    package let targets: Domain

    /// Any numbers, whatever the options.
    static let real = Domains(predictions: .real, targets: .real)

    package init(_ options: [String: Argument] = [:], predictions: Domain, targets: Domain) {
        self.options = options
        self.predictions = predictions
        self.targets = targets
    }
}
