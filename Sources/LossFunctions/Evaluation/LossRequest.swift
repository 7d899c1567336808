// SPDX-License-Identifier: Apache-2.0

import ArrayMath
package import LossFacts

/// The inputs of a loss, and the outputs to compute from them.
package struct LossRequest: Sendable {
    /// The inputs in the order of the signature; `nil` for those omitted.
    package var inputs: [Tensor?]
    /// A number, one per row, or one per loss; `nil` means 1.
    package var weights: Tensor?
    /// 1 for each loss to include and 0 for each to leave out; `nil` includes all.
    package var mask: Tensor?
    /// Whether losses with a missing input are skipped rather than refused.
    package var skipsMissing = false
    package var reduction = Reduction.mean
    /// The denominator, if the caller supplies it.
    package var normalizer: Double?
    package var emptyRows = EmptyRows.drop
    package var outputs = Outputs.lossAndGradient
    /// The offsets of the inputs with respect to which to differentiate; empty means the primary ones.
    package var gradientOf: [Int] = []
    package var hessianKind = HessianKind.exact
    /// The factor of surrogates of second derivatives; `nil` means 1.
    package var hessianScale: Double?
    /// The lower bound of surrogates of second derivatives.
    package var hessianFloor: Double?
    /// The step of the proximal operator.
    package var step = 1.0
    /// The number of losses before the first, if the inputs are a part of a data set.
    package var offset = 0
    /// The maximum number of steps of a loss that states them.
    package var stepLimit: Int

    package init(inputs: [Tensor?], stepLimit: Int = .max) {
        self.inputs = inputs
        self.stepLimit = stepLimit
    }

    /// The offsets of the inputs with respect to which to differentiate: the requested ones, or the
    /// primary ones of the signature.
    package func differentiated(of signature: Signature) -> [Int] {
        gradientOf.isEmpty ? signature.primary : gradientOf
    }
}

/// The result of a loss; outputs that were not requested are `nil`.
package struct LossResult: Equatable, Sendable {
    /// The reduced loss; `nil` with `Reduction.none`.
    package let reduced: Double?
    /// With `Reduction.none`, the weighted losses.
    package let weighted: Tensor?
    /// The denominator of the sum of the losses; 1 for `Reduction.sum` and `Reduction.none`.
    package let normalizer: Double
    /// The derivatives of `loss`: a gradient for each requested input, then the diagonal of a Hessian for
    /// each; with `Reduction.none`, those of the losses themselves.
    package let derivatives: [Derivative]
    /// The losses one by one, before weights and reduction; NaN for those left out.
    package let elements: Tensor?
    package let statistics: Statistics?
    /// The exact sums from which reduced losses and statistics follow.
    package let moments: Moments?
    /// The number of losses skipped because of a missing input; `nil` unless skipping was requested.
    package let skipped: Int?
    /// The means that the predictions estimate, in their shape.
    package internal(set) var link: Tensor?
    /// The parameters that minimize half of the squared distance to the given ones plus the step times the
    /// loss.
    package internal(set) var prox: Tensor?

    /// The reduced loss, or the losses if they are not reduced.
    package var loss: Tensor? { reduced.map { Tensor($0) } ?? weighted }

    package var gradients: [Derivative] { derivatives.filter { !$0.isHessian } }
    package var hessians: [Derivative] { derivatives.filter { $0.isHessian } }

    /// The gradient with respect to the first of the requested inputs.
    package var gradient: Tensor? { gradients.first?.tensor }
    /// The Hessian's diagonal with respect to the first of the requested inputs.
    package var hessian: Tensor? { hessians.first?.tensor }
}
