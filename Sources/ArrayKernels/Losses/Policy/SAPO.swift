// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// Soft adaptive policy optimization: the policy gradient with a smooth gate of the ratio.
///
/// With the ratio q, the advantage A and u = τ(q - 1): ℓ = -4A σ(u)/τ, dℓ/dp = -4A q σ(u) σ(-u),
/// d²ℓ/dp² = -4A q σ(u) σ(-u) (1 - τ q tanh(u/2)). The surrogate is the magnitude.
struct SAPO: PointwiseLoss {
    static var inputCount: Int { 3 }
    static var hasPrecisePath: Bool { true }

    static let positive = Option.number(
        "temperature_positive",
        default: 1,
        .closed(1e-3, 100),
        "Steepness of the gate where the advantage is positive."
    )
    static let negative = Option.number(
        "temperature_negative",
        default: 1.05,
        .closed(1e-3, 100),
        "Steepness of the gate where the advantage is not positive."
    )

    private let temperatures: (positive: Double, negative: Double)

    init(_ options: OptionValues) {
        temperatures = (options[Self.positive], options[Self.negative])
    }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let logRatio = x.logRatio
        let ratio = Exponential(logRatio.head.clamped(-750, 50)).sum
        let excess = (ratio - Vector(repeating: 1)) + ratio.head * logRatio.tail
        let gate = Gate(excess, temperature(x[2]))
        let bend = gate.rate.head * gate.logistic.tangentOfHalf
        let factor = 1 - bend
        // Beyond, the error of the exponential shows in the small probability.
        let isSteep = gate.u.head.magnitude .> 16
        return point(
            x,
            gate,
            factor: factor,
            product: gate.logistic.product,
            exponent: logRatio,
            cancelled: isSteep,
            cancelledHessian: factor.isCancelled(bend) .| isSteep
        )
    }

    @inline(always)
    func precisePoint(_ x: Elements) -> Point {
        let logRatio = x.logRatio
        // Beyond, the gate is closed.
        let bounded = logRatio.replacing(
            with: TwoDoubles(repeating: 50),
            where: logRatio.head .> 50
        )
        let gate = Gate(TwoDoubles.expm1(bounded), temperature(x[2]))
        let bend = gate.rate * PreciseLogistic(gate.u).tangentOfHalf
        // A probability that is subnormal must not be multiplied.
        let isFar = gate.u.head .> 700
        return point(
            x,
            gate,
            factor: (Vector(repeating: 1) - bend).rounded,
            product: gate.logistic.product.replacing(with: 1, where: isFar),
            exponent: logRatio.replacing(with: logRatio - gate.u, where: isFar),
            cancelled: .none,
            cancelledHessian: .none
        )
    }

    /// The gate at a ratio.
    private struct Gate {
        let temperature: Vector
        /// u.
        let u: TwoDoubles
        /// τq.
        let rate: TwoDoubles
        let logistic: Logistic

        /// - Parameters:
        ///   - excess: the ratio less 1.
        ///   - temperature: τ.
        @inline(always)
        init(_ excess: TwoDoubles, _ temperature: Vector) {
            self.temperature = temperature
            u = (excess * temperature).withoutTinyTail
            rate = (excess + Vector(repeating: 1)) * temperature
            logistic = Logistic(u)
        }
    }

    @inline(always)
    private func temperature(_ advantage: Vector) -> Vector {
        Vector(repeating: temperatures.negative)
            .replacing(with: temperatures.positive, where: advantage .> 0)
    }

    /// The loss from its terms; `factor` is 1 - τq tanh(u/2), and `product` times e to the `exponent`
    /// is q σ(u) σ(-u).
    @inline(always)
    private func point(
        _ x: Elements,
        _ gate: Gate,
        factor: Vector,
        product: Vector,
        exponent: TwoDoubles,
        cancelled: Mask,
        cancelledHessian: Mask
    ) -> Point {
        let weight = -4 * x[2] * product
        let hessian = Vector.exp(exponent, times: weight * factor)
        let derivatives = Derivatives(
            gradient: .exp(exponent, times: weight),
            hessian: hessian,
            surrogate: hessian.magnitude,
            cancelled: cancelled,
            cancelledHessian: cancelledHessian
        )
        let value = 4 * gate.logistic.sigmoid / gate.temperature
        return Point(
            loss: -value * x[2],
            cancelled: cancelled,
            first: derivatives,
            second: derivatives.opposite,
            third: Derivatives(
                gradient: -value,
                hessian: Vector(repeating: 0),
                cancelled: cancelled
            )
        )
    }
}

extension SAPO {
    static let facts = Facts(
        name: "sapo",
        aliases: ["soft_adaptive_policy_optimization"],
        family: .policy,
        summary: "Soft adaptive policy optimization: the policy gradient with a smooth gate of the "
            + "ratio of the probabilities.",
        formula: .init(
            plain: "-4 a / (t (1 + exp(-t (q - 1)))) with q = exp(p - o), p and o the logarithms "
                + "of the probabilities by the policy and the sampling policy, a the advantage and "
                + "t the temperature",
            gradient: "-4 a q s (1 - s) in p, s = 1 / (1 + exp(-t (q - 1))); its opposite in o",
            tex: #"-\tfrac{4}{\tau} \sigma(\tau (q - 1)) A, \quad q = "#
                + #"\tfrac{\pi}{\pi_{\text{old}}}"#
        ),
        options: [positive.declaration, negative.declaration],
        signature: Policies.tokens,
        diagnostics: .ratios([]),
        kinks: ["a = 0: the gradient in a is that for a < 0"],
        properties: [.differentiable, .twiceDifferentiable],
        notes: [
            Policies.constants, Policies.normalizer,
            "The surrogate of the Hessian is its magnitude.",
        ],
        references: [
            "C. Gao et al., Soft Adaptive Policy Optimization, 2025",
            "TRL GRPOTrainer "
                + "sapo",
        ],
        conventions: [.trl()],
        examples: Policies.examples
    )
}
