// SPDX-License-Identifier: Apache-2.0

/// The magnitude of the error.
///
/// With `e = p - t`: ℓ = |e|, dℓ/dp = sign e, d²ℓ/dp² = 0. At `e = 0` the subgradient 0 is taken.
struct MeanAbsoluteError: PointwiseLoss {
    static let facts = Facts(
        name: "mae",
        aliases: [
            "mean_absolute_error", "absolute_error", "l1_loss", "L1DistLoss",
            "reg:absoluteerror", "regression_l1",
        ],
        task: .regression,
        summary: "The magnitude of the error: its mean is least at the targets' median.",
        formula: .init(plain: "|p - t|", gradient: "sign(p - t)", tex: #"\lvert p - t \rvert"#),
        parameters: [],
        domains: [.real],
        kinks: ["p = t: the gradient is 0, the middle of the subdifferential [-1, 1]"],
        properties: [.convex, .lipschitz, .symmetric],
        notes: [
            "At p = t scikit-learn and Keras on JAX return -1; PyTorch, MLX and LightGBM return 0.",
            "XGBoost and LightGBM put a surrogate in place of the Hessian, which is 0.",
        ],
        references: ["PyTorch L1Loss", "Keras MeanAbsoluteError", "scikit-learn AbsoluteError"]
    )

    var domains: Domains { .real }

    init(_ arguments: Arguments) {}

    func point(_ prediction: Double, _ target: Double, at _: Int) -> Point {
        let error = prediction - target
        let sign: Double = (error > 0 ? 1 : 0) - (error < 0 ? 1 : 0)
        return Point(loss: error.magnitude, gradient: sign, hessian: 0)
    }
}
