// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// A bounded loss for data in which some labels are wrong.
///
/// With the label y = ±1, a = yp and s = σ(-a): ℓ = s², dℓ/dp = -2y s² σ(a),
/// d²ℓ/dp² = 2 s² σ(a) (2 - 3s).
struct Savage: MarginLoss {
    static var hasPrecisePath: Bool { true }

    let labels: LabelEncoding

    init(_ options: OptionValues) {
        labels = options[LabelEncoding.option]
    }

    @inline(always)
    func point(margin: Vector) -> (loss: Vector, derivatives: Derivatives) {
        let isNegative = margin .< 0
        let decay = Vector.exp(-margin.magnitude)
        // s and 1 - s over the common denominator 1 + e^-|a|, whose rounding error counts three times.
        let sum = TwoDoubles.orderedSum(Vector(repeating: 1), decay)
        let square = sum.squared
        let size = (decay * decay).replacing(with: 1, where: isNegative)
        let slope = 2 * (decay * decay).replacing(with: decay, where: isNegative)
        let bend = (2 - decay).replacing(with: 2 * decay - 1, where: isNegative)
        let hessian = slope * bend / square.squared.head
        return (
            size / square.head,
            Derivatives(
                gradient: -slope / (square * sum).head,
                hessian: hessian,
                surrogate: hessian.magnitude,
                cancelledHessian: bend.isCancelled(2 * decay) .& isNegative
            )
        )
    }

    @inline(always)
    func preciseDerivatives(margin: Vector) -> Derivatives {
        // Needed only where the margin is negative.
        let decay = TwoDoubles.exp(-margin.magnitude)
        let one = Vector(repeating: 1)
        let sum = decay + one
        let slope = (decay / sum / sum / sum).scaled(by: Vector(repeating: 2)).rounded
        let hessian = slope * ((decay.scaled(by: Vector(repeating: 2)) - one) / sum).rounded
        return Derivatives(gradient: -slope, hessian: hessian, surrogate: hessian.magnitude)
    }
}

extension Savage {
    static let facts = Facts(
        name: "savage",
        aliases: ["savage_loss"],
        family: .binary,
        summary: "A bounded loss for data in which some labels are wrong.",
        formula: .init(
            plain: "1 / (1 + exp(y p))^2, y the label as -1 or 1",
            gradient: "-2 y exp(y p) / (1 + exp(y p))^3",
            tex: #"\frac{1}{(1 + e^{y p})^2}"#
        ),
        options: [LabelEncoding.option.declaration],
        signature: .margin,
        kinks: [],
        properties: [
            .differentiable, .twiceDifferentiable, .lipschitz, .properScoring,
            .classificationCalibrated,
        ],
        bounds: Bounds(loss: 1, gradient: 0.2962962962962963, hessian: 0.15405857012135051),
        minimizer: .mean(.logit),
        notes: [
            "The Hessian is negative where y p < -log 2. Some authors write exp(2 y p)."
        ],
        references: [
            "H. Masnadi-Shirazi, N. Vasconcelos, On the Design of Loss Functions for "
                + "Classification, NIPS 2008"
        ]
    )
}
