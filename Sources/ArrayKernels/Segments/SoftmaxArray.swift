// SPDX-License-Identifier: Apache-2.0

import ArrayMath

/// The softmax p of the logits of a segment, in two doubles; no complement cancels.
struct SoftmaxArray {
    let count: Int
    /// log Σ e^(z/T).
    let logSumExp: TwoDoubles
    /// The index of the greatest logit, and the sum of the probabilities of the others.
    private let argmax: Int
    private let othersShare: TwoDoubles
    private var logarithms: TwoDoublesArray
    private var probabilities: TwoDoublesArray

    /// - Parameters:
    ///   - logits: the logits, of which there is at least one.
    ///   - temperature: the number T by which they are divided.
    init(_ logits: Span<Double>, dividedBy temperature: Double = 1) {
        count = logits.count
        var argmax = 0
        for index in logits.indices where logits[index] > logits[argmax] { argmax = index }
        self.argmax = argmax
        let (maximum, divisor) = (
            Vector(repeating: logits[argmax]), Vector(repeating: temperature)
        )
        logarithms = TwoDoublesArray(count: count)
        probabilities = TwoDoublesArray(count: count)
        var others = LaneTotal()
        for start in stride(from: 0, to: count, by: Vector.width) {
            let places = Vector.indices(from: start)
            let distance =
                TwoDoubles.difference(logits.paddedVector(at: start), maximum) / divisor
            let power = TwoDoubles.exp(distance).kept(where: places .< Double(count))
            others.add(power.kept(where: .!(places .== Double(argmax))))
            logarithms.store(distance, at: start)
            probabilities.store(power, at: start)
        }
        let sum = others.total
        let logarithm = TwoDoubles.log1p(sum)
        let whole = sum + Vector(repeating: 1)
        logSumExp = TwoDoubles(maximum) / divisor + logarithm
        othersShare = sum / whole
        for start in stride(from: 0, to: count, by: Vector.width) {
            logarithms.store(logarithms.vector(at: start) - logarithm, at: start)
            probabilities.store(probabilities.vector(at: start) / whole, at: start)
        }
    }

    /// log p of eight logits; any numbers beyond the last one.
    @inline(always)
    func logarithm(_ start: Int) -> TwoDoubles { logarithms.vector(at: start) }

    /// p of eight logits, 0 beyond the last one.
    @inline(always)
    func probability(_ start: Int) -> TwoDoubles { probabilities.vector(at: start) }

    /// 1 - p of eight logits.
    @inline(always)
    func complement(_ start: Int) -> TwoDoubles {
        let isMost = Vector.indices(from: start) .== Double(argmax)
        return (Vector(repeating: 1) - probability(start)).replacing(
            with: othersShare,
            where: isMost
        )
    }

    /// The product of p with a factor, whose digits are kept where p is subnormal.
    @inline(always)
    func times(_ factor: TwoDoubles, _ start: Int) -> Vector {
        let p = probability(start)
        let isTiny = p.head .< 0x1p-900
        guard isTiny.isAny else { return (p * factor).rounded }
        let tiny = Vector.exp(logarithm(start), times: factor.rounded)
        return (p * factor).rounded.replacing(with: tiny, where: isTiny)
    }
}
