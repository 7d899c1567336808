// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The weights of the units of each pair of target and predicted class.
struct ConfusionMatrix: MetricEvaluator {
    enum Normalization: String, CaseIterable {
        case none
        case `true`
        case pred
        case all
    }

    static let normalization = Option.choice(
        "normalize",
        default: Normalization.none,
        "Whether counts are divided by those of the target (true), of the prediction (pred), or of "
            + "all units (all)."
    )

    /// The greatest number of classes of a matrix.
    private static let maximumClasses = 1_000

    private let decision: Decision
    private let normalization: Normalization

    init(_ options: OptionValues) throws(LossError) {
        decision = Decision(options)
        normalization = options[Self.normalization]
    }

    func cellCount(width: Int?) -> Int {
        let classes = decision.classCount(width: width)
        return classes <= Self.maximumClasses ? classes * classes : 0
    }

    func evaluate(_ batch: MetricBatch) throws(LossError) -> MetricResult {
        let classes = decision.classCount(batch)
        guard classes <= Self.maximumClasses else {
            return .undefined(
                "\(name) has a row for each class, up to \(Self.maximumClasses), but there are "
                    + "\(classes)"
            )
        }
        let counts =
            batch.scale.isNarrow
            ? try cells(batch, classes, FixedCount.self)
            : try cells(batch, classes, ExactNumber.self)
        let rows = (0..<classes).map { row in
            Array(counts[(row * classes)..<((row + 1) * classes)])
        }
        let divisors: (_ row: Int, _ column: Int) -> ExactNumber
        switch normalization {
        case .none: divisors = { _, _ in ExactNumber(1) }
        case .true:
            let sums = rows.map { $0.sum }
            divisors = { row, _ in sums[row] }
        case .pred:
            let sums = (0..<classes).map { column in rows.map { $0[column] }.sum }
            divisors = { _, column in sums[column] }
        case .all:
            let sum = counts.sum
            divisors = { _, _ in sum }
        }
        return MetricResult(
            .matrix(
                rows.enumerated().map { row, counts in
                    counts.enumerated().map { column, count in
                        // A class without units has counts of 0, divided by 0.
                        count.isZero ? 0 : count.divided(by: divisors(row, column))
                    }
                }
            )
        )
    }

    private func cells<Count: ExactCount>(
        _ batch: MetricBatch,
        _ classes: Int,
        _: Count.Type
    ) throws(LossError) -> [ExactNumber] {
        var cells = [Count](repeating: .zero, count: classes * classes)
        let scale = batch.scale
        let one = Count(weight: 1, scale)
        var block = Decision.Block()
        try batch.forEachBlock { predictions, targets, weights, first throws(LossError) in
            try decision.decide(batch, predictions, targets, from: first, into: &block)
            let (own, truth) = (block.predicted.span, block.actual.span)
            var counts = cells.mutableSpan
            for offset in own.indices {
                counts[Int(truth[offset]) * classes + Int(own[offset])] +=
                    weights.isEmpty ? one : Count(weight: weights[offset], scale)
            }
        }
        return cells.map { $0.number(scale) }
    }

    static let facts = MetricFacts(
        name: "confusion_matrix",
        aliases: ["confusion", "confusion_counts"],
        family: .classification,
        summary:
            "The weights of the units of each pair of target (row) and predicted class (column).",
        formula: "C_ij = sum of w [t = i] [c = j], with the predicted class c",
        better: nil,
        options: [normalization.declaration] + Decision.options,
        signatures: Decision.signatures,
        notes: [
            "There are a row and a column for each of up to 1,000 classes, also for those that do "
                + "not occur."
        ],
        references: ["scikit-learn confusion_matrix"]
    )
}
