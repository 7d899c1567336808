// SPDX-License-Identifier: Apache-2.0

/// The bounds of a loss and of its derivatives with respect to each number of its primary inputs; `nil` for those
/// without a bound.
///
/// They hold whatever the options are, and are the least ones unless an option that they don't name makes the loss
/// smaller.
package struct Bounds: Sendable {
    /// The options with which they hold.
    package let when: [String: OptionValue]
    package let loss: Bound?
    /// The bound of the magnitude of the gradient: the Lipschitz constant.
    package let gradient: Bound?
    /// The bound of the magnitude of the Hessian, where it exists: the smoothness.
    package let hessian: Bound?

    package init(
        when options: [String: OptionValue] = [:],
        loss: Bound? = nil,
        gradient: Bound? = nil,
        hessian: Bound? = nil
    ) {
        when = options
        self.loss = loss
        self.gradient = gradient
        self.hessian = hessian
    }

    /// Whether there is no bound.
    package var areEmpty: Bool { loss == nil && gradient == nil && hessian == nil }
}
