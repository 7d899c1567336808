// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The excess of the absolute error over a tolerance, as in support vector regression.
///
/// With `e = p - t` and x = |e| - tolerance: ℓ = max(0, x), dℓ/dp = sign e if x > 0, else 0,
/// d²ℓ/dp² = 0. At x = 0 the subgradient is 0.
struct EpsilonInsensitive: DistanceLoss {
    static let tolerance = Option.number(
        "tolerance",
        default: 0.1,
        .nonNegative,
        "Error, often written epsilon, up to which the loss is 0."
    )

    private let tolerance: Double

    init(_ options: OptionValues) {
        tolerance = options[Self.tolerance]
    }

    @inline(always)
    func point(_ error: Difference) -> (loss: Vector, derivatives: Derivatives) {
        let excess = error.excess(over: tolerance)
        let isActive = excess .> 0
        let zero = Vector(repeating: 0)
        return (
            excess,
            Derivatives(
                gradient: zero.replacing(with: error.value.sign, where: isActive),
                hessian: zero,
                surrogate: zero.replacing(with: 1, where: isActive)
            )
        )
    }
}

extension Difference {
    /// The magnitude less a tolerance, with a single rounding if they are close; 0 if it is negative.
    @inline(always)
    func excess(over tolerance: Double) -> Vector {
        let excess = (value.magnitude - tolerance) + errorOfMagnitude
        return Vector(repeating: 0).replacing(with: excess, where: excess .> 0)
    }
}

extension EpsilonInsensitive {
    static let facts = Facts(
        name: "epsilon_insensitive",
        aliases: ["epsilon_insensitive_loss", "L1EpsilonInsLoss"],
        family: .regression,
        summary: "The excess of the absolute error over a tolerance, as in support vector "
            + "regression.",
        formula: .init(
            plain: "max(0, |p - t| - tolerance)",
            gradient: "sign(p - t) where |p - t| > tolerance, else 0",
            tex: #"\max(0,\ \lvert p - t \rvert - \varepsilon)"#
        ),
        options: [tolerance.declaration],
        signature: .realPair,
        kinks: ["|p - t| = tolerance: the gradient is 0"],
        properties: [.convex, .lipschitz, .symmetric],
        bounds: Bounds(gradient: 1, hessian: 0),
        relations: [.same(as: "absolute_error", when: ["tolerance": .number(0)])],
        notes: [
            "scikit-learn calls the tolerance epsilon; LossFunctions.jl has no default for it."
        ],
        references: [
            "V. N. Vapnik, The Nature of Statistical Learning Theory, 1995",
            "scikit-learn SGDRegressor epsilon_insensitive", "LossFunctions.jl L1EpsilonInsLoss",
        ],
        conventions: [
            .scikitLearn(["tolerance": .number(0.1)])
        ],
        examples: [
            Example([
                "predictions": Tensor(shape: [3], values: [0.3, 1.7, -0.45]),
                "targets": Tensor(shape: [3], values: [0, 1.875, -0.5]),
            ])
        ]
    )
}
