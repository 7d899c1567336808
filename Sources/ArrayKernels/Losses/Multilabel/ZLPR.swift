// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The log-sum-exp of the logits of labels that do not apply and of the opposites of those that do,
/// each with a threshold of 0.
///
/// ℓ = log(1 + Σ e^z) + log(1 + Σ e^-z), where the first sum is over the labels with y = 0 and the
/// second over those with y = 1. With the softmax p of the terms of a sum and 1, ∂ℓ/∂z = p or -p, and
/// ∂²ℓ/∂z² = p (1 - p).
struct ZLPR: RowwiseLoss {
    static var inputCount: Int { 2 }

    init(_ options: OptionValues) {}

    struct Summary: RowSummary {
        let loss: Vector
        let negative: Softmax
        let positive: Softmax
    }

    /// The logit of a label that does not apply; -∞ for one that does.
    @inline(always)
    private static func negative(_ rows: borrowing Rows<some LaneLayout>, _ index: Int) -> Vector {
        rows.x(index).replacing(with: -.infinity, where: rows.y(index) .> 0.5)
    }

    /// The opposite of the logit of a label that applies; -∞ for one that does not.
    @inline(always)
    private static func positive(_ rows: borrowing Rows<some LaneLayout>, _ index: Int) -> Vector {
        (-rows.x(index)).replacing(with: -.infinity, where: rows.y(index) .<= 0.5)
    }

    func summarize(_ rows: borrowing Rows<some LaneLayout>, _ kept: inout Kept) -> Summary {
        var none = Kept(count: 0)
        let negative = Softmax(rows, .single, &none, includesZero: true) { Self.negative($0, $1) }
        let positive = Softmax(rows, .single, &none, includesZero: true) { Self.positive($0, $1) }
        return Summary(
            loss: (negative.maximum + negative.logSumExpMinusMax)
                + (positive.maximum + positive.logSumExpMinusMax),
            negative: negative,
            positive: positive
        )
    }

    @inline(always)
    func point(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary,
        _: Kept
    ) -> RowPoint {
        let isPositive = rows.y(index) .> 0.5
        let (x, place) = (rows.x(index), rows.place(index))
        let negative = summary.negative.probability(
            summary.negative.exponential(of: x, .single).head,
            at: place
        )
        let positive = summary.positive.probability(
            summary.positive.exponential(of: -x, .single).head,
            at: place
        )
        let p = negative.value.replacing(with: positive.value, where: isPositive)
        let complement = negative.complement
            .replacing(with: positive.complement, where: isPositive)
        return RowPoint(
            Derivatives(gradient: p.replacing(with: -p, where: isPositive), hessian: p * complement)
        )
    }

    @inline(always)
    func others(
        _: Int,
        _: Int,
        _: borrowing Rows<some LaneLayout>,
        _: Summary
    ) -> Derivatives { .zero }
}

extension ZLPR {
    static let facts = Facts(
        name: "zlpr",
        aliases: ["zlpr_loss", "multilabel_softmax", "multilabel_categorical_crossentropy"],
        family: .multilabel,
        summary: "The cross-entropy of several labels as softmaxes with a threshold of 0: scores "
            + "of labels that apply should be above 0, others below.",
        formula: .init(
            plain: "log(1 + sum_(y_k = 0) e^z_k) + log(1 + sum_(y_k = 1) e^-z_k)",
            gradient: "e^z_k / (1 + sum_(y_j = 0) e^z_j) where y_k = 0, "
                + "-e^-z_k / (1 + sum_(y_j = 1) e^-z_j) where y_k = 1",
            tex: #"\log\Bigl(1 + \sum_{y_k = 0} e^{z_k}\Bigr) "#
                + #"+ \log\Bigl(1 + \sum_{y_k = 1} e^{-z_k}\Bigr)"#
        ),
        options: [RowOptions.axis.declaration],
        signature: .logitsAndLabels,
        kinks: [],
        properties: [.convex, .differentiable, .twiceDifferentiable, .lipschitz],
        bounds: Bounds(gradient: 1, hessian: 0.25),
        notes: ["A label is predicted where its score is above 0. Rows without labels are valid."],
        references: [
            "J. Su et al., ZLPR: A Novel Loss for Multi-label Classification, arXiv:2208.02955, 2022"
        ]
    )
}
