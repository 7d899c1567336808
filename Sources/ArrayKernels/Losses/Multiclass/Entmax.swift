// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The loss of the entmax of scores, of any order between softmax and sparsemax.
enum Entmax: ListedRowLoss {
    static let alpha = Option.number(
        "alpha",
        default: 1.5,
        .closed(1.1, 2),
        "Order: 2 is sparsemax, 1.5 entmax15; towards 1 the probabilities approach those of softmax."
    )

    static func kernel(_ options: OptionValues) -> any RowKernel {
        switch options[alpha] {
        case 1.5: Entmax15(options)
        case 2: Sparsemax(options)
        default: EntmaxOfOrder(options)
        }
    }
}

/// The loss of the entmax of an order between 1 and 2.
///
/// With the order α, e = 1/(α - 1) and x_k = (α - 1) z_k - τ, the probabilities of the scores z are
/// p_k = u_k^e, u_k = max(0, x_k), where τ is such that Σp = 1. With the target distribution y, smoothed,
/// A = α (α - 1) and the entropy H(p) = Σ (p - p^α)/A: ℓ = (p - y)·z + H(p) - H(y), which is
/// Σ (y^α/A + p u/α - x y/(α - 1)) + (τ/(α - 1) + 1/A) (1 - Σy); ∂ℓ/∂z_k = p_k - y_k, and with
/// s_k = p_k/u_k, ∂²ℓ/∂z_k² = s_k (1 - s_k/Σs). In y, ∂ℓ/∂y_k = y_k^(α - 1)/(α - 1) - 1/A - z_k and
/// ∂²ℓ/∂y_k² = y_k^(α - 2). All of it is computed in two doubles.
struct EntmaxOfOrder: FenchelYoungLoss {
    let targets: ClassTargets
    private let alpha: Vector
    /// α - 1, e and A.
    private let excess: TwoDoubles
    private let exponent: TwoDoubles
    private let product: TwoDoubles

    init(_ options: OptionValues) {
        targets = ClassTargets(options)
        alpha = Vector(repeating: options[Entmax.alpha])
        excess = .difference(alpha, Vector(repeating: 1))
        exponent = Vector(repeating: 1) / excess
        product = excess * alpha
    }

    struct Summary: FenchelYoungSummary {
        let common: FenchelYoungRow
        /// Σs.
        let sum: TwoDoubles
    }

    /// A class: x, p and s.
    private struct Share {
        let x: TwoDoubles
        let p: TwoDoubles
        let s: TwoDoubles
    }

    @inline(always)
    private func share(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ maximum: Vector,
        _ threshold: TwoDoubles
    ) -> Share {
        let (zero, one) = (TwoDoubles(repeating: 0), TwoDoubles(repeating: 1))
        let x = TwoDoubles.difference(rows.x(index), maximum) * excess - threshold
        let isInside = x.head .> 0
        let u = one.replacing(with: x, where: isInside)
        let p = TwoDoubles.exp(TwoDoubles.log(u) * exponent)
        return Share(
            x: x,
            p: zero.replacing(with: p, where: isInside),
            s: zero.replacing(with: p / u, where: isInside)
        )
    }

    func summarize(_ rows: borrowing Rows<some LaneLayout>, _ kept: inout Kept) -> Summary {
        let (zero, one) = (TwoDoubles(repeating: 0), Vector(repeating: 1))
        let maximum = rows.greatest { rows, index in rows.x(index) }.value
        let threshold = threshold(rows, maximum)
        var (total, shares) = (RowTotal(), RowTotal())
        var (sum, given) = (RowTotal(), RoughRowTotal())
        for index in 0..<rows.count {
            let target = targets.smoothed(index, rows)
            let share = share(index, rows, maximum, threshold)
            let isTarget = target.head .> 0
            let power =
                rows.hasClasses && targets.keepsClasses ? target : power(of: target, alpha)
            let u = zero.replacing(with: share.x, where: share.x.head .> 0)
            let own = zero.replacing(with: target * share.x / excess, where: isTarget)
            let term = power / product + share.p * u / alpha - own
            // Terms that would cancel: the prediction equals the target.
            let isEqual = (share.p.head .== target.head) .& (share.p.tail .== target.tail)
            total.add(term.replacing(with: zero, where: isEqual), at: index, of: rows)
            shares.add(share.s, at: index, of: rows)
            sum.add(target, at: index, of: rows)
            given.add(rows.y(index), at: index, of: rows)
        }
        var loss = total.value(of: rows)
        if rows.hasClasses {
            loss = loss.replacing(with: zero, where: loss.head .< 0)
        } else {
            let factor = threshold / excess + maximum + one / product
            loss = loss + factor * (one - sum.value(of: rows))
        }
        return Summary(
            common: common(rows, loss, given, maximum, threshold),
            sum: shares.value(of: rows)
        )
    }

    /// τ - (α - 1) maximum, by Newton's method, first in doubles.
    ///
    /// The function Σp - 1 of τ is convex and decreases, so that its zero is approached from below. A row that
    /// has arrived is left as it is, whatever others need.
    @inline(always)
    private func threshold(
        _ rows: borrowing Rows<some LaneLayout>,
        _ maximum: Vector
    ) -> TwoDoubles {
        let one = Vector(repeating: 1)
        var threshold = TwoDoubles(rough(rows, maximum))
        var isDone = Mask.none
        // Far more steps than are needed.
        for _ in 0..<100 {
            var (total, slope) = (RowTotal(), RowTotal())
            for index in 0..<rows.count {
                let share = share(index, rows, maximum, threshold)
                total.add(share.p, at: index, of: rows)
                slope.add(share.s, at: index, of: rows)
            }
            let step = (total.value(of: rows) - one) / (slope.value(of: rows) * exponent)
            threshold = (threshold + step).replacing(with: threshold, where: isDone)
            isDone.formUnion(step.head.magnitude .< 0x1p-90)
            guard (.!isDone).isAny else { break }
        }
        return threshold
    }

