// SPDX-License-Identifier: Apache-2.0

/// What of an evaluation is wanted; the rest is not computed.
package struct Outputs: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Whether a derivative is among them.
    var includeDerivatives: Bool { !isDisjoint(with: [.gradient, .hessian]) }

    /// How many derivatives are among them.
    package var derivativeCount: Int {
        (contains(.gradient) ? 1 : 0) + (contains(.hessian) ? 1 : 0)
    }

    package static let loss = Outputs(rawValue: 1)
    package static let gradient = Outputs(rawValue: 2)
    package static let lossAndGradient = Outputs(rawValue: 3)
    package static let hessian = Outputs(rawValue: 4)
    /// The losses one by one, before weights and reduction.
    package static let elements = Outputs(rawValue: 8)
}
