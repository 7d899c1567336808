// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The distance of a prediction on the wrong side from 0.
///
/// With the label y = ±1 and a = yp: ℓ = max(0, -a), dℓ/dp = -y if a < 0, else 0, d²ℓ/dp² = 0. At
/// a = 0 the subgradient is 0.
struct Perceptron: MarginLoss {
    let labels: LabelEncoding

    init(_ options: OptionValues) {
        labels = options[LabelEncoding.option]
    }

    @inline(always)
    func point(margin: Vector) -> (loss: Vector, derivatives: Derivatives) {
        let zero = Vector(repeating: 0)
        let isWrong = margin .< 0
        return (
            zero.replacing(with: -margin, where: isWrong),
            Derivatives(
                gradient: zero.replacing(with: -1, where: isWrong),
                hessian: zero,
                surrogate: zero.replacing(with: 1, where: isWrong)
            )
        )
    }
}

extension Perceptron {
    static let facts = Facts(
        name: "perceptron",
        aliases: ["perceptron_loss"],
        family: .binary,
        summary: "The distance of a prediction on the wrong side from 0, as in Rosenblatt's "
            + "perceptron.",
        formula: .init(
            plain: "max(0, -y p), y the label as -1 or 1",
            gradient: "-y where y p < 0, else 0",
            tex: #"\max(0,\ -y p)"#
        ),
        options: [LabelEncoding.option.declaration],
        signature: .margin,
        kinks: ["y p = 0: the gradient is 0"],
        properties: [.convex, .lipschitz],
        bounds: Bounds(gradient: 1, hessian: 0),
        relations: [.same(as: "hinge", ["margin": .number(0)])],
        notes: [
            "The hinge loss with a margin of 0. At y p = 0 optax returns -y/2."
        ],
        references: [
            "F. Rosenblatt, The Perceptron, Psychological Review 65, 1958",
            "optax perceptron_loss", "scikit-learn SGDClassifier perceptron",
        ],
        conventions: [
            .scikitLearn(
                ["label_encoding": .choice("signed")],
                notes: ["The gradient of SGD at y p = 0 is -y."]
            ),
            .optax(
                ["label_encoding": .choice("signed")],
                notes: ["The gradient of optax at y p = 0 is -y/2."]
            ),
        ]
    )
}
