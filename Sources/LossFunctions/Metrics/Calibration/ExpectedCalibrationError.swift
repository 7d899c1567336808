// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The mean distance of probabilities from the frequencies of their outcomes, by bins.
struct ExpectedCalibrationError: MetricEvaluator {
    private let probabilities: Probabilities
    private let binCount: Int

    init(_ options: OptionValues) throws(LossError) {
        probabilities = Probabilities(options)
        binCount = CalibrationBin.count(options)
    }

    func evaluate(_ batch: MetricBatch) throws(LossError) -> MetricResult {
        let bins =
            batch.scale.isNarrow
            ? try bins(batch, FixedCount.self) : try bins(batch, ExactNumber.self)
        let distance = bins.map { bin in
            let difference = bin.probabilities - bin.hits
            return difference.isNegative ? -difference : difference
        }
        .sum
        return MetricResult(distance, dividedBy: bins.map { $0.weight }.sum)
    }

    private func bins<Count: ExactCount>(
        _ batch: MetricBatch,
        _: Count.Type
    ) throws(LossError) -> [CalibrationBin] {
        var bins = CalibrationBins<Count>(count: binCount, batch.scale)
        var reader = probabilities
        var block: [Double] = []
        let width = batch.width
        try batch.forEachBlock { predictions, targets, weights, first throws(LossError) in
            try reader.read(predictions, batch, from: first, into: &block)
            if !batch.hasRows { try batch.checkBinary(targets, from: first) }
            for offset in targets.indices {
                let weight = weights.isEmpty ? 1 : weights[offset]
                guard batch.hasRows else {
                    bins.add(block[offset], isHit: targets[offset] == 1, weight: weight)
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
                let start = offset * width
                var (greatest, place) = (block[start], 0)
                for column in 1..<width where block[start + column] > greatest {
                    (greatest, place) = (block[start + column], column)
                }
                bins.add(greatest, isHit: place == target, weight: weight)
            }
        }
        return bins.bins
    }

    static let facts = MetricFacts(
        name: "expected_calibration_error",
        aliases: ["ece", "calibration_error"],
        family: .calibration,
        summary:
            "The mean distance of probabilities from the frequencies of their outcomes, by bins.",
        formula: "sum over bins of |sum of w (p - y)| / sum of w, with the outcome y",
        better: .lower,
        options: [CalibrationBin.count.declaration] + Probabilities.options,
        signatures: Probabilities.signatures,
        notes: [
            "The probability is that of the positive class; of a row, the greatest, whose outcome is "
                + "whether the class is the target. The sums of bins are exact."
        ],
        references: [
            "C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger, On Calibration of Modern Neural Networks, "
                + "ICML 2017"
        ]
    )
}
