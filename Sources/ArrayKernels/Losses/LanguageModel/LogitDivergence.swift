// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// A divergence of a student's predictions from those of a teacher, both as logits.
///
/// With p = softmax(z/T) of the student and q of the teacher it is ℓ = Σ F(p, q). With the slope
/// g = ∂F/∂p and the bend s = p ∂²F/∂p²: ∂ℓ/∂z = p (g - Σ p g)/T and
/// ∂²ℓ/∂z² = p ((1 - 2p)(g - Σ p g) + (1 - 2p) s + Σ p s)/T². The surrogate, that of Gauss and Newton,
/// lacks the first term and is not negative. All of it is computed in two doubles.
protocol LogitDivergence: SegmentwiseLoss {
    var temperature: Double { get }

    /// The terms of eight classes.
    func terms(_ classes: DividedClasses) -> DivergenceTerms
}

/// The probabilities of eight classes by a student and a teacher.
struct DividedClasses {
    /// p and q.
    let student: TwoDoubles
    let teacher: TwoDoubles
    /// log(p/q).
    let ratio: TwoDoubles

    /// The logarithms of m/p and m/q for a mixture m = share q + (1 - share) p.
    @inline(always)
    func mixture(share: Double) -> (overStudent: TwoDoubles, overTeacher: TwoDoubles) {
        // The logarithm of the mixture over the more probable of both, which is not positive.
        let isMore = ratio.head .> 0
        let decay = TwoDoubles.expm1(ratio.replacing(with: -ratio, where: isMore))
        let rest = TwoDoubles.difference(Vector(repeating: 1), Vector(repeating: share))
        let weight = rest.replacing(with: TwoDoubles(repeating: share), where: isMore)
        let logarithm = TwoDoubles.log1p(decay * weight)
        return (
            (logarithm - ratio).replacing(with: logarithm, where: isMore),
            logarithm.replacing(with: logarithm + ratio, where: isMore)
        )
    }
}

/// F, g and s of eight classes.
struct DivergenceTerms {
    let value: TwoDoubles
    let slope: TwoDoubles
    let bend: TwoDoubles
}

extension LogitDivergence {
    package func compute(
        _ first: Span<Double>,
        _ second: Span<Double>,
        _ third: Span<Double>,
        _ fourth: Span<Double>,
        columns: Int,
        into block: inout SegmentBlock,
        check: () throws(SegmentError) -> Void
    ) throws(SegmentError) {
        let student = SoftmaxArray(first, dividedBy: temperature)
        let teacher = SoftmaxArray(second, dividedBy: temperature)
        let count = student.count
        let kept = block.numbers.isEmpty ? 0 : count
        var (slopes, bends) = (TwoDoublesArray(count: kept), TwoDoublesArray(count: kept))
        var (loss, meanSlope, meanBend) = (LaneTotal(), LaneTotal(), LaneTotal())
        try check()
        for start in stride(from: 0, to: count, by: Vector.width) {
            let p = student.probability(start)
            let terms = terms(
                DividedClasses(
                    student: p,
                    teacher: teacher.probability(start),
                    ratio: student.logarithm(start) - teacher.logarithm(start)
                )
            )
            let exists = Vector.indices(from: start) .< Double(count)
            loss.add(terms.value.kept(where: exists))
            guard kept > 0 else { continue }
            meanSlope.add((p * terms.slope).kept(where: exists))
            meanBend.add((p * terms.bend).kept(where: exists))
            slopes.store(terms.slope, at: start)
            bends.store(terms.bend, at: start)
        }
        block.loss = loss.total.rounded[0]
        guard kept > 0 else { return }
        let gradient = block.offset(of: 0, isHessian: false)
        let hessian = block.offset(of: 0, isHessian: true)
        let divisor = Vector(repeating: temperature)
        let (mean, rest) = (meanSlope.total, meanBend.total)
        for start in stride(from: 0, to: count, by: Vector.width) {
            let p = student.probability(start)
            let excess = slopes.vector(at: start) - mean
            let balance = student.complement(start) - p
            let convex = balance * bends.vector(at: start) + p * rest
            let bend = block.usesSurrogate ? convex : balance * excess + convex
            block.store(
                student.times(excess / divisor, start),
                at: gradient,
                from: start,
                upTo: count
            )
            block.store(
                student.times(bend / divisor / divisor, start),
                at: hessian,
                from: start,
                upTo: count
            )
        }
    }
}

/// The options, inputs and examples shared by divergences of logits.
enum LogitDivergences {
    static let temperature = Option.number(
        "temperature",
        default: 1,
        .closed(1e-3, 1e3),
        "Number by which logits are divided."
    )

    /// Logits far from overflow.
    static let logits = Domain.interval(.closed(-1e100, 1e100))

    static let signature = Signature(
        .segment,
        .init("predictions", .primary, [.init("* K", logits)], "logits of the student"),
        .init("targets", .constant, [.init("* K", logits)], "logits of the teacher")
    )

    static let examples = [
        Example([
            "predictions": Tensor(shape: [2, 3], values: [2, 0.5, -1, 0.1, 1.2, 0.3]),
            "targets": Tensor(shape: [2, 3], values: [4, 1, -3, -1, 2.5, 0]),
        ])
    ]

    static let work = Work(steps: "100 K + 200", numbers: "14 K")

    static let constantTeacher = "The teacher is constant: there is no gradient with respect to it."
    static let scale =
        "Not multiplied by T^2, unlike distillation: multiply it yourself to keep the size of the "
        + "gradient when the temperature changes."
    static let surrogate = "The surrogate of the Hessian is that of Gauss and Newton."
}
