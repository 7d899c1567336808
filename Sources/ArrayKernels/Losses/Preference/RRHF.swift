// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The ranking of responses by rewards: the shortfalls of the better ones, with the negative
/// log-likelihood of the best.
///
/// With the mean logarithms p of the K responses and their rewards R: ℓ = w Σ max(0, p_i - p_j) over
/// the pairs with R_i < R_j, minus p of the response with the highest reward, the first of equal ones.
/// ∂ℓ/∂p is w times the number of the positive terms of i less that of j, and -1 for the best; the
/// second derivatives are 0.
struct RRHF: SegmentwiseLoss {
    static let weight = Option.number(
        "rrhf_weight",
        default: 1,
        .closed(0, 1e6),
        "Factor of the sum of the shortfalls."
    )

    private let weight: Double

    init(_ options: OptionValues) {
        weight = options[Self.weight]
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
        var best = 0
        for index in second.indices where second[index] > second[best] { best = index }
        var loss = LaneTotal()
        // The terms in which each response exceeds a better one, less those in which it falls short.
        var excess = [Double](repeating: 0, count: ElementBlock.padded(count))
        for worse in 0..<count {
            try check()
            let (own, reward) = (Vector(repeating: first[worse]), second[worse])
            var terms = zero
            var counts = excess.mutableSpan
            for start in stride(from: 0, to: count, by: Vector.width) {
                let isBetter =
                    (second.paddedVector(at: start) .> reward)
                    .& (Vector.indices(from: start) .< Double(count))
                let shortfall = TwoDoubles.difference(own, first.paddedVector(at: start))
                let isShort = (shortfall.head .> 0) .& isBetter
                loss.add(shortfall.kept(where: isShort))
                let increment = zero.replacing(with: one, where: isShort)
                terms = terms + increment
                counts.store(counts.span.vector(at: start) - increment, at: start)
            }
            excess[worse] += terms.sum()
        }
        let total = loss.total * Vector(repeating: weight) - Vector(repeating: first[best])
        block.loss = total.rounded[0]
        guard let gradient = block.offset(of: 0, isHessian: false) else { return }
        for index in 0..<count {
            block.numbers[gradient + index] = weight * excess[index] - (index == best ? 1 : 0)
        }
    }
}

extension RRHF {
    static let facts = Facts(
        name: "rrhf",
        aliases: ["rank_responses"],
        family: .preference,
        summary: "The ranking of several responses by rewards, with the negative log-likelihood of "
            + "the best one.",
        formula: .init(
            plain: "w sum over R_i < R_j of max(0, p_i - p_j) - p_best, p the mean logarithms of "
                + "the probabilities of the responses and R their rewards",
            gradient: "w times the number of the terms above 0 in which the response is i, less "
                + "that in which it is j; less 1 for the best",
            tex: #"w \sum_{R_i < R_j} \max(0,\ p_i - p_j) - p_{\arg\max R}"#
        ),
        options: [weight.declaration],
        signature: Signature(
            .segment,
            Preferences.response(
                "logprobs",
                .primary,
                "mean logarithms of the probabilities of the tokens of K responses",
                shape: "* K",
                usual: .mean
            ),
            .init(
                "rewards",
                .constant,
                [.init("* K", Preferences.logarithms)],
                "rewards of the responses"
            )
        ),
        diagnostics: .ranking,
        kinks: [
            "p_i = p_j: the derivatives of that term are 0",
            "equal highest rewards: the first response is the best",
        ],
        properties: [.convex, .lipschitz],
        bounds: Bounds(gradient: Bound(weight) * (.length("K") - 1) + 1, hessian: 0),
        notes: [
            "RRHF divides the sum over the tokens of a response by a power of its length, 1 by "
                + "default, with which it is the mean of log_probability. Its likelihood of the best response is a mean over the padded length.",
            "The Hessian is 0, and so is its surrogate.",
        ],
        references: [
            "H. Yuan et al., RRHF: Rank Responses to Align Language Models with Human Feedback, "
                + "NeurIPS 2023"
        ],
        work: Work(steps: "6 K K + 80 K + 200", numbers: "2 K"),
        examples: [
            Example([
                "logprobs": Tensor(shape: [1, 4], values: [-0.5, -1.25, -0.375, -2]),
                "rewards": Tensor(shape: [1, 4], values: [0.1, 0.9, 0.4, 0.2]),
            ])
        ]
    )
}
