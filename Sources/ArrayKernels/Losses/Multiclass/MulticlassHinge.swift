// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The shortfall of the score of the class from a margin above the greatest of the others.
///
/// With the class t of weight c, the greatest score M of the other classes and n of them that have it:
/// ℓ = c max(0, margin + M - z_t); where it is above 0, ∂ℓ/∂z_t = -c, ∂ℓ/∂z_k = c/n where z_k = M, and
/// the other derivatives are 0.
struct MulticlassHinge: RowwiseLoss {
    static var inputCount: Int { 2 }

    private let margin: Double
    private let targets: ClassTargets
    var list: (option: String, values: [Double])? { targets.list }

    init(_ options: OptionValues) {
        self.init(margin: options[MultiMargin.margin], options)
    }

    init(margin: Double, _ options: OptionValues) {
        self.margin = margin
        targets = ClassTargets(options)
    }

    struct Summary: RowSummary {
        let loss: Vector
        /// The weight of the class; 0 if the loss is 0.
        let slope: Vector
        /// The greatest score of the other classes, and the derivative with respect to each that has it.
        let greatest: Vector
        let share: Vector
    }

    @inline(always)
    func summarize(_ rows: borrowing Rows<some LaneLayout>, _ kept: inout Kept) -> Summary {
        let (zero, one) = (Vector(repeating: 0), Vector(repeating: 1))
        let own = targets.own(rows)
        let greatest = rows.greatest { rows, index in Self.other(index, rows) }.value
        var count = RoughRowTotal()
        for index in 0..<rows.count {
            let isGreatest = Self.other(index, rows) .== greatest
            count.add(zero.replacing(with: one, where: isGreatest), at: index, of: rows)
        }
        let difference = TwoDoubles.difference(greatest, own.x)
        let shortfall = (difference + Vector(repeating: margin))
            .replacing(with: TwoDoubles(difference.head), where: difference.head .== .infinity)
        let isShort = shortfall.head .> 0
        let slope = zero.replacing(with: own.weight, where: isShort)
        return Summary(
            loss: zero.replacing(with: own.weight * shortfall.head, where: isShort),
            slope: slope,
            greatest: greatest,
            share: slope / count.value(of: rows)
        )
    }

    /// The score of a class; -∞ for that of the row.
    @inline(always)
    private static func other(_ index: Int, _ rows: borrowing Rows<some LaneLayout>) -> Vector {
        rows.x(index).replacing(with: -.infinity, where: rows.isClass(index))
    }

    @inline(always)
    func point(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary,
        _ kept: Kept
    ) -> RowPoint {
        let zero = Vector(repeating: 0)
        let isGreatest = Self.other(index, rows) .== summary.greatest
        let slope = zero.replacing(with: summary.share, where: isGreatest)
            .replacing(with: -summary.slope, where: rows.isClass(index))
        return RowPoint(Derivatives(gradient: slope, hessian: zero, surrogate: slope.magnitude))
    }

    @inline(always)
    func others(
        _: Int,
        _: Int,
        _: borrowing Rows<some LaneLayout>,
        _: Summary
    ) -> Derivatives { .zero }
}

extension MulticlassHinge {
    static let tie =
        "several classes with the greatest score: each has an equal share of the gradient"

    static let facts = Facts(
        name: "multiclass_hinge",
        aliases: [
            "multiclass_hinge_loss", "categorical_hinge", "crammer_singer", "crammer_singer_hinge",
        ],
        family: .multiclass,
        summary: "The shortfall of the score of the class from a margin above the greatest of the "
            + "others, as in the support vector machine of Crammer and Singer.",
        formula: .init(
            plain: "class_weight_t max(0, margin + max_(k != t) z_k - z_t)",
            gradient: "class_weight_t at the greatest of the others, minus it at the class, where "
                + "the loss is above 0",
            tex: #"w_t \max\bigl(0,\ m + \max_{k \ne t} z_k - z_t\bigr)"#
        ),
        options: [
            MultiMargin.margin.declaration, RowOptions.classWeights.declaration,
            RowOptions.ignoreIndex.declaration, RowOptions.axis.declaration,
        ],
        signature: .scoresAndSingleClasses,
        kinks: ["z_t - max_(k != t) z_k = margin: the derivatives are 0", tie],
        properties: [.convex, .lipschitz],
        bounds: Bounds(gradient: .greatest(of: RowOptions.classWeights), hessian: 0),
        notes: [
            "The greatest of the others in Keras's categorical_hinge is at least 0: it multiplies "
                + "the score of the class by 0. The losses differ where all other scores are negative.",
            "optax shares the gradient among equal scores too, at the margin with the class as well.",
        ],
        references: [
            "K. Crammer, Y. Singer, On the Algorithmic Implementation of Multiclass Kernel-based "
                + "Vector Machines, JMLR 2, 2001",
            "optax multiclass_hinge_loss", "Keras CategoricalHinge",
        ],
        conventions: [
            .keras(
                ["margin": .number(1)],
                notes: [
                    "The loss CategoricalHinge, in which the greatest of the others is at "
                        + "least 0: it differs where all other scores are negative."
                ]
            ),
            .optax(
                ["margin": .number(1)],
                notes: [
                    "optax shares the gradient among equal scores, at the margin with the class too."
                ]
            ),
        ]
    )
}
