// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The loss whose probability is sparse: 0 or 1 beyond a margin of 1.
///
/// With the label y = ±1 and s = 1 - yp: ℓ = s²/4, dℓ/dp = -ys/2, d²ℓ/dp² = 1/2 if 0 < s < 2; ℓ = 0
/// for less, and ℓ = -yp, dℓ/dp = -y, d²ℓ/dp² = 0 for more.
struct BinarySparsemax: MarginLoss {
    let labels: LabelEncoding

    init(_ options: OptionValues) {
        labels = options[LabelEncoding.option]
    }

    @inline(always)
    func point(margin: Vector) -> (loss: Vector, derivatives: Derivatives) {
        let zero = Vector(repeating: 0)
        let isShort = margin .< 1
        let isFar = margin .<= -1
        let shortfall = zero.replacing(with: 1 - margin, where: isShort)
        let curvature = zero.replacing(with: 0.5, where: isShort)
        return (
            (0.25 * shortfall * shortfall).replacing(with: -margin, where: isFar),
            Derivatives(
                gradient: (-0.5 * shortfall).replacing(with: -1, where: isFar),
                hessian: curvature.replacing(with: zero, where: isFar),
                surrogate: curvature
            )
        )
    }
}

extension BinarySparsemax {
    static let facts = Facts(
        name: "binary_sparsemax",
        aliases: [
            "binary_sparsemax_loss",
            .init("sparsemax_loss", ["label_encoding": .choice("binary")]),
        ],
        family: .binary,
        summary: "A loss between the hinge and its square, whose probability is 0 or 1 beyond a "
            + "margin of 1.",
        formula: .init(
            plain: "0 where y p >= 1, (1 - y p)^2 / 4 where |y p| < 1, else -y p, "
                + "y the label as -1 or 1",
            gradient: "y (y p - 1) / 2 clipped between -y and 0",
            tex: #"\begin{cases}0 & y p \ge 1 \\ \tfrac14 (1 - y p)^2 & \lvert y p \rvert < 1 "#
                + #"\\ -y p & \text{else}\end{cases}"#
        ),
        options: [LabelEncoding.option.declaration],
        signature: .margin,
        kinks: ["y p = 1 or -1: differentiable; the Hessian is 0 there and 1/2 between"],
        properties: [.convex, .differentiable, .lipschitz, .classificationCalibrated],
        bounds: Bounds(gradient: 1, hessian: 0.5),
        minimizer: .mean(.signed),
        notes: ["optax's sparsemax_loss and jaxopt take labels 0 and 1."],
        references: [
            "A. F. T. Martins, R. F. Astudillo, From Softmax to Sparsemax, ICML 2016",
            "optax sparsemax_loss", "jaxopt binary_sparsemax_loss",
        ],
        conventions: [
            .optax(["label_encoding": .choice("binary")])
        ]
    )
}
