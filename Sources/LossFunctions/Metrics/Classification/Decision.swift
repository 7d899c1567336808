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
        .closed(2, 65_536),
        "Number of classes, if predictions are class indices rather than scores."
    )
    static let options = [threshold.declaration, classes.declaration]
    static let signatures: [Signature] = [.binaryScores, .classScores]

    private static let binaryTargets = "0 or 1, or a class index if classes is set"

    private let threshold: Double
    private let classes: Int?
    /// The options that are given.
    private let given: [String]

    init(_ options: OptionValues) {
        threshold = options[Self.threshold]
        classes = options[Self.classes]
        given = Self.options.map { $0.name }.filter { options.has($0) }
    }

    /// The number of classes.
    func classCount(_ batch: MetricBatch) -> Int {
        classCount(width: batch.hasRows ? batch.width : nil)
    }

    /// The number of classes, if rows have a number of scores; `nil` for elements.
    func classCount(width: Int?) -> Int { width ?? classes ?? 2 }

    /// Stores the predicted classes and the targets of a block.
    ///
    /// - Throws: `LossError` if a target is not a class, or if an option does not apply to the predictions.
    func decide(
        _ batch: MetricBatch,
        _ predictions: Span<Double>,
        _ targets: Span<Double>,
        from first: Int,
        into block: inout Block
    ) throws(LossError) {
        block.resize(targets.count)
        if batch.hasRows {
            if let option = given.first {
                throw .inapplicable(option: option, to: "rows of scores")
            }
            choose(predictions, batch.width, into: &block)
        } else if let classes {
            if given.count > 1 {
                throw .inapplicable(option: given[0], to: "class indices (classes)")
            }
            var predicted = block.predicted.mutableSpan
            try Self.read(predictions, batch, from: first, input: 0, classes, into: &predicted)
        } else {
            try batch.checkBinary(targets, from: first, allowed: Self.binaryTargets)
            var predicted = block.predicted.mutableSpan
            for offset in targets.indices {
                predicted[offset] = predictions[offset] > threshold ? 1 : 0
            }
            var actual = block.actual.mutableSpan
            for offset in targets.indices {
                actual[offset] = Int32(truncatingIfNeeded: Int(targets[offset]))
            }
            return
        }
        var actual = block.actual.mutableSpan
        let count = classCount(batch)
        try Self.read(targets, batch, from: first, input: 1, count, into: &actual)
    }

    /// Stores the first of the greatest scores of each row.
    private func choose(_ scores: Span<Double>, _ width: Int, into block: inout Block) {
        var predicted = block.predicted.mutableSpan
        for row in predicted.indices {
            let start = row &* width
            var (best, place) = (scores[start], 0)
            for column in 1..<width where scores[start &+ column] > best {
                (best, place) = (scores[start &+ column], column)
            }
            predicted[row] = Int32(truncatingIfNeeded: place)
        }
    }

    /// Stores the class indices of an input.
    private static func read(
        _ numbers: Span<Double>,
        _ batch: MetricBatch,
        from first: Int,
        input: Int,
        _ classes: Int,
        into result: inout MutableSpan<Int32>
    ) throws(LossError) {
        for offset in numbers.indices {
            guard let index = MetricBatch.classIndex(numbers[offset], of: classes) else {
                throw batch.notAClass(
                    numbers[offset],
                    at: first + offset,
                    input: input,
                    classes: classes
                )
            }
            result[offset] = Int32(truncatingIfNeeded: index)
        }
    }

    /// The classes of the units of a block.
    struct Block {
        fileprivate(set) var predicted: [Int32] = []
        fileprivate(set) var actual: [Int32] = []

        fileprivate mutating func resize(_ count: Int) {
            guard predicted.count != count else { return }
            // Neither is a copy of the other, because both are written through spans.
            predicted = [Int32](repeating: 0, count: count)
            actual = [Int32](repeating: 0, count: count)
        }
    }
}
