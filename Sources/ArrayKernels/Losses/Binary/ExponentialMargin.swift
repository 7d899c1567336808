// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The exponential of the negative margin, as in AdaBoost.
///
/// With the label y = ±1 and a = yp: ℓ = e^-a, dℓ/dp = -y e^-a, d²ℓ/dp² = e^-a.
struct ExponentialMargin: MarginLoss {
    let labels: LabelEncoding

    init(_ options: OptionValues) {
        labels = options[LabelEncoding.option]
    }

    @inline(always)
    func point(margin: Vector) -> (loss: Vector, derivatives: Derivatives) {
        let power = Vector.exp(-margin)
        return (power, Derivatives(gradient: -power, hessian: power))
    }
}

extension ExponentialMargin {
    static let facts = Facts(
        name: "exponential",
        aliases: ["ExpLoss", "exponential_loss", "adaboost"],
        family: .binary,
        summary: "The exponential of the negative margin, as in AdaBoost.",
        formula: .init(
            plain: "exp(-y p), y the label as -1 or 1",
            gradient: "-y exp(-y p)",
            tex: "e^{-y p}"
        ),
        options: [LabelEncoding.option.declaration],
        signature: .margin,
        kinks: [],
        properties: [
            .strictlyConvex, .convex, .differentiable, .twiceDifferentiable,
            .classificationCalibrated,
        ],
        minimizer: .mean(.halfLogit),
        notes: [
            "scikit-learn's ExponentialLoss is the same for hard labels, but returns NaN "
                + "for a label of 0 and a prediction of -1000.",
            "Where y p is below -709.78 the loss overflows and is refused.",
        ],
        references: [
            "Y. Freund, R. E. Schapire, A Decision-Theoretic Generalization of On-Line Learning, "
                + "Journal of Computer and System Sciences 55, 1997",
            "LossFunctions.jl ExpLoss", "scikit-learn ExponentialLoss",
        ],
        conventions: [
            .scikitLearn(
                ["label_encoding": .choice("binary")],
                notes: ["The loss exponential of gradient boosting, for labels 0 and 1 only."]
            )
        ]
    )
}
