// SPDX-License-Identifier: Apache-2.0

/// The absolute error.
///
/// With `e = p - t`: ℓ = |e|, dℓ/dp = sign e, d²ℓ/dp² = 0. At `e = 0` the subgradient is 0.
struct AbsoluteError: PointwiseLoss {
    static let facts = Facts(
        name: "absolute_error",
        aliases: [
            "mae", "mean_absolute_error", "mae_loss", "l1_loss", "L1DistLoss",
            "reg:absoluteerror", "regression_l1",
        ],
        family: .regression,
        summary: "The absolute error; its mean is minimised by the median of the targets.",
        formula: .init(plain: "|p - t|", gradient: "sign(p - t)", tex: #"\lvert p - t \rvert"#),
        options: [],
        domains: [.real],
        kinks: ["p = t: the gradient is 0, the middle of the subdifferential [-1, 1]"],
        properties: [.convex, .lipschitz, .symmetric],
        notes: [
            "At p = t scikit-learn and Keras on JAX return -1; PyTorch, MLX and LightGBM return 0.",
            "XGBoost and LightGBM replace the Hessian, which is 0, by a surrogate.",
        ],
        references: ["PyTorch L1Loss", "Keras MeanAbsoluteError", "scikit-learn AbsoluteError"]
    )

    var domains: Domains { .real }

    init(_ options: OptionValues) {}

    func point(_ prediction: Double, _ target: Double, at _: Int) -> Point {
        let error = prediction - target
        let sign: Double = (error > 0 ? 1 : 0) - (error < 0 ? 1 : 0)
        return Point(loss: error.magnitude, gradient: sign, hessian: 0)
    }
}