    /// τ - (α - 1) maximum to about 2^-40.
    @inline(always)
    private func rough(
        _ rows: borrowing Rows<some LaneLayout>,
        _ maximum: Vector
    ) -> Vector {
        let (zero, one) = (Vector(repeating: 0), Vector(repeating: 1))
        // No class with p > 0 has x below that of the greatest by 1.
        var threshold = -one
        var isDone = Mask.none
        // Far more steps than are needed.
        for _ in 0..<200 {
            var (total, slope) = (RoughRowTotal(), RoughRowTotal())
            for index in 0..<rows.count {
                let x = (rows.x(index) - maximum) * excess.head - threshold
                let isInside = x .> 0
                let u = one.replacing(with: x, where: isInside)
                let p = Vector.exp(exponent.head * Vector.log(u))
                total.add(zero.replacing(with: p, where: isInside), at: index, of: rows)
                slope.add(zero.replacing(with: p / u, where: isInside), at: index, of: rows)
            }
            let step = (total.value(of: rows) - one) / (exponent.head * slope.value(of: rows))
            threshold = (threshold + step).replacing(with: threshold, where: isDone)
            isDone.formUnion(step.magnitude .< 0x1p-20)
            guard (.!isDone).isAny else { break }
        }
        return threshold
    }

    /// A power of a target; 0 for 0.
    @inline(always)
    private func power(of target: TwoDoubles, _ exponent: Vector) -> TwoDoubles {
        power(of: target, TwoDoubles(exponent))
    }

    @inline(always)
    private func power(of target: TwoDoubles, _ exponent: TwoDoubles) -> TwoDoubles {
        let isPositive = target.head .> 0
        let base = TwoDoubles(repeating: 1).replacing(with: target, where: isPositive)
        return TwoDoubles(repeating: 0)
            .replacing(with: .exp(TwoDoubles.log(base) * exponent), where: isPositive)
    }

    @inline(always)
    func probability(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary
    ) -> (value: TwoDoubles, slope: TwoDoubles) {
        let share = share(index, rows, summary.common.maximum, summary.common.threshold)
        return (share.p, share.s * (summary.sum - share.s) / summary.sum)
    }

    @inline(always)
    func ofTarget(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary
    ) -> (gradient: TwoDoubles, hessian: Vector) {
        let (target, one) = (targets.smoothed(index, rows), Vector(repeating: 1))
        let root = power(of: target, excess)
        return (
            root / excess - one / product - rows.x(index),
            (root / target).rounded.replacing(with: .infinity, where: target.head .<= 0)
        )
    }
}

extension Entmax {
    static let facts = Facts(
        name: "entmax",
        aliases: ["entmax_loss", "entmax_bisect", "entmax_bisect_loss"],
        family: .multiclass,
        summary:
            "The loss of entmax of a given order, whose probabilities are between those of softmax and of "
            + "sparsemax, and sparse.",
        formula: .init(
            plain:
                "sum_k (p_k - y_k) z_k + H(p) - H(y), p_k = max(0, (alpha - 1) z_k - tau)^(1 / (alpha - 1)), "
                + "tau such that sum_k p_k = 1, H(p) = sum_k (p_k - p_k^alpha) / (alpha (alpha - 1))",
            gradient: "p_k - y_k",
            tex: #"(p - y)^\top z + H(p) - H(y), \quad "#
                + #"H(p) = \frac{1}{\alpha (\alpha - 1)} \sum_k (p_k - p_k^\alpha)"#
        ),
        options: [
            alpha.declaration, RowOptions.classWeights.declaration,
            ProbabilityOptions.labelSmoothing.declaration,
            RowOptions.ignoreIndex.declaration, RowOptions.axis.declaration,
        ],
        signature: .scoresAndDistributions,
        kinks: [
            "alpha = 2 and z_k = tau: differentiable; the Hessian is that of a class with p_k = 0"
        ],
        properties: [.convex, .differentiable, .lipschitz],
        bounds: Bounds(gradient: .greatest(of: RowOptions.classWeights)),
        relations: [
            .same(as: "entmax15", when: ["alpha": .number(1.5)]),
            .same(as: "sparsemax", when: ["alpha": .number(2)]),
        ],
        notes: [
            "The formulas are without class weights; that of a distribution is the mean of those of its classes.",
            "The loss is 0 where the score of the class exceeds the others by 1 / (alpha - 1) or more.",
            "At an alpha of 1 it would be categorical_cross_entropy from logits. Beyond 2, a probability grows so "
                + "steeply at 0 that it has few digits.",
            "The Hessian with respect to a target of 0 is infinite for an alpha below 2, and refused.",
        ],
        references: [
            "B. Peters, V. Niculae, A. F. T. Martins, Sparse Sequence-to-Sequence Models, ACL 2019",
            "entmax entmax_bisect_loss",
        ]
    )
}
