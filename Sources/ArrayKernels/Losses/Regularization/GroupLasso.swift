// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The sum of the lengths of groups of parameters: strength·Σ‖w‖, one group per row.
///
/// With the unit vector u of a group: dR/dw = strength·u and d²R/dw² = strength·(1 - u²)/‖w‖. Of a group of
/// zeros both are 0, the subgradient of least length.
struct GroupLasso: RowwiseLoss, ProximalUnitKernel {
    static var inputCount: Int { 1 }

    static let strength = Option.number(
        "strength",
        default: 0.01,
        .nonNegative,
        "Factor of the penalty, often written lambda."
    )

    struct Summary: RowSummary {
        let direction: Direction
        let loss: Vector
    }

    private let strength: Double

    init(_ options: OptionValues) {
        strength = options[Self.strength]
    }

    @inline(always)
    func summarize(_ rows: borrowing Rows<some LaneLayout>, _ kept: inout Kept) -> Summary {
        let direction = Direction(of: rows)
        let size = direction.length * Vector(repeating: strength)
        return Summary(direction: direction, loss: size.rounded / direction.scale)
    }

    @inline(always)
    func point(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary,
        _ kept: Kept
    ) -> RowPoint {
        let (direction, zero) = (summary.direction, Vector(repeating: 0))
        let unit = direction.unit(rows.x(index))
        let bend = (Vector(repeating: 1) - unit.squared) / direction.length
        let isZero = direction.length.head .== 0
        let factor = Vector(repeating: strength)
        let hessian = (bend * factor).rounded * direction.scale
        return RowPoint(
            Derivatives(
                gradient: (unit * factor).rounded.replacing(with: zero, where: isZero),
                hessian: hessian.replacing(with: zero, where: isZero)
            )
        )
    }

    @inline(always)
    func others(
        _: Int,
        _: Int,
        _: borrowing Rows<some LaneLayout>,
        _: Summary
    ) -> Derivatives { .zero }

    /// (1 - step·strength/‖w‖)·w, or 0 where that factor is negative.
    package func findMinimum(
        _ parameters: Span<Double>,
        columns _: Int,
        _ step: Double,
        into result: inout MutableSpan<Double>,
        check _: () throws(SegmentError) -> Void
    ) {
        let row = Rows<LongRow>(parameters, length: parameters.count)
        let direction = Direction(of: row)
        let threshold = TwoDoubles.product(Vector(repeating: strength), Vector(repeating: step))
        let share = threshold.scaled(by: direction.scale) / direction.length
        let factor = Vector(repeating: 1) - share
        let isKept = factor.head[0] > 0
        for offset in result.indices {
            let parameter = Vector(repeating: parameters[offset])
            result[offset] = isKept ? (factor * parameter).rounded[0] : 0
        }
    }
}

extension GroupLasso {
    static let facts = Facts(
        name: "group_lasso",
        aliases: ["l21"],
        family: .regularization,
        summary:
            "The sum of the lengths of groups of parameters, one group per row: drives whole groups "
            + "to 0.",
        formula: .init(
            plain: "strength sqrt(sum_k w_k^2)",
            gradient: "strength w_k / |w|",
            tex: #"\lambda \sum_g \lVert w_g \rVert"#
        ),
        options: [strength.declaration, RowOptions.axis.declaration],
        signature: Signature(
            .row,
            .init(
                "parameters",
                .primary,
                [.init("* K", .real)],
                "the parameters of a model, one group per row"
            )
        ),
        kinks: ["a group of zeros: the gradient is 0, the middle of the subdifferential"],
        properties: [.convex, .lipschitz, .symmetric],
        bounds: Bounds(gradient: Bound(strength)),
        notes: [
            "For groups of different sizes, send one array for each size; weights are the factors of "
                + "groups, often the root of their sizes.",
            "jaxopt's prox_group_lasso returns NaN for a group of zeros.",
        ],
        references: ["M. Yuan, Y. Lin, JRSS B 68, 2006", "skglm WeightedGroupL2"],
        defaultReduction: .sum
    )
}
