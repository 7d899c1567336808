// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// Half the squared error, whose gradient is the error.
///
/// With `e = p - t`: ℓ = e²/2, dℓ/dp = e, d²ℓ/dp² = 1.
struct HalfSquaredError: DistanceLoss {
    init(_ options: OptionValues) {}

    @inline(always)
    func point(_ error: Difference) -> (loss: Vector, derivatives: Derivatives) {
        (
            0.5 * error.value * error.value,
            Derivatives(gradient: error.value, hessian: Vector(repeating: 1))
        )
    }
}

extension HalfSquaredError {
    static let facts = Facts(
        name: "half_squared_error",
        aliases: [
            "l2_loss",
            .init("regression", convention: "lightgbm"),
            .init("regression_l2", convention: "lightgbm"),
            .init("reg:squarederror", convention: "xgboost"),
            .init("reg:linear", convention: "xgboost"),
        ],
        family: .regression,
        summary: "Half the squared error, whose gradient is the error and whose Hessian is 1.",
        formula: .init(plain: "(p - t)^2 / 2", gradient: "p - t", tex: #"\tfrac12 (p - t)^2"#),
        options: [],
        signature: .realPair,
        kinks: [],
        properties: [.strictlyConvex, .convex, .differentiable, .twiceDifferentiable, .symmetric],
        bounds: Bounds(hessian: 1),
        minimizer: .mean(),
        relations: [.half(of: "squared_error")],
        notes: [
            "Half of squared_error. XGBoost multiplies the weight of targets of 1 by "
                + "scale_pos_weight; LightGBM's reg_sqrt fits the square roots of the targets."
        ],
        references: [
            "optax l2_loss", "scikit-learn HalfSquaredError", "XGBoost reg:squarederror",
            "LightGBM regression",
        ],
        conventions: [
            .xgBoost(),
            .lightGBM(),
            .catBoost(notes: ["The objective RMSE; the metric of that name is the root of a mean."]
            ),
            .scikitLearn(notes: ["The loss squared_error of boosted trees and SGD."]),
            .optax(),
            .tensorFlow(
                reduction: .sum,
                notes: ["tf.nn.l2_loss, whose input is the difference of predictions and targets."]
            ),
        ]
    )
}
