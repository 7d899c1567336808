// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The mean of the precision at the score of each positive unit.
struct AveragePrecision: RankingMetric {
    let average: RankingAverage

    init(_ options: OptionValues) throws(LossError) {
        average = options[RankingAverage.option]
    }

    static let needsNegatives = false

    static func value<Count: ExactCount>(
        of units: RankedUnits,
        positive: Count,
        negative _: Count,
        _ scale: WeightScale
    ) -> (head: Double, tail: Double) {
        var sum = ExactSum()
        var (found, all) = (Count.zero, Count.zero)
        units.forEachTie(descending: true, Count.self, scale) { tie in
            found += tie.positive
            all += tie.positive
            all += tie.negative
            guard !tie.positive.isZero else { return }
            let step = Count.share(tie.positive, of: positive)
            let precision = Count.share(found, of: all)
            sum.add(step.head, times: precision.head)
            sum.add(step.head, times: precision.tail)
            sum.add(step.tail, times: precision.head)
        }
        return (sum.value, 0)
    }

    static let facts = MetricFacts(
        name: "average_precision",
        aliases: ["average_precision_score", "auprc", "pr_auc"],
        family: .ranking,
        summary: "The mean of the precision at the score of each positive unit.",
        formula: "sum over thresholds of (R_n - R_(n-1)) P_n, with recall R and precision P",
        better: .higher,
        options: [RankingAverage.option.declaration],
        signatures: Decision.signatures,
        notes: [
            "The curve of precision and recall is not interpolated. With a score for each class, it is "
                + "the average of each class against the others. It is undefined if a class does not "
                + "occur; scikit-learn then counts 0. The error is half an ulp plus 2^-98 of the value."
        ],
        references: ["scikit-learn average_precision_score"]
    )
}
