// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The shortfall of the prediction from the margin on the label's side.
///
/// With the label y = ±1 and s = margin - yp: ℓ = max(0, s), dℓ/dp = -y if s > 0, else 0,
/// d²ℓ/dp² = 0. At the margin, s = 0, the subgradient is 0.
struct Hinge: MarginLoss {
    static let margin = Option.number(
        "margin",
        default: 1,
        .nonNegative,
        "Distance from 0 on the correct side beyond which the loss is 0."
    )

    let labels: LabelEncoding
    private let margin: Double

    init(_ options: OptionValues) {
        margin = options[Self.margin]
        labels = options[LabelEncoding.option]
    }

    @inline(always)
    func point(margin product: Vector) -> (loss: Vector, derivatives: Derivatives) {
        let zero = Vector(repeating: 0)
        let shortfall = margin - product
        let isShort = shortfall .> 0
        return (
            zero.replacing(with: shortfall, where: isShort),
            Derivatives(
                gradient: zero.replacing(with: Vector(repeating: -1), where: isShort),
                hessian: zero,
                surrogate: zero.replacing(with: Vector(repeating: 1), where: isShort)
            )
        )
    }
}

extension Hinge {
    static let facts = Facts(
        name: "hinge",
        aliases: [
            "hinge_loss", "L1HingeLoss",
            .init("binary:hinge", ["label_encoding": .choice("binary")], convention: "xgboost"),
        ],
        family: .binary,
        summary: "The shortfall of the prediction from the margin, as in support vector machines.",
        formula: .init(
            plain: "max(0, margin - y p), y the label as -1 or 1",
            gradient: "-y where y p < margin, else 0",
            tex: #"\max(0,\ m - y p)"#
        ),
        options: [margin.declaration, LabelEncoding.option.declaration],
        signature: .margin,
        kinks: ["y p = margin: the gradient is 0"],
        properties: [.convex, .lipschitz, .classificationCalibrated],
        bounds: Bounds(gradient: 1, hessian: 0),
        minimizer: .majority(fixed: ["margin"]),
        notes: [
            "Labels are not converted. Keras reads 0 and 1 as -1 and 1 only if the whole batch "
                + "consists of them; in any other batch, a label of 0 has the loss 1 whatever p is.",
            "At the margin Keras and optax return -y/2, MLX and XGBoost 0.",
        ],
        references: [
            "C. Cortes, V. Vapnik, Support-Vector Networks, Machine Learning 20, 1995",
            "Keras Hinge", "optax hinge_loss",
        ],
        conventions: [
            .keras(
                ["margin": .number(1), "label_encoding": .choice("signed")],
                notes: ["Keras converts labels of 0 and 1; its gradient at the margin is -y/2."]
            ),
            .scikitLearn(
                ["margin": .number(1), "label_encoding": .choice("signed")],
                notes: ["The gradient of SGD at the margin is -y; the metric hinge_loss has none."]
            ),
            .optax(
                ["margin": .number(1), "label_encoding": .choice("signed")],
                notes: ["The gradient of optax at the margin is -y/2."]
            ),
            .mlx(["margin": .number(1), "label_encoding": .choice("signed")]),
            .tensorFlow(
                ["margin": .number(1), "label_encoding": .choice("binary")],
                reduction: .elementMean,
                notes: [
                    "tf.compat.v1.losses.hinge_loss, in single precision; it does not count losses whose "
                        + "weight is 0."
                ]
            ),
            .flux(["margin": .number(1), "label_encoding": .choice("signed")]),
            .xgBoost(
                ["margin": .number(1), "label_encoding": .choice("binary")],
                surrogate: .init(floor: 1.1754943508222875e-38),
                notes: [
                    "The Hessian where the loss is 0 is the least positive normal number in single precision."
                ]
            ),
        ]
    )
}
