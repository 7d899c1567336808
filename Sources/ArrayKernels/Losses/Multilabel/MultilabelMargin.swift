// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The mean shortfall of the scores of labels that apply from a margin above those of the others.
///
/// With K labels and the shortfalls s_ji = max(0, margin - (z_j - z_i)) of the pairs with y_j = 1 and
/// y_i = 0: ℓ = Σ s_ji / K, ∂ℓ/∂z_j is minus the number of the shortfalls of j that are not 0, over K,
/// and ∂ℓ/∂z_i that of those of i. Huge scores are multiplied by a power of two, so that their sum does
/// not overflow.
struct MultilabelMargin: RowwiseLoss {
    static var inputCount: Int { 2 }

    private let margin: Double

    init(_ options: OptionValues) {
        margin = options[MultiMargin.margin]
    }

    /// Labels of longer rows that do not apply are passed over one by one.
    package var sharedLength: Int { 16 }

    struct Summary: RowSummary {
        let loss: Vector
    }

    /// Computes the losses of rows in lanes, and keeps the number of shortfalls of each label that are not
    /// 0.
    @inline(always)
    func summarize(_ rows: borrowing Rows<some LaneLayout>, _ kept: inout Kept) -> Summary {
        let (zero, one) = (Vector(repeating: 0), Vector(repeating: 1))
        let greatest = rows.greatest { rows, index in rows.x(index).magnitude }.value
        let isHuge = (greatest .> 0x1p900) .| (Vector(repeating: margin) .> 0x1p900)
        let scale = one.replacing(with: 0x1p-100, where: isHuge)
        let scaledMargin = margin * scale
        var loss = RowTotal()
        var room = kept.room
        for index in 0..<rows.count {
            let applies = rows.y(index) .== 1
            // The shortfall of a label that does not apply from one that does changes sign with their
            // roles.
            let factor = (-scale).replacing(with: scale, where: applies)
            let partner = one.replacing(with: zero, where: applies)
            let own = rows.x(index) * factor
            var shortCount = zero
            for other in 0..<rows.count {
                let difference = TwoDoubles.difference(rows.x(other) * factor, own)
                let shortfall = difference + scaledMargin
                let isShort = (shortfall.head .> 0) .& (rows.y(other) .== partner)
                loss.add(shortfall.kept(where: isShort .& applies), at: other, of: rows)
                shortCount = shortCount + zero.replacing(with: one, where: isShort)
            }
            room.store(TwoDoubles(shortCount), at: index)
        }
        let length = Vector(repeating: rows.rowLength)
        return Summary(loss: (loss.value(of: rows) / length).rounded / scale)
    }

