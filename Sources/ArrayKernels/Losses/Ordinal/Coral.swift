// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The sum of cross-entropies of the questions whether a rank is above each level.
struct Coral: RankLoss {
    static let asksEveryLevel = true

    init(_ options: OptionValues) {}
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
            plain: "class_weight_r sum_k (log(1 + exp(z_k)) - y_k z_k), r = sum_k y_k the rank",
            gradient: "class_weight_r (sigmoid(z_k) - y_k)",
            tex: #"w_r \sum_k \log\left(1 + e^{z_k}\right) - y_k z_k"#
        ),
        options: [
            RowOptions.classWeights.declaration, RowOptions.ignoreIndex.declaration,
            RowOptions.axis.declaration,
        ],
        signature: .ranks,
        kinks: [],
        properties: [
            .strictlyConvex, .convex, .differentiable, .twiceDifferentiable, .lipschitz,
            .properScoring,
        ],
        bounds: Bounds(
            gradient: .greatest(of: RowOptions.classWeights),
            hessian: .greatest(of: RowOptions.classWeights) / 4
        ),
        minimizer: .mean(.logit),
        notes: [
            "Of K + 1 ordered classes, those of rank 0 have the levels 0, 0, ..., of rank 1 the levels "
                + "1, 0, ..., of rank K the levels 1, 1, ..., as coral-pytorch's levels_from_labelbatch "
                + "returns them.",
            "class_weights has K + 1 numbers, one for each rank. coral-pytorch's importance_weights are those of levels.",
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
