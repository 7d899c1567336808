// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The probability p of the class of each row, its complement q, and the logarithms of both.
///
/// None is computed as a difference of the others.
struct ClassProbability {
    let p: TwoDoubles
    let q: TwoDoubles
    /// -log p and -log q.
    let surprisal: TwoDoubles
    let surprisalOfOthers: TwoDoubles
    /// Whether -log p is not a double, and is less here.
    let isBeyond: Mask

    /// Computes them from the logit of p, m = z_t - log Σ e^z_k over the other classes k.
    ///
    /// - Parameters:
    ///   - own: the logit of the class.
    ///   - others: the softmax of the other classes.
    @inline(always)
    init(_ own: Vector, _ others: Softmax) {
        let (zero, one) = (TwoDoubles(repeating: 0), Vector(repeating: 1))
        let (gap, isHuge) = Self.difference(own, others.maximum)
        let isImprobable = isHuge .& (gap.head .< 0)
        isBeyond = isImprobable
        let logit = gap - TwoDoubles.log1p(others.othersSum)
        let isNegative = logit.head .< 0
        let distance = (-logit).replacing(with: logit, where: isNegative)
        let decay = TwoDoubles.exp(distance)
        let excess = TwoDoubles.log1p(decay)
        let large = one / (decay + one)
        let small = decay * large
        p = large.replacing(with: small, where: isNegative)
        q = small.replacing(with: large, where: isNegative)
        surprisal = excess + zero.replacing(with: -logit, where: isNegative)
        surprisalOfOthers = excess + logit.replacing(with: zero, where: isNegative)
    }

    /// Computes them from the softmax of all classes.
    ///
    /// - Parameters:
    ///   - index: the index of the class.
    ///   - rows: the rows of logits.
    ///   - softmax: their softmax.
    ///   - logarithm: the logarithm of the sum of its exponentials.
    @inline(always)
    init(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ softmax: Softmax,
        _ logarithm: TwoDoubles
    ) {
        let exponential = softmax.exponential(of: rows.x(index), .twofold)
        p = softmax.probability(exponential)
        q = softmax.complement(index, rows, exponential)
        let (gap, isHuge) = Self.difference(softmax.maximum, rows.x(index))
        isBeyond = isHuge
        surprisal = gap + logarithm
        // Where q is 0, so are all results that depend on it.
        let least = TwoDoubles(repeating: .leastNormalMagnitude)
        surprisalOfOthers = -TwoDoubles.log(q.replacing(with: least, where: q.head .< least.head))
    }

    /// The difference of two logits; 2^1000 in magnitude where it is not a double.
    @inline(always)
    private static func difference(_ a: Vector, _ b: Vector) -> (value: TwoDoubles, isHuge: Mask) {
        let difference = TwoDoubles.difference(a, b)
        let isHuge = difference.head.magnitude .== .infinity
        let limit = Vector(repeating: 0x1p1000).withSign(of: difference.head)
        return (difference.replacing(with: TwoDoubles(limit), where: isHuge), isHuge)
    }
}

/// A loss as a function f of the logit m of the probability of the class.
struct ClassCurve {
    /// f, and the rows in which its terms cancel.
    let loss: TwoDoubles
    let cancels: Mask
    /// -f', which is not negative.
    let slope: TwoDoubles
    /// f'', and its largest term.
    let bend: TwoDoubles
    let bendSize: Vector

    @inline(always)
    init(
        loss: TwoDoubles,
        cancels: Mask = .none,
        slope: TwoDoubles,
        bend: TwoDoubles,
        bendSize: Vector
    ) {
        self.loss = loss
        self.cancels = cancels
        self.slope = slope
        self.bend = bend
        self.bendSize = bendSize
    }

    static var zero: ClassCurve {
        @inline(always) get {
            let zero = TwoDoubles(repeating: 0)
            return ClassCurve(loss: zero, slope: zero, bend: zero, bendSize: zero.head)
        }
    }
}

/// A loss of the probability of the class, from logits.
///
/// With the weight c of the class t and the softmax r of the other classes, r_k = p_k / (1 - p_t):
/// ∂ℓ/∂z_t = cf', ∂²ℓ/∂z_t² = cf'', ∂ℓ/∂z_k = -cf' r_k and ∂²ℓ/∂z_k² = cr_k (f'' r_k - f' (1 - r_k)).
/// For a distribution, or smoothed classes, ℓ is the sum of the losses f_t of all classes, each times its
/// target and weight a_t. With h_t = -a_t f_t' / q_t, i_t = a_t (f_t'' + f_t') / q_t² and sums over
/// t ≠ k: ∂ℓ/∂z_k = p_k Σh + a_k f_k' and ∂²ℓ/∂z_k² = a_k f_k'' + p_k² Σi + p_k Σh. The terms of the
/// greatest logit, which may exceed all others by far, are kept apart from the sums.
protocol ClassProbabilityLoss: RowFormula where Summary == ClassSummary {
    var targets: ClassTargets { get }

