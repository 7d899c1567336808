// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The Huber loss: quadratic near the target, linear far from it.
///
/// With `e = p - t` and `c` = `e` clipped to ±delta: ℓ = c(e - c/2), dℓ/dp = c, and d²ℓ/dp² is 1
/// if |e| <= delta, else 0. At `|e| = delta` both branches of ℓ give delta²/2.
struct Huber: DistanceLoss {
    static let delta = Option.number(
        "delta",
        default: 1,
        .positive,
        "Error beyond which the loss is linear."
    )

    private let delta: Double

    init(_ options: OptionValues) {
        delta = options[Self.delta]
    }

    @inline(always)
    func point(_ error: Difference) -> (loss: Vector, derivatives: Derivatives) {
        let value = error.value
        let clipped = value.clamped(-delta, delta)
        return (
            clipped * (value - 0.5 * clipped),
            Derivatives(
                gradient: clipped,
                // Decided before the difference is rounded.
                hessian: Vector(repeating: 0).replacing(with: 1, where: error.isAtMost(delta)),
                surrogate: Vector(repeating: 1)
            )
        )
    }
}

extension Huber {
    static let facts = Facts(
        name: "huber",
        aliases: ["huber_loss"],
        family: .regression,
        summary: "Quadratic for small errors and linear for large ones: robust against outliers.",
        formula: .init(
            plain: "(p - t)^2 / 2 where |p - t| <= delta, else delta (|p - t| - delta / 2)",
            gradient: "p - t clipped to [-delta, delta]",
            tex: #"\begin{cases}\tfrac12 (p-t)^2 & \lvert p-t\rvert \le \delta \\ "#
                + #"\delta(\lvert p-t\rvert - \tfrac12\delta) & \text{else}\end{cases}"#
        ),
        options: [delta.declaration],
        signature: .realPair,
        kinks: ["|p - t| = delta: differentiable; the Hessian is 1 there and 0 beyond"],
        properties: [.convex, .differentiable, .lipschitz, .symmetric],
        bounds: Bounds(gradient: Bound(delta), hessian: 1),
        notes: [
            "delta times PyTorch's smooth_l1_loss with beta = delta.",
            "LightGBM's default for delta (there alpha) is 0.9, and its Hessian is 1 everywhere.",
        ],
        references: [
            "P. J. Huber, Robust Estimation of a Location Parameter, "
                + "Annals of Mathematical Statistics 35, 1964",
            "PyTorch HuberLoss",
        ],
        conventions: [
            .pyTorch(["delta": .number(1)], reduction: .elementMean),
            .keras(["delta": .number(1)]),
            .lightGBM(["delta": .number(0.9)], surrogate: .init()),
            .catBoost(
                notes: [
                    "CatBoost has no default for delta; its Hessian where |p - t| = delta is 0."
                ]
            ),
            .scikitLearn(
                ["delta": .number(0.5)],
                notes: [
                    "Gradient boosting estimates delta from the errors; that of SGD, epsilon, is 0.1."
                ]
            ),
            .optax(["delta": .number(1)]),
            .mlx(["delta": .number(1)]),
            .tensorFlow(
                ["delta": .number(1)],
                reduction: .elementMean,
                notes: [
                    "tf.compat.v1.losses.huber_loss, in single precision; it does not count losses "
                        + "whose weight is 0."
                ]
            ),
            .flux(["delta": .number(1)]),
        ]
    )
}
