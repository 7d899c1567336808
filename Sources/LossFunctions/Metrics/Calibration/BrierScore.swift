// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The mean squared distance of probabilities from outcomes, with its decomposition.
struct BrierScore: MetricEvaluator {
    /// The greatest number of classes for which the score is decomposed.
    private static let maximumClasses = 1_000

    private let probabilities: Probabilities
    private let binCount: Int
    private let options: OptionValues

    init(_ options: OptionValues) throws(LossError) {
        probabilities = Probabilities(options)
        binCount = CalibrationBin.count(options)
        let fromLogits = ProbabilityOptions.fromLogits
        self.options = try OptionValues(
            [fromLogits.declaration.name: .flag(options[fromLogits])],
            for: Probabilities.options
        )
    }

    func evaluate(_ batch: MetricBatch) throws(LossError) -> MetricResult {
        batch.scale.isNarrow
            ? try evaluate(batch, FixedCount.self) : try evaluate(batch, ExactNumber.self)
    }

    private func evaluate<Count: ExactCount>(
        _ batch: MetricBatch,
        _: Count.Type
    ) throws(LossError) -> MetricResult {
        let width = batch.width
        let isDecomposed = width <= Self.maximumClasses
        var bins = [CalibrationBins<Count>](
            repeating: CalibrationBins(count: binCount, batch.scale),
            count: isDecomposed ? width : 0
        )
        var sums = LossSums(isWeighted: !batch.units.weights.isEmpty)
        var reader = probabilities
        var (block, losses): ([Double], [Double]) = ([], [])
        try batch.forEachBlock { predictions, targets, weights, first throws(LossError) in
            try reader.read(predictions, batch, from: first, into: &block)
            if !batch.hasRows { try batch.checkBinary(targets, from: first) }
            losses.removeAll(keepingCapacity: true)
            for offset in targets.indices {
                let weight = weights.isEmpty ? 1 : weights[offset]
                guard batch.hasRows else {
                    bins[0].add(block[offset], isHit: targets[offset] == 1, weight: weight)
                    continue
                }
                guard let target = MetricBatch.classIndex(targets[offset], of: width) else {
                    throw batch.notAClass(
                        targets[offset],
                        at: first + offset,
                        input: 1,
                        classes: width
                    )
                }
                var loss = 0.0
                for column in 0..<width {
                    let probability = block[offset * width + column]
                    let error = probability - (column == target ? 1 : 0)
                    loss += error * error
                    if isDecomposed {
                        bins[column].add(probability, isHit: column == target, weight: weight)
                    }
                }
                losses.append(loss)
            }
            if batch.hasRows { sums.add(losses.span, weights: weights) }
        }
        let parts = Self.parts(bins.map { $0.bins })
        guard let moments = batch.hasRows ? sums.moments() : try loss.moments(of: batch) else {
            throw .notFinite(.loss, input: batch.name(of: 0), place: [])
        }
        return MetricResult(
            meanOf: moments,
            parts: isDecomposed ? parts : []
        )
    }

    /// The loss of probabilities of two classes.
    private var loss: Loss {
        get throws(LossError) {
            guard let loss = try Catalogue.loss(named: "brier")?.entry.loss(options) else {
                preconditionFailure("brier is a loss")
            }
            return loss
        }
    }

    /// The decomposition, summed over the classes.
    private static func parts(_ classes: [[CalibrationBin]]) -> [MetricResult.Part] {
        var (reliability, resolution, uncertainty) = (QuotientSum(), QuotientSum(), QuotientSum())
        for bins in classes {
            let (weight, hits) = (bins.map { $0.weight }.sum, bins.map { $0.hits }.sum)
            for bin in bins {
                let error = bin.probabilities - bin.hits
                reliability.add(error * error, dividedBy: bin.weight * weight)
                let surplus = bin.hits * weight - hits * bin.weight
                resolution.add(
                    surplus * surplus,
                    dividedBy: bin.weight * weight * weight * weight
                )
            }
            uncertainty.add(hits * (weight - hits), dividedBy: weight * weight)
        }
        let one = ExactNumber(1)
        return [
            .init(name: "reliability", value: reliability.divided(by: one)),
            .init(name: "resolution", value: resolution.divided(by: one)),
            .init(name: "uncertainty", value: uncertainty.divided(by: one)),
        ]
    }

    static let facts = MetricFacts(
        name: "brier",
        aliases: ["brier_score", "brier_score_loss"],
        family: .calibration,
        summary:
            "The mean squared distance of probabilities from outcomes, with its decomposition.",
        formula:
            "sum of w (p - y)^2 / sum of w; with n bins, reliability = sum of W_k (p_k - y_k)^2 / W, "
            + "resolution = sum of W_k (y_k - y)^2 / W, uncertainty = y (1 - y)",
        better: .lower,
        options: [CalibrationBin.count.declaration] + Probabilities.options,
        signatures: Probabilities.signatures,
        isMean: true,
        notes: [
            "With a probability for each class, score and decomposition are the sums over the classes. "
                + "The score is reliability - resolution + uncertainty if the probabilities of a bin are "
                + "equal. There is no decomposition for more than 1,000 classes."
        ],
        references: [
            "A. H. Murphy, A New Vector Partition of the Probability Score, Journal of Applied "
                + "Meteorology 12, 1973",
            "scikit-learn brier_score_loss",
        ]
    )
}
