// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The total variation distance of two distributions.
///
/// ℓ = Σ |q - y|/2, ∂ℓ/∂q = sign(q - y)/2, ∂²ℓ/∂q² = 0. At q = y the subgradient is 0.
struct TotalVariation: SeparableRowLoss {
    init(_ options: OptionValues) {}

    @inline(always)
    func term(_ prediction: Vector, _ target: Vector) -> TwoDoubles {
        let difference = TwoDoubles.difference(prediction, target)
        return difference.scaled(by: Vector(repeating: 0.5).withSign(of: difference.head))
    }

    @inline(always)
    func derivatives(_ prediction: Vector, _ target: Vector) -> Derivatives {
        Derivatives(
            gradient: 0.5 * (prediction - target).sign,
            hessian: Vector(repeating: 0),
            surrogate: Vector(repeating: 0.5)
        )
    }

    @inline(always)
    func targetDerivatives(_ prediction: Vector, _ target: Vector) -> Derivatives {
        derivatives(target, prediction)
    }
}

extension TotalVariation {
    static let facts = Facts(
        name: "total_variation",
        aliases: ["total_variation_distance", "tv_distance"],
        family: .distribution,
        summary:
            "Half the sum of absolute differences of probabilities: the largest difference of the "
            + "probabilities of an event.",
        formula: .init(
            plain: "sum_k |q_k - y_k| / 2",
            gradient: "sign(q_k - y_k) / 2",
            tex: #"\tfrac12 \sum_k \lvert q_k - y_k \rvert"#
        ),
        options: [RowOptions.axis.declaration, ProbabilityOptions.checkSums.declaration],
        signature: .distributions,
        kinks: ["q = y: the gradient is 0, the middle of the subdifferential [-1/2, 1/2]"],
        properties: [.convex, .lipschitz, .symmetric],
        bounds: Bounds(
            when: [ProbabilityOptions.checkSums.declaration.name: .flag(true)],
            loss: 1,
            gradient: 0.5,
            hessian: 0
        ),
        notes: ["At most 1. The surrogate of the Hessian, which is 0, is 1/2."],
        references: [
            "D. A. Levin, Y. Peres, Markov Chains and Mixing Times, 2nd edition, 2017, section 4.1"
        ]
    )
}
