// SPDX-License-Identifier: Apache-2.0

/// A row-wise loss that is a sum of terms of the differences D_k = Σ_{j <= k} (q_j - y_j) of two distribution
/// functions, at all places but the last.
///
/// With the slopes s_k of the terms: ∂ℓ/∂q_j = Σ_{j <= k < K} s_k, and in y_j minus that.
protocol CumulativeRowLoss: RowwiseLoss where Summary == CumulativeSummary {
    /// A term, which is not negative.
    func term(_ difference: TwoDoubles) -> TwoDoubles

    /// The derivative of a term.
    func slope(_ difference: TwoDoubles) -> TwoDoubles

    /// The second derivative of a term.
    static var curvature: Double { get }

    /// Whether the loss is divided by the number of terms.
    var isMean: Bool { get }
}

struct CumulativeSummary: RowSummary {
    let loss: Vector
}

extension CumulativeRowLoss {
    static var inputCount: Int { 2 }

    /// The sums of the slopes end at the last place, so that those of a row are computed before its first
    /// derivative.
    static var keptCapacity: Int { .max }

    func summarize(_ rows: borrowing Rows<some LaneLayout>, _ kept: inout Kept) -> Summary {
        let last = rows.rowLength - 1
        var (loss, difference) = (RowTotal(), RunningTotal())
        var room = kept.room
        for index in 0..<rows.count {
            let value = difference.add(.difference(rows.x(index), rows.y(index)), of: rows)
            let isCounted = rows.place(index) .< last
            loss.add(term(value).kept(where: isCounted), at: index, of: rows)
            room.store(slope(value).kept(where: isCounted), at: index)
        }
        if !room.isEmpty {
            var slopes = RunningTotal()
            for index in (0..<rows.count).reversed() {
                room.store(slopes.addBefore(room.numbers(index), of: rows), at: index)
            }
        }
        return Summary(loss: divided(loss.value(of: rows), by: last))
    }

    @inline(always)
    func point(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary,
        _ kept: Kept
    ) -> RowPoint {
        RowPoint(derivatives(index, rows, kept))
    }

    @inline(always)
    func others(
        _ input: Int,
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary,
        _ kept: Kept
    ) -> Derivatives {
        derivatives(index, rows, kept).opposite
    }

    @inline(always)
    func others(
        _: Int,
        _: Int,
        _: borrowing Rows<some LaneLayout>,
        _: Summary
    ) -> Derivatives { .zero }

    @inline(always)
    private func derivatives(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ kept: Kept
    ) -> Derivatives {
        let last = rows.rowLength - 1
        let count = last - rows.place(index)
        return Derivatives(
            gradient: divided(kept.numbers(index), by: last),
            hessian: divided(TwoDoubles(Self.curvature * count), by: last)
        )
    }

    /// The number, or its share of the terms.
    @inline(always)
    private func divided(_ sum: TwoDoubles, by count: Double) -> Vector {
        isMean ? (sum / Vector(repeating: max(count, 1))).rounded : sum.rounded
    }
}
