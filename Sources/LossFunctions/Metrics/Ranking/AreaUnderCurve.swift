// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The probability that a positive unit has a greater score than a negative one; equal scores count half.
struct AreaUnderCurve: RankingMetric {
    let average: RankingAverage

    init(_ options: OptionValues) throws(LossError) {
        average = options[RankingAverage.option]
    }

    static let needsNegatives = true

    static func value<Count: ExactCount>(
        of units: RankedUnits,
        positive: Count,
        negative: Count,
        _ scale: WeightScale
    ) -> (head: Double, tail: Double) {
        // Twice the weight of the pairs in the right order.
        var pairs = Count.Products.zero
        var below = Count.zero
        units.forEachTie(Count.self, scale) { tie in
            var twice = below
            twice += below
            twice += tie.negative
            pairs.add(tie.positive, times: twice)
            below += tie.negative
        }
        let product = positive.number(scale) * negative.number(scale)
        return pairs.number(scale).quotient(by: product + product)
    }

    static let facts = MetricFacts(
        name: "roc_auc",
        aliases: [
            "auc", "roc_auc_score", "auroc", "roc_auc_ovr",
            .init("roc_auc_ovr_weighted", ["average": .choice("weighted")]),
        ],
        family: .ranking,
        summary: "The probability that a positive unit has a greater score than a negative one.",
        formula: "(sum over positive i, negative j of w_i w_j ([p_i > p_j] + [p_i = p_j] / 2)) / "
            + "(sum of positive w times sum of negative w)",
        better: .higher,
        options: [RankingAverage.option.declaration],
        signatures: Decision.signatures,
        notes: [
            "With a score for each class, it is the average of each class against the others (one "
                + "versus rest). It is undefined if a class does not occur. Probabilities and logits of "
                + "two classes have the same value."
        ],
        references: [
            "J. A. Hanley, B. J. McNeil, The Meaning and Use of the Area under a Receiver Operating "
                + "Characteristic (ROC) Curve, Radiology 143, 1982",
            "scikit-learn roc_auc_score",
        ]
    )
}
