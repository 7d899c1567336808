// SPDX-License-Identifier: Apache-2.0

package import LossFacts

/// A metric of the list with its options set.
package struct Metric: Sendable {
    package let facts: MetricFacts
    package let options: OptionValues
    private let evaluator: any MetricEvaluator

    /// Creates a metric.
    ///
    /// - Throws: `LossError` if options contradict each other or are out of range.
    init(_ type: any MetricEvaluator.Type, _ options: OptionValues) throws(LossError) {
        facts = type.facts
        self.options = options
        evaluator = try type.init(options)
    }

    /// The count of numbers that are kept for classes, or pairs of classes, while units are counted.
    ///
    /// - Parameter inputs: the inputs in the order of the facts; `nil` for omitted ones.
    /// - Returns: the count; 0 if only units are counted.
    package func cellCount(_ inputs: [Tensor?]) -> Int {
        let hasRows = facts.signature(of: inputs).unit == .row
        return evaluator.cellCount(width: hasRows ? inputs.first??.shape.last : nil)
    }

    /// An upper estimate of the memory for a cell in bytes while units are counted.
    package static let cellBytes = 256

    /// The number of steps that a cell takes, which are those of about 400 ns.
    package static let cellSteps = 128

    /// Computes the metric of some units.
    ///
    /// The result does not depend on the order of the units, and has the same bits on every machine.
    ///
    /// - Parameters:
    ///   - inputs: the inputs in the order of the facts; `nil` for optional ones that are omitted.
    ///   - units: the units that take part.
    ///   - shared: the sums of metrics of the same inputs and units; `nil` if there are none.
    ///   - cancellation: polled during the evaluation, which ends once it is cancelled; `nil` means
    ///     never.
    /// - Returns: the value, or the reason that there is none.
    /// - Throws: `LossError` if an input has the wrong shape or is outside its domain, if options do not
    ///   fit the inputs, or if the evaluation is cancelled.
    package func evaluate(
        _ inputs: [Tensor?],
        _ units: MetricUnits,
        sharing shared: SharedSums? = nil,
        unless cancellation: (any CancellationFlag)? = nil
    ) throws(LossError) -> MetricResult {
        let batch = try MetricBatch(facts, inputs, units, shared, cancellation)
        guard batch.count > 0 else {
            return .undefined("\(facts.name) needs at least one unit, but none takes part")
        }
        guard !batch.scale.areZero else {
            return .undefined("\(facts.name) needs a weight above 0, but all are 0")
        }
        let result = try evaluator.evaluate(batch)
        guard result.isFinite else {
            return .undefined("\(facts.name) is infinite or too large for a double")
        }
        return result
    }
}

/// The computation of a metric.
protocol MetricEvaluator: Sendable {
    static var facts: MetricFacts { get }

    /// Reads the options, which are within their declared ranges.
    init(_ options: OptionValues) throws(LossError)

    /// The count of numbers that are kept while units are counted, which may exceed that of the units.
    ///
    /// - Parameter width: The number of scores in a row; `nil` for elements.
    /// - Returns: The count.
    func cellCount(width: Int?) -> Int

    /// Computes the metric of at least one unit, at least one of which has a weight above 0.
    func evaluate(_ batch: MetricBatch) throws(LossError) -> MetricResult
}

extension MetricEvaluator {
    var name: String { Self.facts.name }

    func cellCount(width _: Int?) -> Int { 0 }
}
