// SPDX-License-Identifier: Apache-2.0

/// Which numbers an input may hold.
package enum Domain: Equatable, Sendable {
    case interval(Interval)
    case values([Double])
    /// Class indices along an axis, or distributions over it: the shape decides which.
    case classes

    package static let real = Domain.interval(.real)
    package static let unit = Domain.interval(.unit)

    /// The offset of the first number that does not belong, or nil.
    ///
    /// Client numbers are always finite, so `real` holds them all. Class targets are checked by
    /// `RowTargets`, which knows how many classes there are.
    func firstViolation(in numbers: [Double]) -> Int? {
        switch self {
        case .interval(.real), .classes: nil
        case .interval(let interval): numbers.firstIndex { !interval.contains($0) }
        case .values(let values): numbers.firstIndex { !values.contains($0) }
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

    package init(_ options: [String: Argument] = [:], predictions: Domain, targets: Domain) {
        self.options = options
        self.predictions = predictions
        self.targets = targets
    }
}
