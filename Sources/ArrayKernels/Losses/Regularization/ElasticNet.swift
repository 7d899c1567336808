// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// A mixture of magnitudes and half squares: strength·Σ(ρ|w| + (1 - ρ)w²/2).
struct ElasticNet: QuadraticPenalty {
    static let l1Ratio = Option.number(
        "l1_ratio",
        default: 0.5,
        .unit,
        "Share of the l1 term, often written rho; the rest applies to half the squares."
    )

    let strength: Double
    let magnitudeShare: Double
    let squareShare: Double
    let magnitudeWeight: TwoDoubles
    let squareWeight: Double

    init(_ options: OptionValues) {
        let ratio = options[Self.l1Ratio]
        strength = options[Self.strength]
        magnitudeShare = ratio
        squareShare = (1 - ratio) / 2
        magnitudeWeight = .product(Vector(repeating: strength), Vector(repeating: ratio))
        squareWeight = strength * (1 - ratio) / 2
    }
}

extension ElasticNet {
    static let facts = Facts(
        name: "elastic_net",
        aliases: ["l1_l2", "l1_plus_l2"],
        family: .regularization,
        summary: "A mixture of l1 and half l2: sparse, and stable for correlated parameters.",
        formula: .init(
            plain: "strength (l1_ratio sum |w| + (1 - l1_ratio) / 2 sum w^2)",
            gradient: "strength (l1_ratio sign(w) + (1 - l1_ratio) w)",
            tex: #"\lambda \sum_i \left( \rho \lvert w_i \rvert + \tfrac{1-\rho}{2} w_i^2 \right)"#
        ),
        options: [strength.declaration, l1Ratio.declaration],
        signature: .parameters,
        kinks: ["w = 0: the gradient is 0, the middle of the subdifferential"],
        properties: [.convex, .symmetric],
        bounds: Bounds(hessian: Bound(strength) * (1 - Bound(l1Ratio))),
        notes: ["The parametrisation of scikit-learn's ElasticNet, whose strength is alpha."],
        references: ["H. Zou, T. Hastie, JRSS B 67, 2005", "scikit-learn ElasticNet"],
        defaultReduction: .sum
    )
}
