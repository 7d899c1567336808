// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The absolute error.
///
/// With `e = p - t`: ℓ = |e|, dℓ/dp = sign e, d²ℓ/dp² = 0. At `e = 0` the subgradient is 0.
struct AbsoluteError: DistanceLoss {
    init(_ options: OptionValues) {}

    @inline(always)
    func point(_ error: Difference) -> (loss: Vector, derivatives: Derivatives) {
        (
            error.value.magnitude,
            Derivatives(
                gradient: error.value.sign,
                hessian: Vector(repeating: 0),
                surrogate: Vector(repeating: 1)
            )
        )
    }
}

extension AbsoluteError {
    static let facts = Facts(
        name: "absolute_error",
        aliases: [
            .init(
                "mae",
                elsewhere: [
                    "catboost": "CatBoost's MAE is half of the absolute error: use pinball, whose "
                        + "tau is 0.5 in that convention."
                ]
            ),
            "mean_absolute_error", "mae_loss", "l1_loss", "L1DistLoss",
            .init("reg:absoluteerror", convention: "xgboost"),
            .init("regression_l1", convention: "lightgbm"),
            .init("absolute_difference", convention: "tensorflow"),
        ],
        family: .regression,
        summary: "The absolute error; its mean is minimised by the median of the targets.",
        formula: .init(plain: "|p - t|", gradient: "sign(p - t)", tex: #"\lvert p - t \rvert"#),
        options: [],
        signature: .realPair,
        kinks: ["p = t: the gradient is 0, the middle of the subdifferential [-1, 1]"],
        properties: [.convex, .lipschitz, .symmetric],
        bounds: Bounds(gradient: 1, hessian: 0),
        minimizer: .median,
        notes: [
            "At p = t scikit-learn and Keras on JAX return -1; PyTorch, MLX and LightGBM return 0.",
            "XGBoost and LightGBM replace the Hessian, which is 0, by 1, and replace the values of a "
                + "tree's leaves by medians afterwards, as no objective of a client can.",
        ],
        references: ["PyTorch L1Loss", "Keras MeanAbsoluteError", "scikit-learn AbsoluteError"],
        conventions: [
            .pyTorch(), .keras(), .xgBoost(surrogate: .init()), .lightGBM(surrogate: .init()),
            .scikitLearn(
                surrogate: .init(),
                notes: [
                    "The gradient of scikit-learn where p = t is -1. The metric has no derivatives."
                ]
            ),
            .mlx(reduction: .elementMean),
            .tensorFlow(
                reduction: .elementMean,
                notes: [
                    "tf.compat.v1.losses.absolute_difference, in single precision; it does not count "
                        + "losses whose weight is 0."
                ]
            ),
            .flux(),
        ]
    )
}