    /// Whether the loss of a class that has probability 0 is finite.
    var isBounded: Bool { get }

    /// The loss of a probability, with twice the precision of a double.
    func curve(_ x: ClassProbability) -> ClassCurve
}

/// The loss of each row, and the numbers on which its derivatives depend.
struct ClassSummary: RowSummary {
    let loss: Vector
    var cancels = Mask.none
    var targetSum = Vector(repeating: 1)
    /// The loss of the class as a function of its logit, and its weight, if there is a single class.
    var curve = ClassCurve.zero
    var weight = Vector(repeating: 0)
    /// The softmax of the other classes; of all classes, if the targets are distributions.
    let softmax: Softmax
    /// For distributions, the logarithm of the sum of its exponentials, h and i of the greatest logit, and
    /// their sums over the others.
    var logarithm = TwoDoubles(repeating: 0)
    var slopeOfGreatest = TwoDoubles(repeating: 0)
    var bendOfGreatest = TwoDoubles(repeating: 0)
    var slopes = TwoDoubles(repeating: 0)
    var bends = TwoDoubles(repeating: 0)
}

extension ClassProbabilityLoss {
    static var inputCount: Int { 2 }

    var list: (option: String, values: [Double])? { targets.list }

    func summarize(_ rows: borrowing Rows<some LaneLayout>, _ kept: inout Kept) -> Summary {
        summarize(rows, .extended, &kept)
    }

    func summarizePrecisely(_ row: borrowing Rows<some LaneLayout>, _ kept: inout Kept) -> Summary {
        summarize(row, .twofold, &kept)
    }

    func preciseLoss(_ row: borrowing Rows<some LaneLayout>) -> Vector {
        var kept = Kept(count: 0)
        return summarize(row, .twofold, &kept).loss
    }

    @inline(always)
    private func summarize(
        _ rows: borrowing Rows<some LaneLayout>,
        _ precision: Softmax.Precision,
        _ kept: inout Kept
    ) -> Summary {
        guard rows.hasClasses, targets.keepsClasses else { return summarizeDistributions(rows) }
        let own = targets.own(rows)
        let others = Softmax(rows, precision, &kept) { rows, index in Self.other(index, rows) }
        let x = ClassProbability(own.x, others)
        let curve = curve(x)
        return Summary(
            loss: own.weight * loss(curve, x).rounded,
            cancels: curve.cancels,
            curve: curve,
            weight: own.weight,
            softmax: others
        )
    }

    /// The summary of rows whose targets are distributions, or smoothed classes.
    @inline(always)
    private func summarizeDistributions(_ rows: borrowing Rows<some LaneLayout>) -> Summary {
        let zero = TwoDoubles(repeating: 0)
        var none = Kept(count: 0)
        let softmax = Softmax(rows, .twofold, &none)
        let logarithm = TwoDoubles.log1p(softmax.othersSum)
        var (loss, given) = (RowTotal(), RoughRowTotal())
        var (slopes, bends) = (RowTotal(), RowTotal())
        var (slopeOfGreatest, bendOfGreatest) = (RowTotal(), RowTotal())
        for index in 0..<rows.count {
            let term = term(index, rows, softmax, logarithm)
            // A class with target 0 contributes nothing.
            let isTarget = term.target.head .> 0
            let own = zero.replacing(with: term.target * term.loss, where: isTarget)
            loss.add(own, at: index, of: rows)
            let isGreatest = rows.place(index) .== softmax.argmax
            slopes.add(term.slope.replacing(with: zero, where: isGreatest), at: index, of: rows)
            bends.add(term.bend.replacing(with: zero, where: isGreatest), at: index, of: rows)
            let slope = zero.replacing(with: term.slope, where: isGreatest)
            slopeOfGreatest.add(slope, at: index, of: rows)
            let bend = zero.replacing(with: term.bend, where: isGreatest)
            bendOfGreatest.add(bend, at: index, of: rows)
            given.add(rows.y(index), at: index, of: rows)
        }
        return Summary(
            loss: loss.value(of: rows).rounded,
            targetSum: given.value(of: rows),
            softmax: softmax,
            logarithm: logarithm,
            slopeOfGreatest: slopeOfGreatest.value(of: rows),
            bendOfGreatest: bendOfGreatest.value(of: rows),
            slopes: slopes.value(of: rows),
            bends: bends.value(of: rows)
        )
    }

