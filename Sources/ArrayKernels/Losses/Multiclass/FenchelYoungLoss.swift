// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The loss of a map of scores to distributions, which has the map as its gradient.
///
/// With the target distribution y, smoothed, the predicted distribution p of the scores z, an entropy H and the
/// weight w of the row: ℓ = w ((p - y)·z + H(p) - H(y)), ∂ℓ/∂z = w (p - y). The weight of a distribution is the
/// mean of those of its classes, Σ c y, so that with respect to a target ℓ = wf has the derivatives
/// ∂ℓ/∂y = w ∂f/∂y + cf and ∂²ℓ/∂y² = w ∂²f/∂y² + 2c ∂f/∂y. All of it is computed in two doubles.
///
/// M. Blondel, A. F. T. Martins, V. Niculae, "Learning with Fenchel-Young Losses", JMLR 21, 2020.
protocol FenchelYoungLoss: RowFormula where Summary: FenchelYoungSummary {
    var targets: ClassTargets { get }

    /// The probability of a class, and its derivative with respect to the score of the class.
    func probability(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary
    ) -> (value: TwoDoubles, slope: TwoDoubles)

    /// The first and second derivatives of the loss, without its weight, with respect to a smoothed target.
    func ofTarget(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary
    ) -> (gradient: TwoDoubles, hessian: Vector)
}

/// The quantities of a row that all of these losses have, and its own ones.
protocol FenchelYoungSummary: RowSummary {
    var common: FenchelYoungRow { get }
}

extension FenchelYoungSummary {
    var loss: Vector { common.loss }
    var targetSum: Vector { common.targetSum }
}

struct FenchelYoungRow {
    let loss: Vector
    /// The loss without the weight of the row.
    let plain: TwoDoubles
    let weight: TwoDoubles
    let targetSum: Vector
    let maximum: Vector
    /// The score, relative to the greatest, beyond which a class has p > 0.
    let threshold: TwoDoubles
}

extension FenchelYoungLoss {
    static var inputCount: Int { 2 }

    var list: (option: String, values: [Double])? { targets.list }

    /// The common quantities of a row, from its loss without a weight and the sum of its targets.
    @inline(always)
    func common(
        _ rows: borrowing Rows<some LaneLayout>,
        _ plain: TwoDoubles,
        _ given: RoughRowTotal,
        _ maximum: Vector,
        _ threshold: TwoDoubles
    ) -> FenchelYoungRow {
        let weight = targets.weight(of: rows)
        return FenchelYoungRow(
            loss: targets.weighted(plain, weight).rounded,
            plain: plain,
            weight: weight,
            targetSum: given.value(of: rows),
            maximum: maximum,
            threshold: threshold
        )
    }

    @inline(always)
    func point(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary,
        _ kept: Kept
    ) -> RowPoint {
        let p = probability(index, rows, summary)
        let difference = p.value - targets.smoothed(index, rows)
        return RowPoint(
            Derivatives(
                gradient: targets.weighted(difference, summary.common.weight).rounded,
                hessian: targets.weighted(p.slope, summary.common.weight).rounded
            )
        )
    }

    @inline(always)
    func others(
        _: Int,
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary
    ) -> Derivatives {
        let own = ofTarget(index, rows, summary)
        let slope = targets.slope
        guard targets.areWeighted else {
            return Derivatives(
                gradient: slope * own.gradient.rounded,
                hessian: slope * slope * own.hessian
            )
        }
        let (weight, gradient, row) = (rows.weight(index), own.gradient * slope, summary.common)
        let bend = row.weight * (slope * slope * own.hessian)
        return Derivatives(
            gradient: (gradient * row.weight + row.plain * weight).rounded,
            hessian: (bend + gradient * (2 * weight)).rounded
        )
    }
}
