// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The negative log-likelihood of a label whose logit is the prediction.
///
/// With the label y = ±1 and a = yp: ℓ = log(1 + e^-a), dℓ/dp = -y σ(-a), d²ℓ/dp² = σ(a) σ(-a).
struct LogisticMargin: MarginLoss {
    let labels: LabelEncoding

    init(_ options: OptionValues) {
        labels = options[LabelEncoding.option]
    }

    @inline(always)
    func point(margin: Vector) -> (loss: Vector, derivatives: Derivatives) {
        let logistic = Logistic(margin)
        return (
            logistic.softplusOfNegative,
            Derivatives(gradient: -logistic.complement, hessian: logistic.product)
        )
    }
}

extension LogisticMargin {
    static let facts = Facts(
        name: "logistic_margin",
        aliases: ["soft_margin", "soft_margin_loss", "LogitMarginLoss"],
        family: .binary,
        summary: "The negative log-likelihood of a label of -1 or 1 whose logit is the "
            + "prediction.",
        formula: .init(
            plain: "log(1 + exp(-y p)), y the label as -1 or 1",
            gradient: "-y / (1 + exp(y p))",
            tex: #"\log(1 + e^{-y p})"#
        ),
        options: [LabelEncoding.option.declaration],
        signature: .margin,
        kinks: [],
        properties: [
            .strictlyConvex, .convex, .differentiable, .twiceDifferentiable, .lipschitz,
            .properScoring, .classificationCalibrated,
        ],
        bounds: Bounds(gradient: 1, hessian: 0.25),
        minimizer: .mean(.logit),
        relations: [
            .same(
                as: "binary_cross_entropy",
                ["from_logits": .flag(true)],
                when: ["label_encoding": .choice("binary")]
            )
        ],
        notes: [
            "With label_encoding \"binary\" it equals binary_cross_entropy from logits.",
            "In single precision PyTorch's soft_margin_loss overflows for y p below -88.",
        ],
        references: ["PyTorch SoftMarginLoss", "LossFunctions.jl LogitMarginLoss"],
        conventions: [
            .pyTorch(["label_encoding": .choice("signed")], reduction: .elementMean)
        ]
    )
}
