// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The hinge loss, rounded off below the margin.
///
/// With the label y = ±1 and s = max(0, 1 - yp): ℓ = s²/(2 gamma), dℓ/dp = -ys/gamma, and d²ℓ/dp² is
/// 1/gamma if 0 < s <= gamma; beyond, ℓ = s - gamma/2, dℓ/dp = -y, d²ℓ/dp² = 0.
struct SmoothedHinge: MarginLoss {
    static let gamma = Option.number(
        "gamma",
        default: 1,
        .positive,
        "Width of the quadratic part of the loss."
    )

    let labels: LabelEncoding
    private let gamma: Double

    init(_ options: OptionValues) {
        labels = options[LabelEncoding.option]
        gamma = options[Self.gamma]
    }

    @inline(always)
    func point(margin: Vector) -> (loss: Vector, derivatives: Derivatives) {
        let zero = Vector(repeating: 0)
        let difference = Difference(Vector(repeating: 1), margin)
        let isShort = difference.value .> 0
        let shortfall = zero.replacing(with: difference.value, where: isShort)
        let isNear = difference.isAtMost(gamma)
        let slope = shortfall / gamma
        let curvature = zero.replacing(with: 1 / gamma, where: isShort)
        return (
            (shortfall - 0.5 * gamma).replacing(with: 0.5 * shortfall * slope, where: isNear)
                .replacing(with: zero, where: .!isShort),
            Derivatives(
                gradient: zero.replacing(with: -1, where: isShort)
                    .replacing(with: -slope, where: isNear),
                hessian: zero.replacing(with: curvature, where: isNear),
                surrogate: curvature
            )
        )
    }
}

extension SmoothedHinge {
    static let facts = Facts(
        name: "smoothed_hinge",
        aliases: ["smooth_hinge", "SmoothedL1HingeLoss"],
        family: .binary,
        summary: "The hinge loss, rounded off below the margin so that it has a gradient "
            + "everywhere.",
        formula: .init(
            plain:
                "max(0, 1 - y p)^2 / (2 gamma) where y p >= 1 - gamma, else 1 - gamma / 2 - y p, "
                + "y the label as -1 or 1",
            gradient: "-y max(0, 1 - y p) / gamma where y p >= 1 - gamma, else -y",
            tex: #"\begin{cases}\frac{\max(0,\ 1 - y p)^2}{2 \gamma} & y p \ge 1 - \gamma \\ "#
                + #"1 - \tfrac{\gamma}{2} - y p & \text{else}\end{cases}"#
        ),
        options: [gamma.declaration, LabelEncoding.option.declaration],
        signature: .margin,
        kinks: [
            "y p = 1: differentiable; the Hessian is 0 there and 1/gamma below",
            "y p = 1 - gamma: differentiable; the Hessian is 1/gamma there and 0 below",
        ],
        properties: [.convex, .differentiable, .lipschitz, .classificationCalibrated],
        bounds: Bounds(gradient: 1, hessian: 1 / Bound(gamma)),
        notes: [],
        references: [
            "S. Shalev-Shwartz, T. Zhang, Stochastic Dual Coordinate Ascent Methods for "
                + "Regularized Loss Minimization, Journal of Machine Learning Research 14, 2013",
            "LossFunctions.jl SmoothedL1HingeLoss",
        ]
    )
}
