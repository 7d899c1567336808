// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The correlation of predicted and true classes.
struct MatthewsCorrelation: MetricEvaluator {
    private let decision: Decision

    init(_ options: OptionValues) throws(LossError) {
        decision = Decision(options)
    }

    func cellCount(width: Int?) -> Int { decision.classCount(width: width) }

    func evaluate(_ batch: MetricBatch) throws(LossError) -> MetricResult {
        let counts = try ClassCounts(batch, decision)
        let total = counts.total
        func products(_ left: [ExactNumber], _ right: [ExactNumber]) -> ExactNumber {
            total * total - zip(left, right).map { $0 * $1 }.sum
        }
        let predicted = products(counts.predicted, counts.predicted)
        let actual = products(counts.actual, counts.actual)
        guard !actual.isZero else {
            let only = counts.classes.first { !counts.actual[$0].isZero } ?? 0
            return .undefined("\(name) needs targets of two classes, but all are \(only)")
        }
        guard !predicted.isZero else {
            let only = counts.classes.first { !counts.predicted[$0].isZero } ?? 0
            return .undefined("\(name) needs predictions of two classes, but all are \(only)")
        }
        let covariance =
            products(counts.predicted, counts.actual) - total * (total - counts.correct.sum)
        let size = (covariance * covariance).squareRoot(dividedBy: predicted * actual)
        return MetricResult(covariance.isNegative ? -size : size)
    }

    static let facts = MetricFacts(
        name: "matthews_corrcoef",
        aliases: ["mcc", "matthews_correlation_coefficient", "phi_coefficient"],
        family: .classification,
        summary: "The correlation of predicted and true classes.",
        formula: "(n C - sum p_k t_k) / sqrt((n^2 - sum p_k^2) (n^2 - sum t_k^2)), with n units, "
            + "C correct, p_k predictions and t_k targets of class k",
        better: .higher,
        options: Decision.options,
        signatures: Decision.signatures,
        notes: [
            "The value is exact up to its square root, to within an ulp. Where all predictions or all "
                + "targets are of one class it is undefined; scikit-learn returns 0."
        ],
        references: [
            "J. Gorodkin, Comparing Two K-Category Assignments by a K-Category Correlation "
                + "Coefficient, Computational Biology and Chemistry 28, 2004",
            "scikit-learn matthews_corrcoef",
        ]
    )
}
