// SPDX-License-Identifier: Apache-2.0

import ArrayMath

/// Builds an `Evaluation` block by block.
///
/// It weights and sums the losses, collects derivatives divided by the denominator, and throws if a
/// number is not finite.
struct Accumulation: ~Copyable {
    private let outputs: Outputs
    let weighting: Weighting
    private let lossShape: [Int]
    private let predictionShape: [Int]

    var sum = ExactSum()
    private var elements: [Double] = []
    private var weighted: [Double] = []
    var gradient: Derivative
    var hessian: Derivative

    init(
        _ outputs: Outputs,
        _ weighting: consuming Weighting,
        lossShape: [Int],
        predictionShape: [Int]
    ) {
        self.outputs = outputs
        self.lossShape = lossShape
        self.predictionShape = predictionShape
        let count = predictionShape.reduce(1, *)
        gradient = Derivative(.gradient, isWanted: outputs.contains(.gradient), count: count)
        hessian = Derivative(.hessian, isWanted: outputs.contains(.hessian), count: count)
        let isNone = weighting.reduction == .none
        self.weighting = weighting
        guard isNone || outputs.contains(.elements) else { return }
        let losses = lossShape.reduce(1, *)
        if outputs.contains(.elements) { elements.reserveCapacity(losses) }
        if outputs.contains(.loss), isNone { weighted.reserveCapacity(losses) }
    }

    /// Whether the losses themselves are requested, not only their derivatives.
    var wantsLosses: Bool { !outputs.isDisjoint(with: [.loss, .elements]) }

    /// Adds a block of losses and their weights; `first` is the index of the first loss.
    mutating func add(
        _ losses: Span<Double>,
        _ weights: Span<Double>,
        from first: Int
    )
        throws(LossError)
    {
        guard wantsLosses else { return }
        let isSummed =
            outputs.contains(.loss) && weighting.isTrivial && weighting.reduction != .none
        if isSummed { sum.add(losses) }
        // The sum detects non-finite losses, but not their place.
        if !isSummed || !sum.hasFiniteTerms { try checkAreFinite(losses, from: first) }
        // Adding 0 turns -0 into 0, here and below.
        if outputs.contains(.elements) {
            elements.append(addingCapacity: losses.count) { output in
                for offset in losses.indices { output.append(losses[offset] + 0) }
            }
        }
        guard outputs.contains(.loss), !isSummed else { return }
        if weighting.reduction == .none {
            let isTrivial = weighting.isTrivial
            weighted.append(addingCapacity: losses.count) { output in
                for offset in losses.indices {
                    output.append(
                        (isTrivial ? losses[offset] : losses[offset] * weights[offset]) + 0
                    )
                }
            }
            try checkAreFinite(weighted.span.extracting(last: losses.count), from: first)
        } else {
            sum.add(losses, times: weights)
        }
    }

    /// Appends the requested derivatives with respect to the next predictions.
    mutating func add(
        _ slopes: Span<Double>,
        _ curvatures: Span<Double>,
        _ functions: any ArrayFunctions.Type
    )
        throws(LossError)
    {
        let denominator = weighting.denominator
        try gradient.append(slopes, dividedBy: denominator, of: predictionShape, functions)
        try hessian.append(curvatures, dividedBy: denominator, of: predictionShape, functions)
    }

    /// Stores the requested derivatives of a range of rows.
    mutating func place(
        _ block: RowBlock,
        of rows: Range<Int>,
        _ layout: RowLayout
    )
        throws(LossError)
    {
        let functions = block.functions
        if layout.areContiguous {
            try add(block.gradient.span, block.hessian.span, functions)
        } else {
            let denominator = weighting.denominator
            gradient.place(block.gradient, layout, dividedBy: denominator, functions) {
                layout.scatter($0, rows, into: &$1)
            }
            hessian.place(block.hessian, layout, dividedBy: denominator, functions) {
                layout.scatter($0, rows, into: &$1)
            }
        }
    }

    /// Stores the requested derivatives of a strip of a row; strips arrive in order.
    mutating func place(
        _ block: RowBlock,
        of row: Int,
        columns: Range<Int>,
        _ layout: RowLayout
    )
        throws(LossError)
    {
        let functions = block.functions
        guard !layout.areContiguous else {
            return try add(block.gradient.span, block.hessian.span, functions)
        }
        let denominator = weighting.denominator
        gradient.place(block.gradient, layout, dividedBy: denominator, functions) {
            layout.scatter($0, row, columns: columns, into: &$1)
        }
        hessian.place(block.hessian, layout, dividedBy: denominator, functions) {
            layout.scatter($0, row, columns: columns, into: &$1)
        }
    }

    /// Throws if a derivative is not finite, with the place of the first.
    func checkDerivativesAreFinite() throws(LossError) {
        try gradient.checkIsFinite(of: predictionShape)
        try hessian.checkIsFinite(of: predictionShape)
    }

    private func checkAreFinite(_ losses: Span<Double>, from first: Int) throws(LossError) {
        if let offset = Finiteness.firstNonFinite(in: losses) {
            throw .notFinite(
                .loss,
                of: .predictions,
                place: Tensor.place(of: first + offset, in: lossShape)
            )
        }
    }

    /// The evaluation, once every loss has been added.
    consuming func finish() throws(LossError) -> Evaluation {
        var loss: Tensor?
        if outputs.contains(.loss) {
            if weighting.reduction == .none {
                loss = Tensor(shape: lossShape, values: weighted)
            } else {
                let value = sum.value(dividedBy: weighting.denominator) + 0
                guard value.isFinite else { throw .notFinite(.loss, of: .predictions, place: []) }
                loss = Tensor(value)
            }
        }
        return Evaluation(
            loss: loss,
            normalizer: weighting.normalizer,
            gradient: gradient.tensor(predictionShape),
            hessian: hessian.tensor(predictionShape),
            elements: outputs.contains(.elements)
                ? Tensor(shape: lossShape, values: elements) : nil
        )
    }
}
