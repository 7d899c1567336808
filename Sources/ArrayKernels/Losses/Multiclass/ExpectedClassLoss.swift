// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The expected loss of a class, from predicted probabilities.
///
/// With the loss f of a probability and the smoothed and weighted targets a: ℓ = Σ a_k f(p_k),
/// ∂ℓ/∂p_k = a_k f'(p_k) and ∂²ℓ/∂p_k² = a_k f''(p_k). A class with target 0 contributes nothing.
protocol ExpectedClassLoss: RowFormula where Summary == ExpectedClassSummary {
    var targets: ClassTargets { get }

    /// f of a prediction, clipped.
    func loss(_ x: Vector) -> Vector

    /// The derivatives of f, times a target that is not 0.
    func derivatives(_ x: Vector, _ target: Vector) -> Derivatives
}

struct ExpectedClassSummary: RowSummary {
    let loss: Vector
    let predictionSum: Vector
    let targetSum: Vector
    /// The derivatives with respect to the probability of the class, of rows with a single one.
    var ofClass = Derivatives.zero
}

extension ExpectedClassLoss {
    static var inputCount: Int { 2 }

    var list: (option: String, values: [Double])? { targets.list }

    func summarize(_ rows: borrowing Rows<some LaneLayout>, _: inout Kept) -> Summary {
        if rows.hasClasses, targets.keepsClasses { return summarizeClasses(rows) }
        let zero = Vector(repeating: 0)
        var (loss, predictions, given) = (RowTotal(), RoughRowTotal(), RoughRowTotal())
        for index in 0..<rows.count {
            let target = targets.target(index, rows).head
            let term = zero.replacing(
                with: target * self.loss(rows.x(index)),
                where: target .> 0
            )
            loss.add(term, at: index, of: rows)
            predictions.add(rows.x(index), at: index, of: rows)
            if !rows.hasClasses { given.add(rows.y(index), at: index, of: rows) }
        }
        return Summary(
            loss: loss.value(of: rows).rounded,
            predictionSum: predictions.value(of: rows),
            targetSum: rows.hasClasses
                ? Vector(repeating: 1) : given.value(of: rows)
        )
    }

    /// The summary of rows with a single class each, of which only one loss is needed.
    @inline(always)
    private func summarizeClasses(_ rows: borrowing Rows<some LaneLayout>) -> Summary {
        let zero = Vector(repeating: 0)
        let (x, target) = targets.own(rows)
        var predictions = RoughRowTotal()
        for index in 0..<rows.count { predictions.add(rows.x(index), at: index, of: rows) }
        return Summary(
            loss: zero.replacing(with: target * loss(x), where: target .> 0),
            predictionSum: predictions.value(of: rows),
            targetSum: Vector(repeating: 1),
            ofClass: derivatives(x, target).kept(where: target .> 0)
        )
    }

    @inline(always)
    func point(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary,
        _: Kept
    ) -> RowPoint {
        guard rows.hasClasses, targets.keepsClasses else {
            let target = targets.target(index, rows).head
            return RowPoint(derivatives(rows.x(index), target).kept(where: target .> 0))
        }
        return RowPoint(summary.ofClass.kept(where: rows.isClass(index)))
    }

    @inline(always)
    func others(
        _: Int,
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _: Summary
    ) -> Derivatives {
        Derivatives(
            gradient: targets.slope(index, rows) * loss(rows.x(index)),
            hessian: Vector(repeating: 0)
        )
    }
}

extension Derivatives {
    /// The derivatives of a convex loss, 0 where a mask is false.
    @inline(always)
    fileprivate func kept(where mask: Mask) -> Derivatives {
        let zero = Vector(repeating: 0)
        return Derivatives(
            gradient: zero.replacing(with: gradient, where: mask),
            hessian: zero.replacing(with: hessian, where: mask)
        )
    }
}
