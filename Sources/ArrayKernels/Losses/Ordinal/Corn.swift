// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The sum of cross-entropies of the questions whether a rank that reaches a level is above it.
struct Corn: RankLoss {
    static let asksEveryLevel = false

    init(_ options: OptionValues) {}
}

extension Corn {
    static let facts = Facts(
        name: "corn",
        aliases: ["corn_loss"],
        family: .multiclass,
        summary:
            "The sum of cross-entropies of the questions whether a rank that reaches a level is above "
            + "it, for ordered classes.",
        formula: .init(
            plain:
                "class_weight_r sum_(k <= r) (log(1 + exp(z_k)) - y_k z_k), r = sum_k y_k the rank, k from 0",
            gradient: "class_weight_r (sigmoid(z_k) - y_k) where k <= r, else 0",
            tex: #"w_r \sum_{k \le r} \log\left(1 + e^{z_k}\right) - y_k z_k"#
        ),
        options: [
            RowOptions.classWeights.declaration, RowOptions.ignoreIndex.declaration,
            RowOptions.axis.declaration,
        ],
        signature: .ranks,
        kinks: [],
        properties: [.convex, .differentiable, .twiceDifferentiable, .lipschitz, .properScoring],
        bounds: Bounds(
            gradient: .greatest(of: RowOptions.classWeights),
            hessian: .greatest(of: RowOptions.classWeights) / 4
        ),
        notes: [
            "The logits are those of conditional probabilities: that the rank is above level k if it is "
                + "above k - 1. Only the levels up to the rank are asked.",
            "class_weights has K + 1 numbers, one for each rank.",
            "The mean is over rows. coral-pytorch divides the sum by the number of questions asked in the "
                + "batch: set \"normalizer\" to it.",
        ],
        references: [
            "X. Shi, W. Cao, S. Raschka, Deep Neural Networks for Rank-Consistent Ordinal Regression "
                + "Based on Conditional Probabilities, Pattern Analysis and Applications 26, 2023",
            "coral-pytorch corn_loss",
        ],
        examples: [.ranks]
    )
}
