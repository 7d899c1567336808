// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// A bounded loss that falls like a sigmoid of the margin.
///
/// With the label y = ±1 and a = yp: ℓ = 1 - tanh a = 2σ(-2a), dℓ/dp = -y / cosh² a,
/// d²ℓ/dp² = 2 tanh a / cosh² a.
struct SigmoidMargin: MarginLoss {
    let labels: LabelEncoding

    init(_ options: OptionValues) {
        labels = options[LabelEncoding.option]
    }

    @inline(always)
    func point(margin: Vector) -> (loss: Vector, derivatives: Derivatives) {
        let cosine = HyperbolicCosine(margin.magnitude, tail: Vector(repeating: 0))
        let bend = 2 * cosine.tangent * cosine.squaredSecant
        return (
            2 * Logistic(2 * margin).complement,
            Derivatives(
                gradient: -cosine.squaredSecant,
                hessian: bend.withSign(of: margin),
                surrogate: bend
            )
        )
    }
}

extension SigmoidMargin {
    static let facts = Facts(
        name: "sigmoid_margin",
        aliases: ["SigmoidLoss"],
        family: .binary,
        summary: "A bounded loss that falls like a sigmoid of the margin, robust against wrong "
            + "labels.",
        formula: .init(
            plain: "1 - tanh(y p), y the label as -1 or 1",
            gradient: "-y / cosh(y p)^2",
            tex: #"1 - \tanh(y p)"#
        ),
        options: [LabelEncoding.option.declaration],
        signature: .margin,
        kinks: [],
        properties: [
            .differentiable, .twiceDifferentiable, .lipschitz, .classificationCalibrated,
        ],
        bounds: Bounds(loss: 2, gradient: 1, hessian: 0.769800358919501),
        notes: ["The Hessian is negative where y p < 0."],
        references: [
            "L. Mason et al., Boosting Algorithms as Gradient Descent, NIPS 1999",
            "LossFunctions.jl SigmoidLoss",
        ]
    )
}
