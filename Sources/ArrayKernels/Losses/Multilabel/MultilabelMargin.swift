// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The mean shortfall of the scores of labels that apply from a margin above those of the others.
///
/// With K labels and the shortfalls s_ji = max(0, margin - (z_j - z_i)) of the pairs with y_j = 1 and
/// y_i = 0: ℓ = Σ s_ji / K, ∂ℓ/∂z_j is minus the number of the shortfalls of j that are not 0, over K,
/// and ∂ℓ/∂z_i that of those of i. Huge scores are multiplied by a power of two, so that their sum does
/// not overflow.
struct MultilabelMargin: SegmentwiseLoss {
    private let margin: Double

    init(_ options: OptionValues) {
        margin = options[MultiMargin.margin]
    }

    package func compute(
        _ first: Span<Double>,
        _ second: Span<Double>,
        _ third: Span<Double>,
        _ fourth: Span<Double>,
        columns: Int,
        into block: inout SegmentBlock,
        check: () throws(SegmentError) -> Void
    ) throws(SegmentError) {
        let count = first.count
        let (zero, one) = (Vector(repeating: 0), Vector(repeating: 1))
        let isHuge = first.indices.contains { first[$0].magnitude > 0x1p900 } || margin > 0x1p900
        let scale = isHuge ? 0x1p-100 : 1
        var loss = LaneTotal()
        // The number of shortfalls of each label that are not 0.
        var shortCounts = [Double](repeating: 0, count: ElementBlock.padded(count))
        for label in 0..<count where second[label] == 1 {
            try check()
            let own = Vector(repeating: scale * first[label])
            var shortCount = zero
            var counts = shortCounts.mutableSpan
            for start in stride(from: 0, to: count, by: 8) {
                let isOther =
                    (second.paddedVector(at: start) .== 0)
                    .& (Vector.indices(from: start) .< Double(count))
                let others = scale * first.paddedVector(at: start)
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
        block.loss = (loss.total / Vector(repeating: length)).rounded[0] / scale
        let gradient = block.offset(of: 0, isHessian: false)
        let surrogate = block.usesSurrogate ? block.offset(of: 0, isHessian: true) : nil
        for index in 0..<count {
            let size = shortCounts[index] / length
            if let gradient { block.numbers[gradient + index] = second[index] == 1 ? -size : size }
            if let surrogate { block.numbers[surrogate + index] = size }
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
        options: [MultiMargin.margin.declaration],
        signature: Signature(
            .segment,
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
        work: Work(steps: "K K + 8 K + 100", numbers: "K"),
        examples: [
            Example([
                "predictions": Tensor(shape: [2, 3], values: [2, 0.5, -1, 0.1, 1.2, 0.3]),
                "targets": Tensor(shape: [2, 3], values: [1, 0, 1, 0, 0, 1]),
            ])
        ]
    )
}
