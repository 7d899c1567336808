// SPDX-License-Identifier: Apache-2.0

/// An evaluation in the making: takes the losses and derivatives a block at a time, weights and
/// reduces them, and refuses what is not finite.
struct Accumulation {
    let outputs: Outputs
    private let weighting: Weighting
    private let lossShape: [Int]
    private let predictionShape: [Int]

    private var sum = ExactSum()
    private var elements: [Double] = []
    private var weighted: [Double] = []
    var gradient: [Double] = []
    var hessian: [Double] = []

    init(
        _ outputs: Outputs,
        _ weighting: Weighting,
        lossShape: [Int],
        predictionShape: [Int]
    ) {
        self.outputs = outputs
        self.weighting = weighting
        self.lossShape = lossShape
        self.predictionShape = predictionShape
        let count = predictionShape.reduce(1, *)
        if outputs.contains(.gradient) { gradient = [Double](repeating: 0, count: count) }
        if outputs.contains(.hessian) { hessian = [Double](repeating: 0, count: count) }
        let losses = lossShape.reduce(1, *)
        if outputs.contains(.elements) { elements.reserveCapacity(losses) }
        if outputs.contains(.loss), weighting.reduction == .none {
            weighted.reserveCapacity(losses)
        }
    }

    /// Whether the losses themselves are wanted, not only their derivatives.
    var wantsLosses: Bool { !outputs.isDisjoint(with: [.loss, .elements]) }

    /// Takes the first `count` of `losses`, which are those from `first` on.
    mutating func add(_ losses: [Double], count: Int, from first: Int) throws(LossError) {
        guard wantsLosses else { return }
        if let offset = Self.firstNotFinite(losses, 0..<count) {
            throw .notFinite(.loss, place: Tensor.place(of: first + offset, in: lossShape))
        }
        if outputs.contains(.elements) { elements += losses[..<count] }
        guard outputs.contains(.loss) else { return }
        if weighting.reduction == .none {
            for offset in 0..<count { weighted.append(losses[offset] * weighting[first + offset]) }
        } else if weighting.isTrivial {
            for offset in 0..<count { sum.add(losses[offset]) }
        } else {
            for offset in 0..<count { sum.add(losses[offset], times: weighting[first + offset]) }
        }
    }

    /// Turns the derivatives of losses into those of the reduced loss; `losses` says which loss
    /// each prediction of the range belongs to.
    mutating func reduceDerivatives(
        _ range: Range<Int>,
        of loss: (Int) -> Int
    )
        throws(LossError)
    {
        if outputs.contains(.gradient) {
            try reduce(&gradient, range, loss, as: .gradient)
        }
        if outputs.contains(.hessian) {
            try reduce(&hessian, range, loss, as: .hessian)
        }
    }

    @inline(__always)
    private func reduce(
        _ derivatives: inout [Double],
        _ range: Range<Int>,
        _ loss: (Int) -> Int,
        as output: Output
    ) throws(LossError) {
        let denominator = weighting.denominator
        if weighting.isTrivial {
            if denominator != 1 {
                var span = derivatives.mutableSpan
                for offset in range { span[offset] /= denominator }
            }
        } else {
            for offset in range {
                derivatives[offset] = derivatives[offset] * weighting[loss(offset)] / denominator
            }
        }
        if let offset = Self.firstNotFinite(derivatives, range) {
            throw .notFinite(output, place: Tensor.place(of: offset, in: predictionShape))
        }
    }

    /// The evaluation, once every loss has been taken.
    consuming func finish() throws(LossError) -> Evaluation {
        var loss: Tensor?
        if outputs.contains(.loss) {
            if weighting.reduction == .none {
                loss = Tensor(shape: lossShape, values: weighted)
            } else {
                let value = sum.value(dividedBy: weighting.denominator)
                guard value.isFinite else { throw .notFinite(.loss, place: []) }
                loss = Tensor(value)
            }
        }
        return Evaluation(
            loss: loss,
            normalizer: weighting.normalizer,
            gradient: outputs.contains(.gradient)
                ? Tensor(shape: predictionShape, values: gradient) : nil,
            hessian: outputs.contains(.hessian)
                ? Tensor(shape: predictionShape, values: hessian) : nil,
            elements: outputs.contains(.elements)
                ? Tensor(shape: lossShape, values: elements) : nil
        )
    }

    /// Adding one to the exponent carries into the sign bit for infinities and NaN alone.
    private static func firstNotFinite(_ numbers: [Double], _ range: Range<Int>) -> Int? {
        let span = numbers.span
        var carries: UInt64 = 0
        for offset in range {
            carries |= (span[offset].bitPattern & 0x7FFF_FFFF_FFFF_FFFF) &+ 0x0010_0000_0000_0000
        }
        guard carries &>> 63 != 0 else { return nil }
        return range.first { !numbers[$0].isFinite }
    }
}
