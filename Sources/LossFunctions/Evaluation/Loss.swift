// SPDX-License-Identifier: Apache-2.0

/// The inputs of a loss.
package struct Batch: Sendable {
    package let predictions: Tensor
    package let targets: Tensor
    /// A number, one per row, or one per loss; `nil` means 1.
    package let weights: Tensor?

    package init(predictions: Tensor, targets: Tensor, weights: Tensor? = nil) {
        self.predictions = predictions
        self.targets = targets
        self.weights = weights
    }
}

/// The result of a loss; outputs that were not requested are `nil`.
package struct Evaluation: Equatable, Sendable {
    /// The reduced loss; with `Reduction.none`, a number per loss.
    package let loss: Tensor?
    /// The denominator of the sum of the losses; 1 for `Reduction.sum` and `Reduction.none`.
    package let normalizer: Double
    /// The derivative of `loss` with respect to each prediction; with `Reduction.none`, of its own loss.
    package let gradient: Tensor?
    /// The Hessian's diagonal: the second derivative of `loss` with respect to each prediction.
    package let hessian: Tensor?
    /// The losses one by one, before weights and reduction.
    package let elements: Tensor?
}

/// A loss function with its options set.
///
/// One call evaluates a whole batch, so that the dynamic call of `any Loss` occurs once per request;
/// the loops over elements are compiled for each loss.
package protocol Loss: Sendable {
    static var facts: Facts { get }
    /// The unit that has one loss.
    static var granularity: Granularity { get }

    /// Creates the loss with options that are within their ranges.
    init(_ options: OptionValues) throws(LossError)

    /// The domains of the inputs under these options.
    var domains: Domains { get }

    /// Computes the requested outputs for a batch of finite inputs.
    ///
    /// The order is: validate shapes and domains, compute losses and derivatives block by block,
    /// multiply by the weights, sum exactly, divide by the denominator.
    ///
    /// - Throws: `LossError` if an input has the wrong shape or is outside its domain, or if a
    ///   requested output is not finite.
    func evaluate(
        _ batch: Batch,
        _ outputs: Outputs,
        _ reduction: Reduction
    ) throws(LossError)
        -> Evaluation
}

/// The unit that has one loss: an element or a row.
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
    func check(_ tensor: Tensor, as input: InputName) throws(LossError) {
        guard let offset = firstOutside(in: tensor.values) else { return }
        throw .outsideDomain(
            input,
            place: Tensor.place(of: offset, in: tensor.shape),
            value: tensor.values[offset],
            allowed: description
        )
    }
}
