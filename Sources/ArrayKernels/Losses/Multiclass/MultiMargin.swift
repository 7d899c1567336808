// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The mean shortfall of the score of the class from a margin above each of the others.
///
/// With K classes, the class t of weight c, the shortfalls s_k = max(0, margin - (z_t - z_k)) of the
/// other classes and P = 1 or 2: ℓ = c Σ s_k^P / K, ∂ℓ/∂z_k = cP s_k^(P - 1)/K where s_k > 0,
/// ∂²ℓ/∂z_k² = cP (P - 1)/K there, and ∂ℓ/∂z_t and ∂²ℓ/∂z_t² are minus their sum and their sum.
/// Huge scores are multiplied by a power of two, so that their sum does not overflow.
struct MultiMargin: RowwiseLoss {
    static var inputCount: Int { 2 }

    static let margin = Option.number(
        "margin",
        default: 1,
        .nonNegative,
        "Difference of the scores from which on the loss is 0."
    )
    static let squared = Option.flag("squared", "Whether shortfalls are squared.")

    private let margin: Double
    private let isSquared: Bool
    private let targets: ClassTargets
    var list: (option: String, values: [Double])? { targets.list }

    init(_ options: OptionValues) {
        margin = options[Self.margin]
        isSquared = options[Self.squared]
        targets = ClassTargets(options)
    }

    struct Summary: RowSummary {
        let loss: Vector
        /// The power of two by which scores and the margin are multiplied.
        let scale: Vector
        /// The score of the class.
        let own: Vector
        /// The weight of the class.
        let weight: Vector
        /// The scaled sum and the number of the shortfalls that are not 0.
        let sum: TwoDoubles
        let count: Vector
    }

    @inline(always)
    func summarize(_ rows: borrowing Rows<some LaneLayout>, _ kept: inout Kept) -> Summary {
        let (zero, one) = (Vector(repeating: 0), Vector(repeating: 1))
        let own = targets.own(rows)
        let greatest = rows.greatest { rows, index in rows.x(index).magnitude }.value
        let isHuge = (greatest .> 0x1p900) .| (Vector(repeating: margin) .> 0x1p900)
        let scale = one.replacing(with: 0x1p-100, where: isHuge)
        var (total, sum, count) = (RowTotal(), RowTotal(), RoughRowTotal())
        for index in 0..<rows.count {
            let shortfall = shortfall(index, rows, own.x, scale)
            sum.add(shortfall, at: index, of: rows)
            if isSquared { total.add(shortfall.squared, at: index, of: rows) }
            count.add(
                zero.replacing(with: one, where: shortfall.head .> 0),
                at: index,
                of: rows
            )
        }
        let length = Vector(repeating: rows.rowLength)
        let whole = sum.value(of: rows)
        let loss = ((isSquared ? total.value(of: rows) : whole) / length).rounded / scale
        return Summary(
            loss: own.weight * (isSquared ? loss / scale : loss),
            scale: scale,
            own: own.x,
            weight: own.weight,
            sum: whole,
            count: count.value(of: rows)
        )
    }

    /// The scaled shortfall from the margin above a class; 0 for the class itself.
    @inline(always)
    private func shortfall(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ own: Vector,
        _ scale: Vector
    ) -> TwoDoubles {
        let zero = TwoDoubles(repeating: 0)
        let difference = TwoDoubles.difference(rows.x(index) * scale, own * scale)
        let shortfall = difference + margin * scale
        let isShort = (shortfall.head .> 0) .& .!rows.isClass(index)
        return zero.replacing(with: shortfall, where: isShort)
    }

    @inline(always)
    func point(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary,
        _ kept: Kept
    ) -> RowPoint {
        let (zero, one) = (Vector(repeating: 0), Vector(repeating: 1))
        let isClass = rows.isClass(index)
        let shortfall = shortfall(index, rows, summary.own, summary.scale)
        let isShort = zero.replacing(with: one, where: shortfall.head .> 0)
        let count = isShort.replacing(with: summary.count, where: isClass)
        let length = rows.rowLength
        guard isSquared else {
            let size = count * summary.weight / length
            return RowPoint(
                Derivatives(
                    gradient: size.replacing(with: -size, where: isClass),
                    hessian: zero,
                    surrogate: size
                )
            )
        }
        let size = shortfall.replacing(with: summary.sum, where: isClass)
        let mean = (size / Vector(repeating: length)).rounded / summary.scale
        let slope = 2 * summary.weight * mean
        return RowPoint(
            Derivatives(
                gradient: slope.replacing(with: -slope, where: isClass),
                hessian: 2 * count * summary.weight / length
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
}

extension MultiMargin {
    static let facts = Facts(
        name: "multi_margin",
        aliases: [
            .init("multi_margin_loss", convention: "pytorch"),
            "weston_watkins", "weston_watkins_hinge",
        ],
        family: .multiclass,
        summary: "The mean shortfall of the score of the class from a margin above each of the "
            + "others, as in multi-class support vector machines.",
        formula: .init(
            plain: "class_weight_t / K sum_(k != t) max(0, margin - z_t + z_k), or its square",
            gradient: "class_weight_t / K where z_k > z_t - margin, if squared times twice the "
                + "shortfall, and minus their sum in z_t",
            tex: #"\frac{w_t}{K} \sum_{k \ne t} \max(0,\ m - z_t + z_k)^P"#
        ),
        options: [
            margin.declaration, squared.declaration, RowOptions.classWeights.declaration,
            RowOptions.ignoreIndex.declaration, RowOptions.axis.declaration,
        ],
        signature: .scoresAndSingleClasses,
        kinks: [
            "z_t - z_k = margin: the derivatives of that term are 0; if squared, only the Hessian "
                + "has a kink"
        ],
        properties: [.convex],
        notes: [
            "squared is the p = 2 of PyTorch.",
            "The number of classes divides the sum, as in PyTorch, although one of them has no term.",
            "The weight of a class multiplies the power, as in PyTorch.",
        ],
        references: [
            "J. Weston, C. Watkins, Support Vector Machines for Multi-Class Pattern Recognition, "
                + "ESANN 1999",
            "PyTorch MultiMarginLoss",
        ],
        conventions: [
            .pyTorch(
                reduction: .elementMean,
                notes: [
                    "PyTorch's mean divides by the number of rows, also with class weights."
                ]
            )
        ]
    )
}
