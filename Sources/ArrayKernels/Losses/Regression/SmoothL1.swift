// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The Huber loss divided by its delta: the absolute error, rounded off near the target.
///
/// With `e = p - t`: ℓ = e²/(2 beta), dℓ/dp = e/beta, d²ℓ/dp² = 1/beta if |e| < beta; else
/// ℓ = |e| - beta/2, dℓ/dp = sign e, d²ℓ/dp² = 0.
struct SmoothL1: DistanceLoss {
    static let beta = Option.number(
        "beta",
        default: 1,
        .nonNegative,
        "Error beyond which the loss is linear; with 0 it is the absolute error."
    )

    private let beta: Double
    /// 1/beta; 1 for the absolute error.
    private let curvature: Double

    init(_ options: OptionValues) {
        beta = options[Self.beta]
        curvature = beta > 0 ? 1 / beta : 1
    }

    @inline(always)
    func point(_ error: Difference) -> (loss: Vector, derivatives: Derivatives) {
        let value = error.value
        let isNear = error.isLess(than: beta)
        let ratio = value / beta
        return (
            (value.magnitude - 0.5 * beta).replacing(with: 0.5 * value * ratio, where: isNear),
            Derivatives(
                gradient: value.sign.replacing(with: ratio, where: isNear),
                hessian: Vector(repeating: 0).replacing(with: curvature, where: isNear),
                surrogate: Vector(repeating: curvature)
            )
        )
    }
}

extension SmoothL1 {
    static let facts = Facts(
        name: "smooth_l1",
        aliases: ["smooth_l1_loss"],
        family: .regression,
        summary: "The Huber loss divided by its delta: the absolute error, rounded off near 0.",
        formula: .init(
            plain: "(p - t)^2 / (2 beta) where |p - t| < beta, else |p - t| - beta / 2",
            gradient: "(p - t) / beta clipped to [-1, 1]",
            tex: #"\begin{cases}\frac{(p-t)^2}{2\beta} & \lvert p-t\rvert < \beta \\ "#
                + #"\lvert p-t\rvert - \tfrac12\beta & \text{else}\end{cases}"#
        ),
        options: [beta.declaration],
        signature: .realPair,
        kinks: [
            "|p - t| = beta > 0: differentiable; the Hessian is 0 there and 1/beta within",
            "p = t with beta = 0: the gradient is 0, the middle of the subdifferential [-1, 1]",
        ],
        properties: [.convex, .lipschitz, .symmetric],
        bounds: Bounds(gradient: 1, hessian: 1 / Bound(beta)),
        relations: [
            .same(as: "absolute_error", when: ["beta": .number(0)]),
            .same(as: "huber", ["delta": .number(1)], when: ["beta": .number(1)]),
        ],
        notes: [
            "huber with delta = beta, divided by beta.",
            "For beta = 0 MLX returns NaN as the gradient.",
        ],
        references: [
            "R. Girshick, Fast R-CNN, ICCV 2015", "PyTorch SmoothL1Loss", "MLX smooth_l1_loss",
        ],
        conventions: [
            .pyTorch(["beta": .number(1)], reduction: .elementMean),
            .mlx(
                ["beta": .number(1)],
                reduction: .elementMean,
                notes: ["With beta = 0 the gradient of MLX is not a number."]
            ),
        ]
    )
}
