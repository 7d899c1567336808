// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The square of the excess of the absolute error over a tolerance.
///
/// With `e = p - t` and x = max(0, |e| - tolerance): ℓ = x², dℓ/dp = 2x sign e, and d²ℓ/dp² is 2 if
/// x > 0, else 0.
struct SquaredEpsilonInsensitive: DistanceLoss {
    private let tolerance: Double

    init(_ options: OptionValues) {
        tolerance = options[EpsilonInsensitive.tolerance]
    }

    @inline(always)
    func point(_ error: Difference) -> (loss: Vector, derivatives: Derivatives) {
        let excess = error.excess(over: tolerance)
        return (
            excess * excess,
            Derivatives(
                gradient: 2 * excess.withSign(of: error.value),
                hessian: Vector(repeating: 0).replacing(with: 2, where: excess .> 0)
            )
        )
    }
}

extension SquaredEpsilonInsensitive {
    static let facts = Facts(
        name: "squared_epsilon_insensitive",
        aliases: ["squared_epsilon_insensitive_loss", "L2EpsilonInsLoss"],
        family: .regression,
        summary: "The square of the excess of the absolute error over a tolerance.",
        formula: .init(
            plain: "max(0, |p - t| - tolerance)^2",
            gradient: "2 sign(p - t) max(0, |p - t| - tolerance)",
            tex: #"\max(0,\ \lvert p - t \rvert - \varepsilon)^2"#
        ),
        options: [EpsilonInsensitive.tolerance.declaration],
        signature: .realPair,
        kinks: ["|p - t| = tolerance: differentiable; the Hessian is 0 there and 2 beyond"],
        properties: [.convex, .differentiable, .symmetric],
        bounds: Bounds(hessian: 2),
        relations: [.same(as: "squared_error", when: ["tolerance": .number(0)])],
        notes: [
            "scikit-learn calls the tolerance epsilon; LossFunctions.jl has no default for it."
        ],
        references: [
            "scikit-learn SGDRegressor squared_epsilon_insensitive",
            "LossFunctions.jl L2EpsilonInsLoss",
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
