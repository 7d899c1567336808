// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The sum or the mean over the labels of each row of a loss of two inputs, a score and a label.
///
/// A protocol rather than a generic type, whose loops the compiler would not specialize.
protocol LabelSum: RowFormula where Summary == LabelSummary {
    associatedtype Formula: ElementFormula

    /// The loss of a label.
    var formula: Formula { get }
    /// The weights of the labels; `nil` means 1 each.
    var weights: [Double]? { get }
    /// Whether the sum is divided by the number of labels.
    static var isMean: Bool { get }
}

struct LabelSummary: RowSummary {
    let loss: Vector
    /// The option of the formula that may be a list, and is a number here.
    let option: Vector
}

extension LabelSum {
    static var inputCount: Int { 2 }

    var list: (option: String, values: [Double])? {
        weights.map { (LabelOptions.weights.declaration.name, $0) }
    }

    func summarize(
        _ rows: borrowing Rows<some LaneLayout>,
        _ kept: inout Kept
    ) -> LabelSummary {
        let option = Vector(repeating: formula.list?.values.first ?? 1)
        var total = RowTotal()
        for index in 0..<rows.count {
            let loss = point(index, rows, option, Columns(of: nil)).loss
            total.add(
                weights == nil
                    ? TwoDoubles(loss) : TwoDoubles.product(loss, rows.weight(index)),
                at: index,
                of: rows
            )
        }
        let sum = total.value(of: rows)
        return LabelSummary(
            loss: Self.isMean ? (sum / Vector(repeating: rows.rowLength)).rounded : sum.rounded,
            option: option
        )
    }

    /// The loss of a label and some of its derivatives; where terms cancel, those of the precise path.
    @inline(always)
    private func point(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ option: Vector,
        _ columns: Columns
    ) -> Point {
        let elements = Elements(
            first: rows.x(index),
            second: rows.y(index),
            third: Vector(repeating: 0),
            fourth: Vector(repeating: 0),
            fifth: Vector(repeating: 0),
            list: option
        )
        let point = formula.point(elements)
        guard Formula.hasPrecisePath, columns.cancelled(in: point, inputCount: 2).isAny
        else { return point }
        return precise(point, elements, columns)
    }

    @inline(never)
    private func precise(_ point: Point, _ elements: Elements, _ columns: Columns) -> Point {
        point.replacingCancelled(with: formula.precisePoint(elements, for: columns))
    }

    @inline(always)
    private func scaled(
        _ derivatives: Derivatives,
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>
    ) -> Derivatives {
        let weight = weights == nil ? Vector(repeating: 1) : rows.weight(index)
        let length = Self.isMean ? rows.rowLength : 1
        return Derivatives(
            gradient: derivatives.gradient * weight / length,
            hessian: derivatives.hessian * weight / length,
            surrogate: derivatives.surrogate * weight / length
        )
    }

    @inline(always)
    func point(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: LabelSummary,
        _: Kept
    ) -> RowPoint {
        let point = point(index, rows, summary.option, Columns(of: 0))
        return RowPoint(scaled(point.first, index, rows))
    }

    @inline(always)
    func others(
        _: Int,
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: LabelSummary
    ) -> Derivatives {
        scaled(point(index, rows, summary.option, Columns(of: 1)).second, index, rows)
    }
}

/// The options of losses of several labels.
enum LabelOptions {
    static let weights = Option.numbers(
        "label_weights",
        default: nil,
        .classWeight,
        "Weight of each label, 1 by default."
    )
}
