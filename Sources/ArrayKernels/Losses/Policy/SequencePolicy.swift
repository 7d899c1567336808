// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The tokens of a sequence that count, with the logarithms of their ratios.
struct SequenceTokens {
    /// The log-ratios d, 0 where a token does not count.
    private let ratios: TwoDoublesArray
    /// 1 for tokens that count, 0 for others.
    private let weights: [Double]
    /// The length of the sequence with its padding.
    let length: Int
    /// The number of tokens that count.
    let count: Double

    /// - Parameters:
    ///   - logprobs: the logarithms of the probabilities of tokens by the policy.
    ///   - oldLogprobs: the same by the policy that sampled them.
    ///   - mask: 1 for tokens that count, 0 for others; empty if all do.
    init(_ logprobs: Span<Double>, _ oldLogprobs: Span<Double>, mask: Span<Double>) {
        length = logprobs.count
        var ratios = TwoDoublesArray(count: length)
        var weights = [Double](repeating: 0, count: ElementBlock.padded(length))
        var count = 0.0
        for start in stride(from: 0, to: length, by: Vector.width) {
            var counts = Vector.indices(from: start) .< Double(length)
            if !mask.isEmpty { counts .&= mask.paddedVector(at: start) .== 1 }
            let weight = Vector(repeating: 0).replacing(with: 1, where: counts)
            let ratio = TwoDoubles.difference(
                logprobs.paddedVector(at: start),
                oldLogprobs.paddedVector(at: start)
            )
            ratios.store(ratio.kept(where: counts), at: start)
            var span = weights.mutableSpan
            span.store(weight, at: start)
            count += weight.sum()
        }
        self.ratios = ratios
        self.weights = weights
        self.count = count
    }

    /// The log-ratios of eight tokens.
    @inline(always)
    func ratio(_ start: Int) -> TwoDoubles { ratios.vector(at: start) }

    /// Whether each of eight tokens counts.
    @inline(always)
    func counts(_ start: Int) -> Mask { weights.span.vector(at: start) .== 1 }

    /// The sum of a function of the log-ratios of the tokens that count.
    @inline(always)
    func sum(of term: (_ ratio: TwoDoubles) -> TwoDoubles) -> TwoDoubles {
        var total = LaneTotal()
        for start in stride(from: 0, to: length, by: Vector.width) {
            total.add(term(ratio(start)).kept(where: counts(start)))
        }
        return total.total
    }

    /// Stores the same derivatives for each token that counts and that a condition selects: with
    /// respect to the logarithms by the policy and, with the opposite slope, by the old one.
    func store(
        slope: Double,
        bend: Double,
        into block: inout SegmentBlock,
        where condition: (_ ratio: TwoDoubles) -> Mask = { _ in Mask(repeating: true) }
    ) {
        let zero = Vector(repeating: 0)
        let curvature = block.usesSurrogate ? bend.magnitude : bend
        for (input, sign) in [(0, 1.0), (1, -1)] {
            let offsets = (
                block.offset(of: input, isHessian: false), block.offset(of: input, isHessian: true)
            )
            guard offsets.0 != nil || offsets.1 != nil else { continue }
            for start in stride(from: 0, to: length, by: Vector.width) {
                let isActive = counts(start) .& condition(ratio(start))
                block.store(
                    zero.replacing(with: sign * slope, where: isActive),
                    at: offsets.0,
                    from: start,
                    upTo: length
                )
                block.store(
                    zero.replacing(with: curvature, where: isActive),
                    at: offsets.1,
                    from: start,
                    upTo: length
                )
            }
        }
    }
}

extension Policies {
    /// Padded sequences of tokens with the logarithms of two policies, and an advantage for each.
    static let sequences = Signature(
        .segment,
        sequencesOf: "T",
        .init(
            "logprobs",
            .primary,
            [.init("* T", numbers)],
            "logarithms of the probabilities of the tokens of each sequence"
        ),
        .init(
            "old_logprobs",
            .differentiable,
            [.init("* T", numbers)],
            "the same by the policy that sampled the tokens"
        ),
        .init("advantages", .differentiable, [.init("*", numbers)], "advantages of sequences"),
        .init(
            "token_mask",
            .constant,
            [.init("* T", .values([0, 1]))],
            "1 for tokens that count, 0 for prompts and padding; all count by default",
            isOptional: true
        )
    )

    static let sequenceExamples = [
        Example([
            "logprobs": Tensor(shape: [2, 3], values: [-1.25, -0.5, -3, -0.75, -2, 0]),
            "old_logprobs": Tensor(shape: [2, 3], values: [-1.5, -0.5, -2.5, -1.25, -1.75, 0]),
            "advantages": Tensor(shape: [2], values: [1, -0.5]),
            "token_mask": Tensor(shape: [2, 3], values: [1, 1, 1, 1, 1, 0]),
        ])
    ]

    static let maskedTokens =
        "Tokens that do not count may have any numbers of the domain; their derivatives are 0. A sequence "
        + "without tokens has the loss 0 and counts in the mean unless mask leaves it out."
}
