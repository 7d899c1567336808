// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The squared distance of the margin from 1.
///
/// With the label y = ±1 and a = yp: ℓ = (1 - a)², dℓ/dp = 2y (a - 1), d²ℓ/dp² = 2.
struct L2Margin: MarginLoss {
    let labels: LabelEncoding

    init(_ options: OptionValues) {
        labels = options[LabelEncoding.option]
    }

    @inline(always)
    func point(margin: Vector) -> (loss: Vector, derivatives: Derivatives) {
        let excess = margin - 1
        return (
            excess * excess,
            Derivatives(gradient: 2 * excess, hessian: Vector(repeating: 2))
        )
    }
}

extension L2Margin {
    static let facts = Facts(
        name: "l2_margin",
        aliases: ["l2_margin_loss"],
        family: .binary,
        summary: "The squared distance of the margin from 1: the squared error of labels -1 and 1.",
        formula: .init(
            plain: "(1 - y p)^2, y the label as -1 or 1",
            gradient: "2 y (y p - 1)",
            tex: "(1 - y p)^2"
        ),
        options: [LabelEncoding.option.declaration],
        signature: .margin,
        kinks: [],
        properties: [
            .strictlyConvex, .convex, .differentiable, .twiceDifferentiable,
            .classificationCalibrated,
        ],
        bounds: Bounds(hessian: 2),
        minimizer: .mean(.signed),
        relations: [.same(as: "squared_error", when: ["label_encoding": .choice("signed")])],
        notes: ["The squared error of p and y: predictions beyond the margin are penalised too."],
        references: ["LossFunctions.jl L2MarginLoss"]
    )
}
