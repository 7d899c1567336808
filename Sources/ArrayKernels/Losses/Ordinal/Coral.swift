// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The sum of cross-entropies of the questions whether a rank is above each level.
///
/// With s = 1 - 2y: ℓ = Σ softplus(sz), ∂ℓ/∂z = s σ(sz), ∂²ℓ/∂z² = σ(z) σ(-z).
struct Coral: SeparableRowLoss {
    init(_ options: OptionValues) {}

    @inline(always)
    func term(_ prediction: Vector, _ target: Vector) -> TwoDoubles {
        TwoDoubles(Logistic((1 - 2 * target) * prediction).softplus)
    }

    @inline(always)
    func derivatives(_ prediction: Vector, _ target: Vector) -> Derivatives {
        let sign = 1 - 2 * target
        let logistic = Logistic(sign * prediction)
        return Derivatives(gradient: sign * logistic.sigmoid, hessian: logistic.product)
    }

    @inline(always)
    func targetDerivatives(_ prediction: Vector, _ target: Vector) -> Derivatives { .zero }
}

extension Signature {
    /// Logits of the questions whether a rank is above each level, and the answers.
    static let ranks = Signature(
        .row,
        .init(
            "predictions",
            .primary,
            [.init("* K", .real)],
            "logits of the probabilities that a rank is above each of K levels"
        ),
        .init(
            "targets",
            .constant,
            [.init("* K", .levels)],
            "ranks as levels: rank r of 0 to K is r ones, then zeros"
        )
    )
}

extension Coral {
    static let facts = Facts(
        name: "coral",
        aliases: ["coral_loss"],
        family: .multiclass,
        summary:
            "The sum of cross-entropies of the questions whether a rank is above each level, for "
            + "ordered classes.",
        formula: .init(
            plain: "sum_k (log(1 + exp(z_k)) - y_k z_k)",
            gradient: "sigmoid(z_k) - y_k",
            tex: #"\sum_k \log\left(1 + e^{z_k}\right) - y_k z_k"#
        ),
        options: [RowOptions.axis.declaration],
        signature: .ranks,
        kinks: [],
        properties: [
            .strictlyConvex, .convex, .differentiable, .twiceDifferentiable, .lipschitz,
            .properScoring,
        ],
        bounds: Bounds(gradient: 1, hessian: 0.25),
        minimizer: .mean(.logit),
        notes: [
            "Of K + 1 ordered classes, those of rank 0 have the levels 0, 0, ..., of rank 1 the levels "
                + "1, 0, ..., of rank K the levels 1, 1, ..., as coral-pytorch's levels_from_labelbatch "
                + "returns them.",
            "CORAL predicts one number per item and adds a bias for each level; the gradient of that "
                + "number is the sum of the gradients of the row.",
        ],
        references: [
            "W. Cao, V. Mirjalili, S. Raschka, Rank Consistent Ordinal Regression for Neural Networks, "
                + "Pattern Recognition Letters 140, 2020",
            "coral-pytorch coral_loss",
        ],
        examples: [.ranks]
    )
}

extension Example {
    /// Three ranks of 0 to 3.
    static let ranks = Example([
        "predictions": Tensor(shape: [3, 3], values: [2, 0.5, -1, 0.1, -1.2, -3, 1.4, 0.3, 0.2]),
        "targets": Tensor(shape: [3, 3], values: [1, 1, 0, 0, 0, 0, 1, 1, 1]),
    ])
}
