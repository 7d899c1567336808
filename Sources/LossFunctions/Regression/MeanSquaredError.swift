// SPDX-License-Identifier: Apache-2.0

/// The square of the error.
///
/// With `e = p - t`: ℓ = e², dℓ/dp = 2e, d²ℓ/dp² = 2.
struct MeanSquaredError: PointwiseLoss {
    static let facts = Facts(
        name: "mse",
        aliases: ["mean_squared_error", "squared_error", "mse_loss", "L2DistLoss"],
        task: .regression,
        summary: "The square of the error: its mean is least at the targets' mean.",
        formula: .init(plain: "(p - t)^2", gradient: "2 (p - t)", tex: "(p - t)^2"),
        parameters: [],
        domains: [.real],
        kinks: [],
        properties: [.strictlyConvex, .convex, .differentiable, .twiceDifferentiable, .symmetric],
        notes: [
            "Twice the squared error of scikit-learn's boosting, optax's l2_loss, XGBoost's "
                + "reg:squarederror and LightGBM's regression, which halve the square."
        ],
        references: ["PyTorch MSELoss", "Keras MeanSquaredError", "optax squared_error"]
    )

    var domains: Domains { .real }

    init(_ arguments: Arguments) {}

    func point(_ prediction: Double, _ target: Double, at _: Int) -> Point {
        let error = prediction - target
        return Point(loss: error * error, gradient: 2 * error, hessian: 2)
    }
}
