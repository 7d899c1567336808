// SPDX-License-Identifier: Apache-2.0

/// What a loss is asked about.
package struct Batch: Sendable {
    package let predictions: Tensor
    package let targets: Tensor
    /// A number, one a row, or one a loss; nil: 1.
    package let weights: Tensor?

    package init(predictions: Tensor, targets: Tensor, weights: Tensor? = nil) {
        self.predictions = predictions
        self.targets = targets
        self.weights = weights
    }
}

/// What a loss answers; what was not asked for is nil.
package struct Evaluation: Equatable, Sendable {
    /// A single number, or with `Reduction.none` one a loss.
    package let loss: Tensor?
    /// What the sum of the losses was divided by; 1 for a sum and with `Reduction.none`.
    package let normalizer: Double
    /// The derivative of `loss` in each prediction; with `Reduction.none` that of its own loss.
    package let gradient: Tensor?
    /// The second derivative of `loss` in each prediction by itself: the Hessian's diagonal.
    package let hessian: Tensor?
    /// The losses one by one, before weights and reduction.
    package let elements: Tensor?
}

/// A loss function with its options chosen.
///
/// One call serves a whole batch, so that callers may hold losses of any kind as `any Loss` and
/// pay for that once a request: the passes over the elements are compiled for each loss.
package protocol Loss: Sendable {
    static var facts: Facts { get }
    /// What there is one loss for.
    static var granularity: Granularity { get }

    /// The loss with these options, which are in their ranges.
    init(_ arguments: Arguments) throws(LossError)

    /// The domains of the inputs under the options chosen.
    var domains: Domains { get }

    /// The loss of a batch and, where wanted, its derivatives.
    ///
    /// Each input is finite. Throws where an input has the wrong shape or lies outside its domain,
    /// and where something that is wanted would not be finite.
    func evaluate(
        _ batch: Batch,
        _ outputs: Outputs,
        _ reduction: Reduction
    ) throws(LossError)
        -> Evaluation
}

/// What there is one loss for.
package enum Granularity: String, Sendable {
    case element
    /// A row along an axis.
    case row
}

extension Loss {
    func checkDomains(of batch: Batch) throws(LossError) {
        try domains.predictions.check(batch.predictions, as: .predictions)
        try domains.targets.check(batch.targets, as: .targets)
    }
}

extension Domain {
    func check(_ tensor: Tensor, as input: Input) throws(LossError) {
        guard let offset = firstOutside(in: tensor.values) else { return }
        throw .outsideDomain(
            input,
            place: Tensor.place(of: offset, in: tensor.shape),
            value: tensor.values[offset],
            allowed: description
        )
    }
}
