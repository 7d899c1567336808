// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The mean binary cross-entropy of the logits of several labels.
struct MultilabelSoftMargin: LabelSum, RowwiseLoss {
    static var isMean: Bool { true }

    let formula: BinaryCrossEntropyFromLogits
    let weights: [Double]?

    init(_ options: OptionValues) {
        formula = BinaryCrossEntropyFromLogits(options)
        weights = options[LabelOptions.weights]
    }
}

extension MultilabelSoftMargin {
    static let facts = Facts(
        name: "multilabel_soft_margin",
        aliases: [
            .init("multilabel_soft_margin_loss", convention: "pytorch")
        ],
        family: .multilabel,
        summary: "The mean of the binary cross-entropies of the labels of a row, from logits.",
        formula: .init(
            plain: "sum_k label_weight_k (log(1 + e^z_k) - y_k z_k) / K",
            gradient: "label_weight_k (sigmoid(z_k) - y_k) / K",
            tex: #"\frac1K \sum_k w_k \bigl(\log(1 + e^{z_k}) - y_k z_k\bigr)"#
        ),
        options: [
            ProbabilityOptions.labelSmoothing.declaration, LabelOptions.weights.declaration,
            RowOptions.axis.declaration,
        ],
        signature: Signature(
            .row,
            .init("predictions", .primary, [.init("* K", .real)], "logits of labels"),
            .init(
                "targets",
                .differentiable,
                [.init("* K", .unit)],
                "labels, 0 or 1, or probabilities"
            )
        ),
        kinks: [],
        properties: [.convex, .differentiable, .twiceDifferentiable, .lipschitz, .properScoring],
        bounds: Bounds(
            gradient: .greatest(of: LabelOptions.weights) / .length("K"),
            hessian: .greatest(of: LabelOptions.weights) / (4 * .length("K"))
        ),
        minimizer: .mean(.logit, fixed: ["label_smoothing"]),
        notes: [
            "label_smoothing s replaces a label y by y (1 - s) + s / 2.",
            "Without label_weights it is binary_cross_entropy with the reduction mean_of_means; "
                + "each row has a single loss here.",
        ],
        references: ["PyTorch MultiLabelSoftMarginLoss"],
        conventions: [.pyTorch()],
        examples: [
            Example([
                "predictions": Tensor(shape: [2, 3], values: [2, 0.5, -1, 0.1, 1.2, 0.3]),
                "targets": Tensor(shape: [2, 3], values: [1, 0, 1, 0, 1, 0]),
            ])
        ]
    )
}
