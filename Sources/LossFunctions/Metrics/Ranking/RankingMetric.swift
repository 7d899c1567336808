// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// A metric of the order of scores, of two classes, or of each class against the others.
protocol RankingMetric: MetricEvaluator {
    var average: RankingAverage { get }

    /// The value of ranked units of which some are positive, as an unevaluated sum of head and tail.
    static func value<Count: ExactCount>(
        of units: RankedUnits,
        positive: Count,
        negative: Count,
        _ scale: WeightScale
    ) -> (head: Double, tail: Double)

    /// Whether at least one unit must not be positive.
    static var needsNegatives: Bool { get }
}

/// The average over the classes of rows of scores.
enum RankingAverage: String, CaseIterable {
    case macro
    case weighted
    case none

    static let option = Option.choice(
        "average",
        default: RankingAverage.macro,
        "Where there is a score for each class: the mean over the classes (macro), that weighted by "
            + "their targets (weighted), or a value for each class (none)."
    )
}

extension RankingMetric {
    func evaluate(_ batch: MetricBatch) throws(LossError) -> MetricResult {
        batch.scale.isNarrow
            ? try evaluate(batch, FixedCount.self) : try evaluate(batch, ExactNumber.self)
    }

    private func evaluate<Count: ExactCount>(
        _ batch: MetricBatch,
        _: Count.Type
    ) throws(LossError) -> MetricResult {
        guard batch.hasRows else {
            let units = try RankedUnits(binary: batch)
            let (positive, negative) = units.total(Count.self, batch.scale)
            if let reason = lack(positive, negative, class: nil) { return .undefined(reason) }
            let value = Self.value(
                of: units,
                positive: positive,
                negative: negative,
                batch.scale
            )
            return MetricResult(
                ExactNumber(value.head) + ExactNumber(value.tail),
                dividedBy: ExactNumber(1)
            )
        }
        var values: [Double?] = []
        var (sum, weight) = (ExactNumber.zero, ExactNumber.zero)
        for index in 0..<batch.width {
            try batch.checkCancellation()
            let units = try RankedUnits(batch, class: index)
            let (positive, negative) = units.total(Count.self, batch.scale)
            if let reason = lack(positive, negative, class: index) {
                guard average == .none else { return .undefined(reason) }
                values.append(nil)
                continue
            }
            let value = Self.value(
                of: units,
                positive: positive,
                negative: negative,
                batch.scale
            )
            values.append(value.head + value.tail)
            let factor = average == .weighted ? positive.number(batch.scale) : ExactNumber(1)
            sum += (ExactNumber(value.head) + ExactNumber(value.tail)) * factor
            weight += factor
        }
        guard average != .none else { return MetricResult(.numbers(values)) }
        return MetricResult(sum, dividedBy: weight)
    }

    /// The reason that there is no value; `nil` if there is one.
    private func lack(
        _ positive: some ExactCount,
        _ negative: some ExactCount,
        class index: Int?
    ) -> String? {
        if positive.isZero {
            return index.map { "\(name) needs targets of every class, but none is \($0)" }
                ?? (Self.needsNegatives
                    ? "\(name) needs both classes, but targets are all 0"
                    : "\(name) needs a positive target, but targets are all 0")
        }
        guard Self.needsNegatives, negative.isZero else { return nil }
        return
            "\(name) needs \(index == nil ? "both" : "at least two") classes, but targets are all "
            + "\(index ?? 1)"
    }
}

extension RankedUnits {
    /// The weights of all positive and negative units.
    func total<Count: ExactCount>(
        _: Count.Type,
        _ scale: WeightScale
    ) -> (positive: Count, negative: Count) {
        var (positive, negative) = (Count.zero, Count.zero)
        forEachTie(Count.self, scale) { tie in
            positive += tie.positive
            negative += tie.negative
        }
        return (positive, negative)
    }
}
