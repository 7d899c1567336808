// SPDX-License-Identifier: Apache-2.0

/// How far the prediction falls short of the margin on the label's side.
///
/// With `y` = the label as ±1 and `s = margin - yp`: ℓ = max(0, s), dℓ/dp = -y where s > 0, else
/// 0, d²ℓ/dp² = 0. At the margin itself, `s = 0`, the subgradient 0 is taken.
struct Hinge: PointwiseLoss {
    static let margin = Option.number(
        "margin",
        default: 1,
        .nonNegative,
        "How far on the right side of 0 a prediction must be to cost nothing."
    )

    static let facts = Facts(
        name: "hinge",
        aliases: [
            "hinge_loss", "L1HingeLoss",
            .init("binary:hinge", ["label_encoding": .choice("binary")]),
        ],
        task: .binary,
        summary: "How far the prediction falls short of the margin: support vector machines.",
        formula: .init(
            plain: "max(0, margin - y p), y the label as -1 or 1",
            gradient: "-y where y p < margin, else 0",
            tex: #"\max(0,\ m - y p)"#
        ),
        parameters: [margin.parameter, LabelEncoding.option.parameter],
        domains: LabelEncoding.allDomains,
        kinks: ["y p = margin: the gradient is 0"],
        properties: [.convex, .lipschitz, .classificationCalibrated],
        notes: [
            "Labels are never guessed: Keras reads 0 and 1 as -1 and 1 only when the whole batch "
                + "is 0 and 1, others take a label of 0 for a loss that is always 1.",
            "At the margin Keras and optax return -y/2, MLX and XGBoost 0.",
        ],
        references: [
            "C. Cortes, V. Vapnik, Support-Vector Networks, Machine Learning 20, 1995",
            "Keras Hinge", "optax hinge_loss",
        ]
    )

    private let margin: Double
    private let labels: LabelEncoding

    var domains: Domains { labels.domains }

    init(_ arguments: Arguments) {
        margin = arguments[Self.margin]
        labels = arguments[LabelEncoding.option]
    }

    func point(_ prediction: Double, _ target: Double, at _: Int) -> Point {
        let sign = labels.sign(target)
        let shortfall = margin - sign * prediction
        return Point(
            loss: max(0, shortfall),
            gradient: shortfall > 0 ? -sign : 0,
            hessian: 0
        )
    }
}
