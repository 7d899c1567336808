// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The square of the hinge loss.
///
/// With the label y = ±1 and s = max(0, margin - yp): ℓ = s², dℓ/dp = -2ys, and d²ℓ/dp² is 2 if
/// s > 0, else 0.
struct SquaredHinge: MarginLoss {
    let labels: LabelEncoding
    private let margin: Double

    init(_ options: OptionValues) {
        margin = options[Hinge.margin]
        labels = options[LabelEncoding.option]
    }

    @inline(always)
    func point(margin product: Vector) -> (loss: Vector, derivatives: Derivatives) {
        let zero = Vector(repeating: 0)
        let difference = margin - product
        let isShort = difference .> 0
        let shortfall = zero.replacing(with: difference, where: isShort)
        return (
            shortfall * shortfall,
            Derivatives(
                gradient: -2 * shortfall,
                hessian: zero.replacing(with: Vector(repeating: 2), where: isShort)
            )
        )
    }
}

extension SquaredHinge {
    static let facts = Facts(
        name: "squared_hinge",
        aliases: ["squared_hinge_loss", "L2HingeLoss"],
        family: .binary,
        summary: "The square of the hinge loss: smooth at the margin, harsher on large violations.",
        formula: .init(
            plain: "max(0, margin - y p)^2, y the label as -1 or 1",
            gradient: "-2 y max(0, margin - y p)",
            tex: #"\max(0,\ m - y p)^2"#
        ),
        options: [Hinge.margin.declaration, LabelEncoding.option.declaration],
        signature: .margin,
        kinks: ["y p = margin: differentiable; the Hessian is 0 there and 2 within the margin"],
        properties: [.convex, .differentiable, .classificationCalibrated],
        bounds: Bounds(hessian: 2),
        minimizer: .mean(.signed, fixed: ["margin"]),
        notes: [],
        references: ["Keras SquaredHinge", "scikit-learn SGDClassifier squared_hinge"],
        conventions: [
            .keras(
                ["margin": .number(1), "label_encoding": .choice("signed")],
                notes: ["Keras converts labels of 0 and 1."]
            ),
            .scikitLearn(["margin": .number(1), "label_encoding": .choice("signed")]),
            .flux(["margin": .number(1), "label_encoding": .choice("signed")]),
        ]
    )
}
