// SPDX-License-Identifier: Apache-2.0

package import LossFacts

/// A loss of the catalogue with its options set.
package struct Loss: Sendable {
    package let facts: Facts
    package let options: OptionValues
    private let evaluator: any LossEvaluator

    init(_ facts: Facts, _ options: OptionValues, _ evaluator: any LossEvaluator) {
        self.facts = facts
        self.options = options
        self.evaluator = evaluator
    }

    /// Computes the requested outputs.
    ///
    /// The order is: bind shapes, select units, compute the denominator, check domains, compute losses
    /// and derivatives block by block, multiply by the weights, sum exactly, divide by the denominator.
    ///
    /// - Throws: `LossError` if an input has the wrong shape or is outside its domain, or if a
    ///   requested output is not finite.
    package func evaluate(_ request: LossRequest) throws(LossError) -> LossResult {
        let batch = try Batch(request, facts, options, axis: evaluator.axis)
        let weighting = try Weighting(
            request,
            batch,
            targetWeights: try evaluator.targetWeights(of: batch)
        )
        var result = Accumulation(request, batch, weighting)
        try evaluator.evaluate(batch, into: &result)
        return try result.finish()
    }
}

/// The computation of the losses of a batch.
protocol LossEvaluator: Sendable {
    /// The axis of the rows; negative axes count from the last dimension.
    var axis: Int { get }

    /// The weights of the targets in the denominator of a mean, one per unit; `nil` means 1 each.
    func targetWeights(of batch: Batch) throws(LossError) -> [Double]?

    /// Adds the losses and derivatives of every unit.
    func evaluate(_ batch: Batch, into result: inout Accumulation) throws(LossError)
}
