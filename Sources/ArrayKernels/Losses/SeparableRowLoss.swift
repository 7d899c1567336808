// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// A row-wise loss that is a sum of terms, each of one prediction and its target, which are not
/// negative.
protocol SeparableRowLoss: RowwiseLoss where Summary == SeparableSummary {
    /// A term of the sum.
    func term(_ prediction: Vector, _ target: Vector) -> TwoDoubles

    /// The derivatives of a term with respect to the prediction.
    func derivatives(_ prediction: Vector, _ target: Vector) -> Derivatives

    /// The derivatives of a term with respect to the target.
    func targetDerivatives(_ prediction: Vector, _ target: Vector) -> Derivatives
}

/// The sum of the terms of a row, and the sums of its numbers.
struct SeparableSummary: RowSummary {
    let loss: Vector
    let predictionSum: Vector
    let targetSum: Vector
}

extension SeparableRowLoss {
    static var inputCount: Int { 2 }

    func summarize(_ rows: borrowing Rows<some LaneLayout>, _ kept: inout Kept) -> Summary {
        var (total, predictions, targets) = (RowTotal(), RoughRowTotal(), RoughRowTotal())
        for index in 0..<rows.count {
            total.add(term(rows.x(index), rows.y(index)), at: index, of: rows)
            predictions.add(rows.x(index), at: index, of: rows)
            targets.add(rows.y(index), at: index, of: rows)
        }
        return Summary(
            loss: total.value(of: rows).rounded,
            predictionSum: predictions.value(of: rows),
            targetSum: targets.value(of: rows)
        )
    }

    @inline(always)
    func point(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary,
        _ kept: Kept
    ) -> RowPoint {
        RowPoint(derivatives(rows.x(index), rows.y(index)))
    }

    @inline(always)
    func others(
        _ input: Int,
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary
    ) -> Derivatives {
        targetDerivatives(rows.x(index), rows.y(index))
    }
}

extension Signature {
    /// Predicted and true distributions in rows.
    static let distributions = Signature(
        .row,
        .init(
            "predictions",
            .primary,
            [.init("* K", .distribution(inLogarithms: false))],
            "predicted distributions"
        ),
        .init(
            "targets",
            .differentiable,
            [.init("* K", .distribution(inLogarithms: false))],
            "true distributions"
        )
    )

    /// Rows of predicted and true numbers that are not negative and need not sum to 1.
    static func measures(_ targets: Input.Role) -> Signature {
        Signature(
            .row,
            .init(
                "predictions",
                .primary,
                [.init("* K", .interval(.nonNegative))],
                "predicted numbers >= 0"
            ),
            .init("targets", targets, [.init("* K", .interval(.nonNegative))], "true numbers >= 0")
        )
    }
}
