// SPDX-License-Identifier: Apache-2.0

/// An evaluation in the making.
///
/// Takes the losses a block at a time, weights and sums them, refuses what is not finite, and holds
/// the derivatives.
struct Accumulation {
    private let outputs: Outputs
    private let weighting: Weighting
    private let lossShape: [Int]

    private var sum = ExactSum()
    private var elements: [Double] = []
    private var weighted: [Double] = []
    var gradient: Derivative
    var hessian: Derivative

    init(
        _ outputs: Outputs,
        _ weighting: Weighting,
        lossShape: [Int],
        predictionShape: [Int]
    ) {
        self.outputs = outputs
        self.weighting = weighting
        self.lossShape = lossShape
        gradient = Derivative(
            .gradient,
            isWanted: outputs.contains(.gradient),
            shape: predictionShape
        )
        hessian = Derivative(
            .hessian,
            isWanted: outputs.contains(.hessian),
            shape: predictionShape
        )
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
        if let offset = Finiteness.firstViolation(in: losses.span, 0..<count) {
            throw .notFinite(
                .loss,
                of: .predictions,
                place: Tensor.place(of: first + offset, in: lossShape)
            )
        }
        if outputs.contains(.elements) { elements += losses[..<count] }
        guard outputs.contains(.loss) else { return }
        if weighting.reduction == .none {
            for offset in 0..<count {
                let loss = losses[offset] * weighting[first + offset]
                guard loss.isFinite else {
                    throw .notFinite(
                        .loss,
                        of: .predictions,
                        place: Tensor.place(of: first + offset, in: lossShape)
                    )
                }
                weighted.append(loss)
            }
        } else if weighting.isTrivial {
            for offset in 0..<count { sum.add(losses[offset]) }
        } else {
            for offset in 0..<count { sum.add(losses[offset], times: weighting[first + offset]) }
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
                guard value.isFinite else { throw .notFinite(.loss, of: .predictions, place: []) }
                loss = Tensor(value)
            }
        }
        return Evaluation(
            loss: loss,
            normalizer: weighting.normalizer,
            gradient: gradient.tensor,
            hessian: hessian.tensor,
            elements: outputs.contains(.elements)
                ? Tensor(shape: lossShape, values: elements) : nil
        )
    }
}
