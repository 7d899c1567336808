// SPDX-License-Identifier: Apache-2.0

/// The squared error.
///
/// With `e = p - t`: ℓ = e², dℓ/dp = 2e, d²ℓ/dp² = 2.
struct SquaredError: PointwiseLoss {
    static let facts = Facts(
        name: "squared_error",
        aliases: ["mse", "mean_squared_error", "mse_loss", "L2DistLoss"],
        family: .regression,
        summary: "The squared error; its mean is minimised by the mean of the targets.",
        formula: .init(plain: "(p - t)^2", gradient: "2 (p - t)", tex: "(p - t)^2"),
        options: [],
        domains: [.real],
        kinks: [],
        properties: [.strictlyConvex, .convex, .differentiable, .twiceDifferentiable, .symmetric],
        notes: [
            "scikit-learn's boosting, optax's l2_loss, XGBoost's reg:squarederror and LightGBM's "
                + "regression use half of it."
        ],
        references: ["PyTorch MSELoss", "Keras MeanSquaredError", "optax squared_error"]
    )

    var domains: Domains { .real }

    init(_ options: OptionValues) {}

    func point(_ prediction: Double, _ target: Double, at _: Int) -> Point {
        let error = prediction - target
        return Point(loss: error * error, gradient: 2 * error, hessian: 2)
    }
}