    @inline(always)
    func point(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary,
        _ kept: Kept
    ) -> RowPoint {
        let size = kept.numbers(index).head / rows.rowLength
        return RowPoint(
            Derivatives(
                gradient: size.replacing(with: -size, where: rows.y(index) .== 1),
                hessian: Vector(repeating: 0),
                surrogate: size
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

    package func computeLong(
        _ first: Span<Double>,
        _ second: Span<Double>,
        _ third: Span<Double>,
        _ group: RowGroup,
        hasClasses: Bool,
        into block: inout RowBlock,
        checkCancellation: () throws(LossError) -> Void,
        check: (borrowing RowBlock) throws(LossError) -> Void,
        flush: (borrowing RowBlock, Range<Int>) throws(LossError) -> Void
    ) throws(LossError) {
        let count = group.length
        let start = group.starts[0]
        let (scores, labels) = (group.copy(first, from: start), group.copy(second, from: start))
        let isHuge = margin > 0x1p900 || scores.contains { $0.magnitude > 0x1p900 }
        let scale = isHuge ? 0x1p-100 : 1
        let (zero, one) = (Vector(repeating: 0), Vector(repeating: 1))
        var loss = LaneTotal()
        // The number of shortfalls of each label that are not 0.
        var shortCounts = [Double](repeating: 0, count: ElementBlock.padded(count))
        for label in 0..<count where labels[label] == 1 {
            try checkCancellation()
            let own = Vector(repeating: scale * scores[label])
            var shortCount = zero
            var counts = shortCounts.mutableSpan
            for start in stride(from: 0, to: count, by: 8) {
                let isOther =
                    (labels.span.paddedVector(at: start) .== 0)
                    .& (Vector.indices(from: start) .< Double(count))
                let others = scale * scores.span.paddedVector(at: start)
                let shortfall =
                    TwoDoubles.difference(others, own) + Vector(repeating: scale * margin)
                let isShort = (shortfall.head .> 0) .& isOther
                loss.add(shortfall.kept(where: isShort))
                let increment = zero.replacing(with: one, where: isShort)
                shortCount = shortCount + increment
                counts.store(counts.span.vector(at: start) + increment, at: start)
            }
            shortCounts[label] = shortCount.sum()
        }
        let length = Double(count)
        block.losses[0] = (loss.total / Vector(repeating: length)).rounded[0] / scale
        try check(block)
        let hasGradient = block.gradients.contains(0)
        let hasHessian = block.hessians.contains(0)
        guard hasGradient || hasHessian else { return }
        let (gradient, hessian) = (
            block.offset(of: 0, isHessian: false), block.offset(of: 0, isHessian: true)
        )
        for strip in stride(from: 0, to: count, by: RowBlock.stripLength) {
            let columns = strip..<min(strip + RowBlock.stripLength, count)
            for column in columns {
                let size = shortCounts[column] / length
                if hasGradient {
                    block.numbers[gradient + column - strip] = labels[column] == 1 ? -size : size
                }
                if hasHessian {
                    block.numbers[hessian + column - strip] = block.usesSurrogate ? size : 0
                }
            }
            try flush(block, columns)
        }
    }
}

extension MultilabelMargin {
    static let facts = Facts(
        name: "multilabel_margin",
        aliases: ["multilabel_margin_loss"],
        family: .multilabel,
        summary: "The mean shortfall of the scores of labels that apply from a margin above those "
            + "of the others.",
        formula: .init(
            plain: "sum over y_j = 1 and y_i = 0 of max(0, margin - z_j + z_i) / K",
            gradient: "the number of terms above 0, over K, in which the label is i, minus that in "
                + "which it is j",
            tex: #"\frac1K \sum_{y_j = 1} \sum_{y_i = 0} \max(0,\ m - z_j + z_i)"#
        ),
        options: [MultiMargin.margin.declaration, RowOptions.axis.declaration],
        signature: Signature(
            .row,
            .init("predictions", .primary, [.init("* K", .real)], "scores of labels"),
            .init(
                "targets",
                .constant,
                [.init("* K", .values([0, 1]))],
                "1 for labels that apply, 0 for others"
            )
        ),
        kinks: ["z_j - z_i = margin: the derivatives of that term are 0"],
        properties: [.convex, .lipschitz],
        bounds: Bounds(gradient: 1 - 1 / .length("K"), hessian: 0),
        notes: [
            "Targets say of each label whether it applies. Those of PyTorch are lists of indices, "
                + "padded with -1; an index that occurs twice counts twice there.",
            "The surrogate of the Hessian is the magnitude of the gradient.",
        ],
        references: ["PyTorch MultiLabelMarginLoss"],
        conventions: [
            .pyTorch(
                ["margin": .number(1)],
                notes: ["PyTorch lists the labels that apply; here each label has a 1 or a 0."]
            )
        ],
        work: Work(steps: "K K + 8 K", numbers: "3 K"),
        examples: [
            Example([
                "predictions": Tensor(shape: [2, 3], values: [2, 0.5, -1, 0.1, 1.2, 0.3]),
                "targets": Tensor(shape: [2, 3], values: [1, 0, 1, 0, 0, 1]),
            ])
        ]
    )
}
