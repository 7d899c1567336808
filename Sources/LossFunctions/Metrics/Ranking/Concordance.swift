// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The share of comparable pairs whose predictions have the order of the targets.
struct Concordance: MetricEvaluator {
    init(_: OptionValues) {}

    func evaluate(_ batch: MetricBatch) throws(LossError) -> MetricResult {
        batch.scale.isNarrow
            ? try evaluate(batch, FixedCount.self) : try evaluate(batch, ExactNumber.self)
    }

    private func evaluate<Count: ExactCount>(
        _ batch: MetricBatch,
        _: Count.Type
    ) throws(LossError) -> MetricResult {
        let units = try self.units(batch)
        // Units whose target is greater than that of the current ones.
        var later = RankedWeights<Count>(ranks: (units.map { $0.rank }.max() ?? 0) + 1)
        var (comparable, twiceDiscordant) = (Count.Products.zero, Count.Products.zero)
        var start = 0
        while start < units.count {
            try batch.checkCancellation()
            let end = units[start...].firstIndex { $0.target != units[start].target } ?? units.count
            // A unit without its event outlasts those whose event is at the same time.
            for unit in units[start..<end] where !unit.hasEvent {
                later.add(Count(weight: unit.weight, batch.scale), rank: unit.rank)
            }
            for unit in units[start..<end] where unit.hasEvent {
                let weight = Count(weight: unit.weight, batch.scale)
                comparable.add(weight, times: later.total)
                var twice = later.weight(below: unit.rank)
                twice += twice
                twice += later[unit.rank]
                twiceDiscordant.add(weight, times: twice)
            }
            for unit in units[start..<end] where unit.hasEvent {
                later.add(Count(weight: unit.weight, batch.scale), rank: unit.rank)
            }
            start = end
        }
        let pairs = comparable.number(batch.scale)
        guard !pairs.isZero else {
            return .undefined(
                "\(name) needs two units of which one is known to have a lower target, but there are none"
            )
        }
        let twice = pairs + pairs
        return MetricResult(twice - twiceDiscordant.number(batch.scale), dividedBy: twice)
    }

    private struct Unit {
        let target: Double
        let weight: Double
        let hasEvent: Bool
        let prediction: Double
        /// The number of distinct lower predictions.
        var rank = 0
    }

    /// The units whose weight is above 0, by descending target.
    private func units(_ batch: MetricBatch) throws(LossError) -> [Unit] {
        let (predictions, targets) = (batch.inputs[0]?.values ?? [], batch.inputs[1]?.values ?? [])
        let events = batch.inputs.count > 2 ? batch.inputs[2]?.values : nil
        let weights = batch.units.weights
        var units: [Unit] = []
        units.reserveCapacity(batch.count)
        for position in 0..<batch.count {
            let unit = batch.units[position]
            let event = events?[unit] ?? 1
            guard event == 0 || event == 1 else {
                throw .outsideDomain(
                    input: batch.name(of: 2),
                    place: batch.place(position),
                    value: event,
                    allowed: Domain.values([0, 1]).description
                )
            }
            let weight = weights.isEmpty ? 1 : weights[unit]
            guard weight > 0 else { continue }
            units.append(
                Unit(
                    target: targets[unit],
                    weight: weight,
                    hasEvent: event == 1,
                    prediction: predictions[unit]
                )
            )
        }
        units.sort { $0.prediction < $1.prediction }
        for place in units.indices.dropFirst() {
            let (last, own) = (units[place - 1], units[place])
            units[place].rank = last.rank + (own.prediction > last.prediction ? 1 : 0)
        }
        units.sort { $0.target > $1.target }
        return units
    }

    static let facts = MetricFacts(
        name: "concordance",
        aliases: ["concordance_index", "c_index", "harrell_c"],
        family: .ranking,
        summary: "The share of comparable pairs whose predictions have the order of the targets.",
        formula:
            "(sum over comparable i, j with t_i < t_j of w_i w_j ([p_i < p_j] + [p_i = p_j] / 2)) / "
            + "(sum over these of w_i w_j)",
        better: .higher,
        signatures: [
            Signature(
                .element,
                .init("predictions", .constant, .real, "scores, greater for greater targets"),
                .init("targets", .constant, .real, "true numbers, such as times"),
                .init(
                    "events",
                    .constant,
                    [.init("*", .values([0, 1]))],
                    "1 if the target is known, 0 if it is only known to be greater (censored)",
                    isOptional: true
                )
            )
        ],
        notes: [
            "A pair is comparable if the lower target is known; of equal targets, one known and one not, "
                + "the latter is the greater. Scores of risk, greater for shorter times, are to be "
                + "negated. For targets 0 and 1 it is roc_auc."
        ],
        references: [
            "F. E. Harrell, R. M. Califf, D. B. Pryor, K. L. Lee, R. A. Rosati, Evaluating the Yield of "
                + "Medical Tests, JAMA 247, 1982",
            "lifelines concordance_index",
        ]
    )
}

/// The weights of units by rank, with sums of the weights of lower ranks.
///
/// After P. M. Fenwick, A New Data Structure for Cumulative Frequency Tables, Software: Practice and
/// Experience 24, 1994.
private struct RankedWeights<Count: ExactCount> {
    private var weights: [Count]
    /// At an index from 1, the sum over as many ranks up to it as its lowest bit says.
    private var sums: [Count]
    private(set) var total = Count.zero

    init(ranks: Int) {
        weights = [Count](repeating: .zero, count: ranks)
        sums = [Count](repeating: .zero, count: ranks + 1)
    }

    subscript(rank: Int) -> Count { weights[rank] }

    mutating func add(_ weight: Count, rank: Int) {
        total += weight
        weights[rank] += weight
        var index = rank + 1
        while index < sums.count {
            sums[index] += weight
            index += index & -index
        }
    }

    func weight(below rank: Int) -> Count {
        var sum = Count.zero
        var index = rank
        while index > 0 {
            sum += sums[index]
            index -= index & -index
        }
        return sum
    }
}
