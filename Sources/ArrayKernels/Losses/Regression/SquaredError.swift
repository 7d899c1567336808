// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The squared error.
///
/// With `e = p - t`: ℓ = e², dℓ/dp = 2e, d²ℓ/dp² = 2.
struct SquaredError: DistanceLoss {
    init(_ options: OptionValues) {}

    @inline(always)
    func point(_ error: Difference) -> (loss: Vector, derivatives: Derivatives) {
        (
            error.value * error.value,
            Derivatives(gradient: 2 * error.value, hessian: Vector(repeating: 2))
        )
    }
}

extension SquaredError {
    static let facts = Facts(
        name: "squared_error",
        aliases: ["mse", "mean_squared_error", "mse_loss", "L2DistLoss"],
        family: .regression,
        summary: "The squared error; its mean is minimised by the mean of the targets.",
        formula: .init(plain: "(p - t)^2", gradient: "2 (p - t)", tex: "(p - t)^2"),
        options: [],
        signature: .realPair,
        kinks: [],
        properties: [.strictlyConvex, .convex, .differentiable, .twiceDifferentiable, .symmetric],
        bounds: Bounds(hessian: 2),
        minimizer: .mean(),
        notes: [
            "scikit-learn's boosting, optax's l2_loss, XGBoost's reg:squarederror and LightGBM's "
                + "regression use half of it."
        ],
        references: ["PyTorch MSELoss", "Keras MeanSquaredError", "optax squared_error"],
        conventions: [
            .pyTorch(),
            .keras(),
            .scikitLearn(notes: [
                "The metric mean_squared_error; squared_error in boosted trees and SGD is half_squared_error."
            ]),
            .optax(),
            .mlx(reduction: .elementMean),
            .tensorFlow(
                reduction: .elementMean,
                notes: [
                    "tf.compat.v1.losses.mean_squared_error, in single precision; it does not count "
                        + "losses whose weight is 0."
                ]
            ),
            .flux(),
        ]
    )
}
