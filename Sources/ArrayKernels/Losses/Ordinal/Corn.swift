// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The sum of cross-entropies of the questions whether a rank that reaches a level is above it.
///
/// With the rank r, the number of ones, and s = 1 - 2y: ℓ = Σ softplus(sz) over the levels up to r,
/// counted from 0; ∂ℓ/∂z = s σ(sz), ∂²ℓ/∂z² = σ(z) σ(-z) there, and 0 beyond.
struct Corn: RowwiseLoss {
    static var inputCount: Int { 2 }

    init(_ options: OptionValues) {}

    struct Summary: RowSummary {
        let loss: Vector
        /// The number of ones.
        let rank: Vector
    }

    func summarize(_ rows: borrowing Rows<some LaneLayout>, _ kept: inout Kept) -> Summary {
        var ones = RoughRowTotal()
        for index in 0..<rows.count { ones.add(rows.y(index), at: index, of: rows) }
        let rank = ones.value(of: rows)
        var total = RowTotal()
        for index in 0..<rows.count {
            let term = Logistic((1 - 2 * rows.y(index)) * rows.x(index)).softplus
            let isAsked = rows.place(index) .<= rank
            total.add(
                Vector(repeating: 0).replacing(with: term, where: isAsked),
                at: index,
                of: rows
            )
        }
        return Summary(loss: total.value(of: rows).rounded, rank: rank)
    }

    @inline(always)
    func point(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary,
        _ kept: Kept
    ) -> RowPoint {
        let (zero, sign) = (Vector(repeating: 0), 1 - 2 * rows.y(index))
        let logistic = Logistic(sign * rows.x(index))
        let isAsked = rows.place(index) .<= summary.rank
        return RowPoint(
            Derivatives(
                gradient: zero.replacing(with: sign * logistic.sigmoid, where: isAsked),
                hessian: zero.replacing(with: logistic.product, where: isAsked)
            )
        )
    }

    func others(
        _: Int,
        _: Int,
        _: borrowing Rows<some LaneLayout>,
        _: Summary
    ) -> Derivatives {
        .zero
    }
}

extension Corn {
    static let facts = Facts(
        name: "corn",
        aliases: ["corn_loss"],
        family: .multiclass,
        summary:
            "The sum of cross-entropies of the questions whether a rank that reaches a level is above "
            + "it, for ordered classes.",
        formula: .init(
            plain: "sum_(k <= r) (log(1 + exp(z_k)) - y_k z_k), r = sum_k y_k the rank, k from 0",
            gradient: "sigmoid(z_k) - y_k where k <= r, else 0",
            tex: #"\sum_{k \le r} \log\left(1 + e^{z_k}\right) - y_k z_k"#
        ),
        options: [RowOptions.axis.declaration],
        signature: .ranks,
        kinks: [],
        properties: [.convex, .differentiable, .twiceDifferentiable, .lipschitz, .properScoring],
        bounds: Bounds(gradient: 1, hessian: 0.25),
        notes: [
            "The logits are those of conditional probabilities: that the rank is above level k if it is "
                + "above k - 1. Only the levels up to the rank are asked.",
            "The mean is over rows. coral-pytorch divides the sum by the number of questions asked in the "
                + "batch: set \"normalizer\" to it.",
        ],
        references: [
            "X. Shi, W. Cao, S. Raschka, Deep Neural Networks for Rank-Consistent Ordinal Regression "
                + "Based on Conditional Probabilities, Pattern Analysis and Applications 26, 2023",
            "coral-pytorch corn_loss",
        ],
        examples: [.ranks]
    )
}
