// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The sum of cross-entropies of the questions whether a rank is above each level.
///
/// With the rank r, y = 1 for the levels below it, else 0, and s = 1 - 2y: ℓ = Σ softplus(sz),
/// ∂ℓ/∂z = s σ(sz), ∂²ℓ/∂z² = σ(z) σ(-z), for the levels that are asked.
protocol RankLoss: RowwiseLoss where Summary == RankSummary {
    /// Whether levels beyond the rank are asked too, not only those that it reaches.
    static var asksEveryLevel: Bool { get }
}

struct RankSummary: RowSummary {
    let loss: Vector
}

extension RankLoss {
    static var inputCount: Int { 2 }

    func summarize(_ rows: borrowing Rows<some LaneLayout>, _ kept: inout Kept) -> Summary {
        var total = RowTotal()
        for index in 0..<rows.count {
            let term = Logistic(sign(index, rows) * rows.x(index)).softplus
            total.add(asked(term, index, rows), at: index, of: rows)
        }
        return Summary(loss: total.value(of: rows).rounded)
    }

    @inline(always)
    func point(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary,
        _ kept: Kept
    ) -> RowPoint {
        let sign = sign(index, rows)
        let logistic = Logistic(sign * rows.x(index))
        return RowPoint(
            Derivatives(
                gradient: asked(sign * logistic.sigmoid, index, rows),
                hessian: asked(logistic.product, index, rows)
            )
        )
    }

    func others(
        _: Int,
        _: Int,
        _: borrowing Rows<some LaneLayout>,
        _: Summary
    ) -> Derivatives { .zero }

    /// -1 for levels below the rank, else 1.
    @inline(always)
    private func sign(_ index: Int, _ rows: borrowing Rows<some LaneLayout>) -> Vector {
        Vector(repeating: 1).replacing(with: -1, where: rows.place(index) .< rows.classes)
    }

    /// A term of a level; 0 if it is not asked.
    @inline(always)
    private func asked(
        _ term: Vector,
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>
    ) -> Vector {
        guard !Self.asksEveryLevel else { return term }
        return Vector(repeating: 0)
            .replacing(with: term, where: rows.place(index) .<= rows.classes)
    }
}

extension Signature {
    /// Logits of the questions whether a rank is above each level, and the answers, or the ranks themselves.
    static let ranks = Signature(
        .row,
        .init(
            "predictions",
            .primary,
            [.init("* K", .real)],
            "logits of the probabilities that a rank is above each of K levels"
        ),
        .init(
            "targets",
            .constant,
            [.init("* K", .levels), .init("*", .ranks(of: "K"))],
            "ranks as levels: rank r of 0 to K is r ones, then zeros; or the ranks themselves"
        )
    )
}

extension Example {
    /// Three ranks of 0 to 3.
    static let ranks = Example([
        "predictions": Tensor(shape: [3, 3], values: [2, 0.5, -1, 0.1, -1.2, -3, 1.4, 0.3, 0.2]),
        "targets": Tensor(shape: [3, 3], values: [1, 1, 0, 0, 0, 0, 1, 1, 1]),
    ])
}
