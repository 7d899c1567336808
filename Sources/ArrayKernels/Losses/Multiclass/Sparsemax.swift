// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The loss of the Euclidean projection of scores onto the distributions, in which many classes have
/// probability 0.
///
/// The projection of the scores z is p_k = max(0, z_k - τ), where τ is such that Σp = 1. With the target
/// distribution y, smoothed: ℓ = ‖y‖²/2 - y·z + p·z - ‖p‖²/2, which is ‖y - p‖²/2 + Σ y max(0, τ - z) +
/// τ (1 - Σy); ∂ℓ/∂z_k = p_k - y_k, and ∂²ℓ/∂z_k² = 1 - 1/n for the n classes with p_k > 0, 0 for
/// others. In y, ∂ℓ/∂y_k = y_k - z_k and ∂²ℓ/∂y_k² = 1. All of it is computed in two doubles.
struct Sparsemax: FenchelYoungLoss, RowwiseLoss {
    let targets: ClassTargets

    init(_ options: OptionValues) {
        targets = ClassTargets(options)
    }

    struct Summary: FenchelYoungSummary {
        let common: FenchelYoungRow
        /// 1 - 1/n.
        let bend: Vector
    }

    @inline(always)
    func summarize(_ rows: borrowing Rows<some LaneLayout>, _ kept: inout Kept) -> Summary {
        let (zero, one) = (TwoDoubles(repeating: 0), Vector(repeating: 1))
        let maximum = rows.greatest { rows, index in rows.x(index) }.value
        let (threshold, count) = threshold(rows, maximum)
        var (total, sum, given) = (RowTotal(), RowTotal(), RoughRowTotal())
        for index in 0..<rows.count {
            let target = targets.smoothed(index, rows)
            let excess = excess(index, rows, maximum, threshold)
            let isInside = excess.head .> 0
            total.add(
                (zero.replacing(with: excess, where: isInside) - target).squared
                    * Vector(repeating: 0.5),
                at: index,
                of: rows
            )
            let isOutside = (target.head .> 0) .& .!isInside
            total.add(
                zero.replacing(with: -(target * excess), where: isOutside),
                at: index,
                of: rows
            )
            sum.add(target, at: index, of: rows)
            given.add(rows.y(index), at: index, of: rows)
        }
        var loss = total.value(of: rows)
        if !rows.hasClasses {
            loss = loss + (threshold + maximum) * (one - sum.value(of: rows))
        }
        return Summary(
            common: common(rows, loss, given, maximum, threshold),
            bend: (count - 1) / count
        )
    }

    /// τ - maximum, and the number of classes with p > 0, by Newton's method.
    ///
    /// The function Σ max(0, z - τ) - 1 of τ is convex and decreases, so that its zero is approached
    /// from below and the classes with z > τ only become fewer. Each step at least halves the value of
    /// the function or their number (T. Radzik, Newton's Method for Fractional Combinatorial
    /// Optimization, FOCS 1992), so that about 110 steps and one for each doubling of the length are
    /// enough. A row is done when its classes do not become fewer, and is then left as it is.
    @inline(always)
    private func threshold(
        _ rows: borrowing Rows<some LaneLayout>,
        _ maximum: Vector
    ) -> (value: TwoDoubles, count: Vector) {
        let (zero, one) = (Vector(repeating: 0), Vector(repeating: 1))
        // No class whose score is less than the greatest by 1 has p > 0.
        var threshold = TwoDoubles(repeating: -1)
        var count = Vector(repeating: .infinity)
        var isDone = Mask.none
        while true {
            var (total, size) = (RowTotal(), RoughRowTotal())
            for index in 0..<rows.count {
                let isInside = excess(index, rows, maximum, threshold).head .> 0
                let difference = TwoDoubles.difference(rows.x(index), maximum)
                total.add(
                    TwoDoubles(zero).replacing(with: difference, where: isInside),
                    at: index,
                    of: rows
                )
                size.add(zero.replacing(with: one, where: isInside), at: index, of: rows)
            }
            let newCount = size.value(of: rows)
            isDone.formUnion(newCount .>= count)
            guard (.!isDone).isAny else { return (threshold, count) }
            threshold = ((total.value(of: rows) - one) / newCount)
                .replacing(with: threshold, where: isDone)
            count = newCount.replacing(with: count, where: isDone)
        }
    }

    /// z - τ.
    @inline(always)
    private func excess(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ maximum: Vector,
        _ threshold: TwoDoubles
    ) -> TwoDoubles {
        TwoDoubles.difference(rows.x(index), maximum) - threshold
    }

    @inline(always)
    func probability(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary
    ) -> (value: TwoDoubles, slope: TwoDoubles) {
        let zero = TwoDoubles(repeating: 0)
        let excess = excess(index, rows, summary.common.maximum, summary.common.threshold)
        let isInside = excess.head .> 0
        return (
            zero.replacing(with: excess, where: isInside),
            zero.replacing(with: TwoDoubles(summary.bend), where: isInside)
        )
    }

    @inline(always)
    func ofTarget(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary
    ) -> (gradient: TwoDoubles, hessian: Vector) {
        (targets.smoothed(index, rows) - rows.x(index), Vector(repeating: 1))
    }
}

extension Sparsemax {
    static let facts = Facts(
        name: "sparsemax",
        aliases: [
            "multiclass_sparsemax", "multiclass_sparsemax_loss", "sparsemax_bisect",
            "sparsemax_bisect_loss",
        ],
        family: .multiclass,
        summary: "The loss of the projection of scores onto the distributions, which assigns "
            + "probability 0 to classes with low scores.",
        formula: .init(
            plain: "sum_k (y_k - p_k)^2 / 2 + sum_k y_k max(0, tau - z_k), p_k = max(0, z_k - "
                + "tau), tau such that sum_k p_k = 1",
            gradient: "p_k - y_k",
            tex: #"\tfrac12 \lVert y \rVert^2 - y^\top z "#
                + #"+ \max_{p \in \Delta} \bigl(p^\top z - \tfrac12 \lVert p \rVert^2\bigr)"#
        ),
        options: [
            RowOptions.classWeights.declaration, ProbabilityOptions.labelSmoothing.declaration,
            RowOptions.ignoreIndex.declaration, RowOptions.axis.declaration,
        ],
        signature: .scoresAndDistributions,
        kinks: ["z_k = tau: differentiable; the Hessian is that of a class with p_k = 0"],
        properties: [.convex, .differentiable, .lipschitz],
        bounds: Bounds(
            gradient: .greatest(of: RowOptions.classWeights),
            hessian: .greatest(of: RowOptions.classWeights) * (1 - 1 / .length("K"))
        ),
        notes: [
            "The formulas are without class weights; that of a distribution is the mean of those of its classes.",
            "The loss is 0 where the score of the class exceeds the others by 1 or more.",
            "The two-class loss, which optax calls sparsemax_loss, is binary_sparsemax.",
        ],
        references: [
            "A. F. T. Martins, R. F. Astudillo, From Softmax to Sparsemax, ICML 2016",
            "optax multiclass_sparsemax_loss", "jaxopt multiclass_sparsemax_loss",
        ],
        conventions: [
            .optax()
        ]
    )
}
