// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The reading of predictions as probabilities.
struct Probabilities {
    static let options = [ProbabilityOptions.fromLogits.declaration]
    static let signatures = [
        Signature(
            .element,
            .init(
                "predictions",
                .constant,
                domains,
                "probabilities of the positive class, or logits"
            ),
            .init(
                "targets",
                .constant,
                .values([0, 1]),
                "1 for the positive class, 0 for the other"
            )
        ),
        Signature(
            .row,
            .init(
                "predictions",
                .constant,
                [.init("* K", domains)],
                "probabilities of classes, or logits"
            ),
            .init("targets", .constant, [.init("*", .classIndices(of: "K"))], "class indices")
        ),
    ]

    private static let domains = [
        ConditionalDomain(.unit, when: ["from_logits": .flag(false)]),
        ConditionalDomain(.real, when: ["from_logits": .flag(true)]),
    ]

    /// The greatest distance of the sum of a row from 1.
    private static let tolerance = 0.001

    private let areLogits: Bool
    private var exponentials: [Double] = []

    init(_ options: OptionValues) {
        areLogits = options[ProbabilityOptions.fromLogits]
    }

    /// Stores the probabilities of a block.
    ///
    /// - Parameters:
    ///   - predictions: the predictions of the block.
    ///   - batch: the batch.
    ///   - first: the position of the first unit of the block.
    ///   - result: as many probabilities as predictions; those from logits err by at most 3 ulp, and in
    ///     rows by an ulp more for each 2 classes.
    /// - Throws: `LossError` if predictions are no probabilities.
    mutating func read(
        _ predictions: Span<Double>,
        _ batch: MetricBatch,
        from first: Int,
        into result: inout [Double]
    ) throws(LossError) {
        result.removeAll(keepingCapacity: true)
        guard areLogits else {
            for offset in predictions.indices { result.append(predictions[offset]) }
            return try check(result, batch, from: first)
        }
        batch.hasRows
            ? softmax(predictions, batch.width, into: &result) : sigmoid(predictions, into: &result)
    }

    private func check(
        _ probabilities: [Double],
        _ batch: MetricBatch,
        from first: Int
    ) throws(LossError) {
        let width = batch.width
        if let offset = probabilities.firstIndex(where: { !($0 >= 0 && $0 <= 1) }) {
            throw .outsideDomain(
                input: batch.name(of: 0),
                place: batch.place(
                    first + offset / width,
                    column: batch.hasRows ? offset % width : nil
                ),
                value: probabilities[offset],
                allowed: Interval.unit.description
            )
        }
        guard batch.hasRows else { return }
        for row in 0..<(probabilities.count / width) {
            let sum = probabilities[(row * width)..<((row + 1) * width)].reduce(0, +)
            guard (sum - 1).magnitude > Self.tolerance else { continue }
            throw .notADistribution(
                input: batch.name(of: 0),
                row: batch.place(first + row),
                axis: batch.units.shape.count,
                sum: sum,
                inLogarithms: false
            )
        }
    }

    /// e^-|z| = t gives 1/(1 + t) for z >= 0 and t/(1 + t) below.
    private mutating func sigmoid(_ logits: Span<Double>, into result: inout [Double]) {
        for offset in logits.indices { result.append(-logits[offset].magnitude) }
        exponentiate(result)
        for offset in logits.indices {
            let exponential = exponentials[offset]
            result[offset] = (logits[offset] < 0 ? exponential : 1) / (1 + exponential)
        }
    }

    private mutating func softmax(
        _ logits: Span<Double>,
        _ width: Int,
        into result: inout [Double]
    ) {
        for start in stride(from: 0, to: logits.count, by: width) {
            var greatest = logits[start]
            for column in 1..<width { greatest = max(greatest, logits[start + column]) }
            for column in 0..<width { result.append(logits[start + column] - greatest) }
        }
        exponentiate(result)
        for start in stride(from: 0, to: logits.count, by: width) {
            var sum = 0.0
            for column in 0..<width { sum += exponentials[start + column] }
            for column in 0..<width {
                result[start + column] = exponentials[start + column] / sum
            }
        }
    }

    private mutating func exponentiate(_ exponents: [Double]) {
        if exponentials.count != exponents.count {
            exponentials = [Double](repeating: 0, count: exponents.count)
        }
        var span = exponentials.mutableSpan
        InstructionSet.current.functions.exp(exponents.span, into: &span)
    }
}
