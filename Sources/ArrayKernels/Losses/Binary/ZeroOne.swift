// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// 1 for a prediction on the wrong side of 0, else 0.
///
/// With the label y = ±1: ℓ = 1 if yp < 0, else 0; the derivatives are 0.
struct ZeroOne: MarginLoss {
    let labels: LabelEncoding

    init(_ options: OptionValues) {
        labels = options[LabelEncoding.option]
    }

    @inline(always)
    func point(margin: Vector) -> (loss: Vector, derivatives: Derivatives) {
        (Vector(repeating: 0).replacing(with: 1, where: margin .< 0), .zero)
    }
}

extension ZeroOne {
    static let facts = Facts(
        name: "zero_one",
        aliases: ["zero_one_loss", "binary_misclassification"],
        family: .binary,
        summary: "1 for a prediction on the wrong side of 0, else 0: its mean is the error rate.",
        formula: .init(
            plain: "1 where y p < 0, else 0, y the label as -1 or 1",
            gradient: "0",
            tex: #"[\, y p < 0 \,]"#
        ),
        options: [LabelEncoding.option.declaration],
        signature: .margin,
        kinks: ["p = 0: the loss, which jumps there, and the gradient are 0"],
        properties: [],
        bounds: Bounds(loss: 1, gradient: 0, hessian: 0),
        minimizer: .majority(),
        notes: [
            "Its gradient is 0 everywhere, so it measures and does not train.",
            "scikit-learn's zero_one_loss compares labels; with labels -1 and 1 as predictions this is "
                + "its mean.",
        ],
        references: ["LossFunctions.jl ZeroOneLoss", "scikit-learn zero_one_loss"],
        conventions: [
            .scikitLearn(
                ["label_encoding": .choice("signed")],
                notes: ["Predictions are labels, -1 and 1."]
            )
        ]
    )
}