    /// A class of a distribution: its smoothed and weighted target, its probability, its loss, h and i.
    @inline(always)
    private func term(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ softmax: Softmax,
        _ logarithm: TwoDoubles
    ) -> (
        target: TwoDoubles, p: TwoDoubles, loss: TwoDoubles, curve: ClassCurve, slope: TwoDoubles,
        bend: TwoDoubles
    ) {
        let (zero, one) = (TwoDoubles(repeating: 0), TwoDoubles(repeating: 1))
        let target = targets.target(index, rows)
        let x = ClassProbability(index, rows, softmax, logarithm)
        let curve = curve(x)
        let isZero = (x.q.head .== 0) .| (target.head .== 0)
        let q = x.q.replacing(with: one, where: isZero)
        let slope = target * (curve.slope / q)
        let bend = target * ((curve.bend - curve.slope) / q / q)
        return (
            target, x.p, loss(curve, x), curve, slope.replacing(with: zero, where: isZero),
            bend.replacing(with: zero, where: isZero)
        )
    }

    /// The loss of a class; infinite where its probability is too small for that.
    @inline(always)
    private func loss(_ curve: ClassCurve, _ x: ClassProbability) -> TwoDoubles {
        isBounded
            ? curve.loss
            : curve.loss.replacing(with: TwoDoubles(repeating: .infinity), where: x.isBeyond)
    }

    /// The logit of a class; -∞ for that of the row.
    @inline(always)
    private static func other(_ index: Int, _ rows: borrowing Rows<some LaneLayout>) -> Vector {
        rows.x(index).replacing(with: -.infinity, where: rows.isClass(index))
    }

    @inline(always)
    func point(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary,
        _ kept: Kept
    ) -> RowPoint {
        point(index, rows, summary, .extended, kept)
    }

    func precisePoint(
        _ index: Int,
        _ row: borrowing Rows<some LaneLayout>,
        _ precise: Summary,
        _ kept: Kept
    ) -> RowPoint {
        point(index, row, precise, .twofold, kept)
    }

    @inline(always)
    private func point(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary,
        _ precision: Softmax.Precision,
        _ kept: Kept
    ) -> RowPoint {
        guard rows.hasClasses, targets.keepsClasses else {
            return RowPoint(pointOfDistribution(index, rows, summary))
        }
        let (curve, others) = (summary.curve, summary.softmax)
        let isClass = rows.isClass(index)
        let exponential = others.exponential(index, rows, precision, kept)
        let share = others.probability(exponential)
        let rest = others.complement(index, rows, exponential)
        let slope = TwoDoubles.looseProduct(curve.slope, share)
        let bent = TwoDoubles.looseProduct(curve.bend, share)
        let straight = TwoDoubles.looseProduct(curve.slope, rest)
        let bend = TwoDoubles.looseProduct(.looseSum(bent, straight), share)
            .replacing(with: curve.bend, where: isClass)
        let bentSize = curve.bendSize * share.head
        let isStraighter = straight.head .> bentSize
        let size = share.head * bentSize.replacing(with: straight.head, where: isStraighter)
        let gradient = slope.replacing(with: -curve.slope, where: isClass).rounded
        let hessian = summary.weight * bend.rounded
        let largest = size.replacing(with: curve.bendSize, where: isClass)
        return RowPoint(
            Derivatives(
                gradient: summary.weight * gradient,
                hessian: hessian,
                surrogate: hessian.magnitude
            ),
            cancels: bend.head.magnitude .< 0x1p-12 * largest
        )
    }

    /// The derivatives for a distribution.
    @inline(always)
    private func pointOfDistribution(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary
    ) -> Derivatives {
        let term = term(index, rows, summary.softmax, summary.logarithm)
        let p = term.p
        let isGreatest = rows.place(index) .== summary.softmax.argmax
        let slopes = (summary.slopes - term.slope + summary.slopeOfGreatest)
            .replacing(with: summary.slopes, where: isGreatest)
        let bends = (summary.bends - term.bend + summary.bendOfGreatest)
            .replacing(with: summary.bends, where: isGreatest)
        let push = p * slopes
        let (zero, isTarget) = (TwoDoubles(repeating: 0), term.target.head .> 0)
        let pull = zero.replacing(with: term.target * term.curve.slope, where: isTarget)
        let bend = zero.replacing(with: term.target * term.curve.bend, where: isTarget)
        let hessian = (bend + (p * p * bends + push)).rounded
        return Derivatives(
            gradient: (push - pull).rounded,
            hessian: hessian,
            surrogate: hessian.magnitude
        )
    }

    @inline(always)
    func others(
        _: Int,
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary
    ) -> Derivatives {
        let x = ClassProbability(index, rows, summary.softmax, summary.logarithm)
        return Derivatives(
            gradient: targets.slope(index, rows) * loss(curve(x), x).rounded,
            hessian: Vector(repeating: 0)
        )
    }
}
