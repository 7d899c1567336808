// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The loss of the 1.5-entmax of scores, which is sparse like sparsemax and smooth like softmax.
///
/// The probabilities of the scores z are p_k = u_k² with u_k = max(0, z_k/2 - τ), where τ is such that
/// Σp = 1. With the target distribution y, smoothed, v = √y and the entropy H(p) = 4/3 Σ (p - p^1.5):
/// ℓ = (p - y)·z + H(p) - H(y), which is 2/3 Σ (u - v)² (u + 2v) + 2 Σ y max(0, τ - z/2) +
/// (2τ + 4/3) (1 - Σy); ∂ℓ/∂z_k = p_k - y_k, and ∂²ℓ/∂z_k² = u_k (1 - u_k/Σu). In y,
/// ∂ℓ/∂y_k = 2v_k - 4/3 - z_k and ∂²ℓ/∂y_k² = 1/v_k. All of it is computed in two doubles.
struct Entmax15: FenchelYoungLoss, RowwiseLoss {
    let targets: ClassTargets

    init(_ options: OptionValues) {
        targets = ClassTargets(options)
    }

    struct Summary: FenchelYoungSummary {
        let common: FenchelYoungRow
        /// Σu.
        let sum: TwoDoubles
    }

    @inline(always)
    func summarize(_ rows: borrowing Rows<some LaneLayout>, _ kept: inout Kept) -> Summary {
        let (zero, one) = (TwoDoubles(repeating: 0), Vector(repeating: 1))
        let maximum = rows.greatest { rows, index in rows.x(index) }.value
        let threshold = threshold(rows, maximum)
        var (total, roots) = (RowTotal(), RowTotal())
        var (sum, given) = (RowTotal(), RoughRowTotal())
        for index in 0..<rows.count {
            let target = targets.smoothed(index, rows)
            let excess = excess(index, rows, maximum, threshold)
            let u = zero.replacing(with: excess, where: excess.head .> 0)
            let v = target.squareRoot
            let isOutside = (target.head .> 0) .& (excess.head .<= 0)
            let near = (u - v).squared * (u + v * Vector(repeating: 2)) / Vector(repeating: 1.5)
            total.add(near, at: index, of: rows)
            total.add(
                zero.replacing(with: target * excess * Vector(repeating: -2), where: isOutside),
                at: index,
                of: rows
            )
            roots.add(u, at: index, of: rows)
            sum.add(target, at: index, of: rows)
            given.add(rows.y(index), at: index, of: rows)
        }
        var loss = total.value(of: rows)
        if !rows.hasClasses {
            let thirds = TwoDoubles(repeating: 4) / Vector(repeating: 3)
            let factor = threshold * Vector(repeating: 2) + maximum + thirds
            loss = loss + factor * (one - sum.value(of: rows))
        }
        return Summary(
            common: common(rows, loss, given, maximum, threshold),
            sum: roots.value(of: rows)
        )
    }

    /// τ - maximum/2, by Newton's method.
    ///
    /// The function Σ max(0, z/2 - τ)² - 1 of τ is convex and decreases, so that its zero is approached
    /// from below: the distance halves with each step at first, while it is greater than about that of
    /// equal scores, and is then squared. A row that has arrived is left as it is, whatever others
    /// need.
    @inline(always)
    private func threshold(
        _ rows: borrowing Rows<some LaneLayout>,
        _ maximum: Vector
    ) -> TwoDoubles {
        let (zero, one) = (TwoDoubles(repeating: 0), Vector(repeating: 1))
        // No class whose score is less than the greatest by 2 has p > 0.
        var threshold = TwoDoubles(repeating: -1)
        var isDone = Mask.none
        // Far more steps than are needed.
        for _ in 0..<200 {
            var (roots, squares) = (RowTotal(), RowTotal())
            for index in 0..<rows.count {
                let excess = excess(index, rows, maximum, threshold)
                let u = zero.replacing(with: excess, where: excess.head .> 0)
                roots.add(u, at: index, of: rows)
                squares.add(u.squared, at: index, of: rows)
            }
            let step =
                (squares.value(of: rows) - one)
                / (roots.value(of: rows) * Vector(repeating: 2))
            threshold = (threshold + step).replacing(with: threshold, where: isDone)
            // The square of the rest is negligible.
            isDone.formUnion(step.head .< 0x1p-64)
            guard (.!isDone).isAny else { break }
        }
        return threshold
    }

    /// z/2 - τ.
    @inline(always)
    private func excess(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ maximum: Vector,
        _ threshold: TwoDoubles
    ) -> TwoDoubles {
        TwoDoubles.difference(rows.x(index), maximum).scaled(by: Vector(repeating: 0.5)) - threshold
    }

    @inline(always)
    func probability(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary
    ) -> (value: TwoDoubles, slope: TwoDoubles) {
        let excess = excess(index, rows, summary.common.maximum, summary.common.threshold)
        let u = TwoDoubles(repeating: 0).replacing(with: excess, where: excess.head .> 0)
        return (u.squared, u * (summary.sum - u) / summary.sum)
    }

    @inline(always)
    func ofTarget(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary
    ) -> (gradient: TwoDoubles, hessian: Vector) {
        let root = targets.smoothed(index, rows).squareRoot
        let thirds = TwoDoubles(repeating: 4) / Vector(repeating: 3)
        let gradient = root * Vector(repeating: 2) - thirds - rows.x(index)
        return (gradient, 1 / root.rounded)
    }
}

extension Entmax15 {
    static let facts = Facts(
        name: "entmax15",
        aliases: ["entmax15_loss", "entmax_1.5"],
        family: .multiclass,
        summary: "The loss of 1.5-entmax, whose probabilities are sparse like those of sparsemax "
            + "and smooth like those of softmax.",
        formula: .init(
            plain: "sum_k (p_k - y_k) z_k + H(p) - H(y), p_k = max(0, z_k / 2 - tau)^2, tau such "
                + "that sum_k p_k = 1, H(p) = 4/3 sum_k (p_k - p_k^1.5)",
            gradient: "p_k - y_k",
            tex: #"(p - y)^\top z + H(p) - H(y), \quad H(p) = \tfrac43 \sum_k (p_k - p_k^{3/2})"#
        ),
        options: [
            RowOptions.classWeights.declaration, ProbabilityOptions.labelSmoothing.declaration,
            RowOptions.ignoreIndex.declaration, RowOptions.axis.declaration,
        ],
        signature: .scoresAndDistributions,
        kinks: [],
        properties: [.convex, .differentiable, .twiceDifferentiable, .lipschitz],
        bounds: Bounds(gradient: .greatest(of: RowOptions.classWeights)),
        notes: [
            "The formulas are without class weights; that of a distribution is the mean of those of its classes.",
            "The loss is 0 where the score of the class exceeds the others by 2 or more.",
            "The Hessian with respect to a target of 0 is infinite, and refused.",
        ],
        references: [
            "B. Peters, V. Niculae, A. F. T. Martins, Sparse Sequence-to-Sequence Models, ACL 2019",
            "entmax entmax15_loss",
        ]
    )
}
