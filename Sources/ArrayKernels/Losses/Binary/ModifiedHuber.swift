// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The squared hinge loss, continued linearly where the prediction is far on the wrong side.
///
/// With the label y = ±1 and a = yp: ℓ = max(0, 1 - a)², dℓ/dp = -2y max(0, 1 - a), d²ℓ/dp² = 2 if
/// -1 <= a < 1, else 0; for a < -1, ℓ = -4a, dℓ/dp = -4y, d²ℓ/dp² = 0.
struct ModifiedHuber: MarginLoss {
    let labels: LabelEncoding

    init(_ options: OptionValues) {
        labels = options[LabelEncoding.option]
    }

    @inline(always)
    func point(margin: Vector) -> (loss: Vector, derivatives: Derivatives) {
        let zero = Vector(repeating: 0)
        let isShort = margin .< 1
        let isFar = margin .< -1
        let shortfall = zero.replacing(with: 1 - margin, where: isShort)
        return (
            (shortfall * shortfall).replacing(with: -4 * margin, where: isFar),
            Derivatives(
                gradient: (-2 * shortfall).replacing(with: -4, where: isFar),
                hessian: zero.replacing(with: 2, where: isShort)
                    .replacing(with: zero, where: isFar),
                surrogate: zero.replacing(with: 2, where: isShort)
            )
        )
    }
}

extension ModifiedHuber {
    static let facts = Facts(
        name: "modified_huber",
        aliases: ["modified_huber_loss"],
        family: .binary,
        summary: "The squared hinge loss, continued linearly where the prediction is far on the "
            + "wrong side.",
        formula: .init(
            plain: "max(0, 1 - y p)^2 where y p >= -1, else -4 y p, y the label as -1 or 1",
            gradient: "-2 y max(0, 1 - y p) where y p >= -1, else -4 y",
            tex: #"\begin{cases}\max(0,\ 1 - y p)^2 & y p \ge -1 \\ -4 y p & \text{else}"#
                + #"\end{cases}"#
        ),
        options: [LabelEncoding.option.declaration],
        signature: .margin,
        kinks: [
            "y p = 1: differentiable; the Hessian is 0 there and 2 below",
            "y p = -1: differentiable; the Hessian is 2 there and 0 below",
        ],
        properties: [.convex, .differentiable, .lipschitz, .classificationCalibrated],
        bounds: Bounds(gradient: 4, hessian: 2),
        minimizer: .mean(.signed),
        notes: [],
        references: [
            "T. Zhang, Solving Large Scale Linear Prediction Problems Using Stochastic Gradient "
                + "Descent Algorithms, ICML 2004",
            "scikit-learn SGDClassifier modified_huber", "LossFunctions.jl ModifiedHuberLoss",
        ],
        conventions: [
            .scikitLearn(["label_encoding": .choice("signed")])
        ]
    )
}
