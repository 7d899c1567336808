// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The squared Hellinger distance of two distributions.
///
/// ℓ = Σ (√q - √y)²/2, ∂ℓ/∂q = (q - y)/(2√q (√q + √y)), ∂²ℓ/∂q² = √(y/q)/(4q), and in y likewise.
struct HellingerDistance: SeparableRowLoss {
    init(_ options: OptionValues) {}

    @inline(always)
    func term(_ prediction: Vector, _ target: Vector) -> TwoDoubles {
        let roots = TwoDoubles(prediction).squareRoot + TwoDoubles(target).squareRoot
        let term = (TwoDoubles.difference(prediction, target) / roots).squared
        return TwoDoubles(repeating: 0)
            .replacing(with: term.scaled(by: Vector(repeating: 0.5)), where: roots.head .> 0)
    }

    @inline(always)
    func derivatives(_ prediction: Vector, _ target: Vector) -> Derivatives {
        let (root, other) = (TwoDoubles(prediction).squareRoot, TwoDoubles(target).squareRoot)
        let slope = TwoDoubles.difference(prediction, target) / (root + other) / root
        let isAlone = target .== 0
        return Derivatives(
            gradient: (0.5 * slope.rounded).replacing(with: 0.5, where: isAlone),
            hessian: (0.25 * (other.head / root.head / prediction))
                .replacing(with: 0, where: isAlone)
        )
    }

    @inline(always)
    func targetDerivatives(_ prediction: Vector, _ target: Vector) -> Derivatives {
        derivatives(target, prediction)
    }
}

extension HellingerDistance {
    static let facts = Facts(
        name: "hellinger",
        aliases: ["hellinger_distance", "squared_hellinger"],
        family: .distribution,
        summary: "Half the sum of squared differences of the roots of probabilities.",
        formula: .init(
            plain: "sum_k (sqrt(q_k) - sqrt(y_k))^2 / 2",
            gradient: "(1 - sqrt(y_k / q_k)) / 2",
            tex: #"\tfrac12 \sum_k \left( \sqrt{q_k} - \sqrt{y_k} \right)^2"#
        ),
        options: [RowOptions.axis.declaration, ProbabilityOptions.checkSums.declaration],
        signature: .distributions,
        kinks: [
            "q = 0 with y > 0: the derivatives are infinite, and refused",
            "q = y = 0: the derivatives are those for y = 0, 1/2 and 0",
        ],
        properties: [.convex, .differentiable, .twiceDifferentiable, .symmetric],
        bounds: Bounds(
            when: [ProbabilityOptions.checkSums.declaration.name: .flag(true)],
            loss: 1
        ),
        minimizer: .value("mean(sqrt(t_k))^2 / sum_j mean(sqrt(t_j))^2"),
        notes: [
            "At most 1. The Hellinger distance is its square root.",
            "It is no proper scoring rule: the mean over outcomes of probabilities p is least where q is in "
                + "proportion to p^2.",
        ],
        references: [
            "E. Hellinger, Neue Begründung der Theorie quadratischer Formen von unendlichvielen "
                + "Veränderlichen, Journal für die reine und angewandte Mathematik 136, 1909",
            "A. Cichocki, S. Amari, Families of Alpha- Beta- and Gamma-Divergences, Entropy 12, 2010",
        ]
    )
}
