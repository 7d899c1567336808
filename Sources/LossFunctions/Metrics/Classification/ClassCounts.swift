// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The weights of the units of each class, as predicted and in truth.
struct ClassCounts {
    /// The units whose target and prediction are the class.
    let correct: [ExactNumber]
    /// The units whose prediction is the class.
    let predicted: [ExactNumber]
    /// The units whose target is the class.
    let actual: [ExactNumber]

    init(_ batch: MetricBatch, _ decision: Decision) throws(LossError) {
        if batch.units.weights.isEmpty {
            self = try Self.counts(batch, decision)
        } else {
            self =
                batch.scale.isNarrow
                ? try Self.counts(batch, decision, FixedCount.self)
                : try Self.counts(batch, decision, ExactNumber.self)
        }
    }

    private init(correct: [ExactNumber], predicted: [ExactNumber], actual: [ExactNumber]) {
        self.correct = correct
        self.predicted = predicted
        self.actual = actual
    }

    /// Counts units whose weights are 1.
    private static func counts(
        _ batch: MetricBatch,
        _ decision: Decision
    ) throws(LossError) -> ClassCounts {
        let count = decision.classCount(batch)
        var correct = [Int](repeating: 0, count: count)
        var predicted = [Int](repeating: 0, count: count)
        var actual = [Int](repeating: 0, count: count)
        var block = Decision.Block()
        try batch.forEachBlock { predictions, targets, _, first throws(LossError) in
            try decision.decide(batch, predictions, targets, from: first, into: &block)
            let (own, truth) = (block.predicted.span, block.actual.span)
            var ofPredicted = predicted.mutableSpan
            var ofActual = actual.mutableSpan
            var ofCorrect = correct.mutableSpan
            for offset in own.indices {
                let (index, target) = (Int(own[offset]), Int(truth[offset]))
                ofPredicted[index] &+= 1
                ofActual[target] &+= 1
                ofCorrect[target] &+= index == target ? 1 : 0
            }
        }
        func numbers(_ counts: [Int]) -> [ExactNumber] { counts.map { ExactNumber($0) } }
        return ClassCounts(
            correct: numbers(correct),
            predicted: numbers(predicted),
            actual: numbers(actual)
        )
    }

    private static func counts<Count: ExactCount>(
        _ batch: MetricBatch,
        _ decision: Decision,
        _: Count.Type
    ) throws(LossError) -> ClassCounts {
        let count = decision.classCount(batch)
        var correct = [Count](repeating: .zero, count: count)
        var predicted = [Count](repeating: .zero, count: count)
        var actual = [Count](repeating: .zero, count: count)
        let scale = batch.scale
        var block = Decision.Block()
        try batch.forEachBlock { predictions, targets, weights, first throws(LossError) in
            try decision.decide(batch, predictions, targets, from: first, into: &block)
            let (own, truth) = (block.predicted.span, block.actual.span)
            var ofPredicted = predicted.mutableSpan
            var ofActual = actual.mutableSpan
            var ofCorrect = correct.mutableSpan
            for offset in own.indices {
                let weight = Count(weight: weights[offset], scale)
                let (index, target) = (Int(own[offset]), Int(truth[offset]))
                ofPredicted[index] += weight
                ofActual[target] += weight
                if index == target { ofCorrect[target] += weight }
            }
        }
        func numbers(_ counts: [Count]) -> [ExactNumber] { counts.map { $0.number(scale) } }
        return ClassCounts(
            correct: numbers(correct),
            predicted: numbers(predicted),
            actual: numbers(actual)
        )
    }

    var classes: Range<Int> { actual.indices }

    /// The weight of all units.
    var total: ExactNumber { actual.sum }

    /// Whether a unit has the class as its target or its prediction.
    func occurs(_ index: Int) -> Bool { !actual[index].isZero || !predicted[index].isZero }
}
