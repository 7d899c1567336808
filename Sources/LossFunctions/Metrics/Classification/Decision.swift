// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The rule by which scores become predicted classes.
///
/// A score above the threshold means class 1; of a row of scores, the first of the greatest is the class.
struct Decision {
    static let threshold = Option.number(
        "threshold",
        default: 0.5,
        .real,
        "Scores above it mean the positive class, where there is one score for each unit; "
            + "0 for logits."
    )
    static let classes = Option.integer(
        "classes",
        default: nil,
        "Number of classes, from 2 to 65536, if predictions are class indices rather than scores."
    )
    static let options = [threshold.declaration, classes.declaration]
    static let signatures: [Signature] = [.binaryScores, .classScores]

    private let threshold: Double
    private let classes: Int?

    init(_ options: OptionValues) throws(LossError) {
        threshold = options[Self.threshold]
        classes = options[Self.classes]
        if let classes { try Self.classes.check(classes, in: 2...65_536) }
    }

    /// The number of classes.
    func classCount(_ batch: MetricBatch) -> Int {
        batch.hasRows ? batch.width : classes ?? 2
    }

    /// Stores the predicted classes and the targets of a block.
    ///
    /// - Throws: `LossError` if a target is not a class.
    func decide(
        _ batch: MetricBatch,
        _ predictions: Span<Double>,
        _ targets: Span<Double>,
        from first: Int,
        into block: inout Block
    ) throws(LossError) {
        block.predicted.removeAll(keepingCapacity: true)
        block.actual.removeAll(keepingCapacity: true)
        let count = classCount(batch)
        if batch.hasRows {
            let width = batch.width
            for row in targets.indices {
                let start = row &* width
                var (best, place) = (predictions[start], 0)
                for column in 1..<max(width, 1) where predictions[start &+ column] > best {
                    (best, place) = (predictions[start &+ column], column)
                }
                block.predicted.append(place)
            }
        } else if let classes {
            for offset in predictions.indices {
                guard let own = MetricBatch.classIndex(predictions[offset], of: classes) else {
                    throw batch.notAClass(
                        predictions[offset],
                        at: first + offset,
                        input: 0,
                        classes: classes
                    )
                }
                block.predicted.append(own)
            }
        } else {
            try batch.checkBinary(targets, from: first)
            for offset in predictions.indices {
                block.predicted.append(predictions[offset] > threshold ? 1 : 0)
                block.actual.append(Int(targets[offset]))
            }
            return
        }
        for offset in targets.indices {
            guard let own = MetricBatch.classIndex(targets[offset], of: count) else {
                throw batch.notAClass(
                    targets[offset],
                    at: first + offset,
                    input: 1,
                    classes: count
                )
            }
            block.actual.append(own)
        }
    }

    /// The classes of the units of a block.
    struct Block {
        fileprivate(set) var predicted: [Int] = []
        fileprivate(set) var actual: [Int] = []
    }
}

extension Option<Int?> {
    /// Throws if a value is not within a range.
    func check(_ value: Int, in range: ClosedRange<Int>) throws(LossError) {
        guard !range.contains(value) else { return }
        let end = range.upperBound
        throw .outOfRange(
            option: declaration.name,
            place: [],
            value: Double(value),
            allowed: end == .max
                ? "an integer >= \(range.lowerBound)"
                : "an integer from \(range.lowerBound) to \(end)"
        )
    }
}
