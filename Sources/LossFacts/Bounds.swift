// SPDX-License-Identifier: Apache-2.0

/// The least upper bounds of a loss and its derivatives with respect to the first input; `nil` for those
/// without a bound.
package struct Bounds: Sendable {
    package let loss: Bound?
    /// The bound of the magnitude of the gradient: the Lipschitz constant.
    package let gradient: Bound?
    /// The bound of the magnitude of the Hessian, where it exists: the smoothness.
    package let hessian: Bound?

    package init(loss: Bound? = nil, gradient: Bound? = nil, hessian: Bound? = nil) {
        self.loss = loss
        self.gradient = gradient
        self.hessian = hessian
    }
}

/// A number times a power of an option.
package struct Bound: Sendable {
    private let factor: Double
    private let option: Option<Double>?
    private let power: Int

    package init(_ factor: Double) {
        (self.factor, option, power) = (factor, nil, 0)
    }

    package init(_ factor: Double, _ option: Option<Double>, power: Int = 1) {
        (self.factor, self.option, self.power) = (factor, option, power)
    }

    package init(_ option: Option<Double>, power: Int = 1) { self.init(1, option, power: power) }

    /// The bound under some options.
    package func value(under options: OptionValues) -> Double {
        guard let option else { return factor }
        let base = options[option]
        return (0..<abs(power)).reduce(factor) { value, _ in
            power > 0 ? value * base : value / base
        }
    }
}

extension Bound: CustomStringConvertible, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral {
    package init(integerLiteral factor: Int) { self.init(Double(factor)) }

    package init(floatLiteral factor: Double) { self.init(factor) }

    package var description: String {
        guard let option else { return factor.shortest }
        let exponent = abs(power) == 1 ? "" : "^\(abs(power))"
        let base = option.declaration.name + exponent
        return power < 0
            ? "\(factor.shortest) / \(base)" : factor == 1 ? base : "\(factor.shortest) \(base)"
    }
}
