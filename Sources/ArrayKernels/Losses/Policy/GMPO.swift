// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// Geometric-mean policy optimization: the policy gradient with the geometric mean of the clipped
/// ratios of the tokens of a sequence.
///
/// With the n log-ratios d of the tokens and the advantage A: ℓ = -Aq, q = e^(Σc/n), where c is d, at
/// most h for A > 0, and at least -l otherwise. A token that is not clipped has dℓ/dp = -Aq/n and
/// d²ℓ/dp² = -Aq/n², others 0. The surrogate is the magnitude.
struct GMPO: SegmentwiseLoss {
    static let low = Option.number(
        "clip_low",
        default: 0.2,
        .closed(0, 1e6),
        "Log-ratio, times -1, below which tokens are clipped where the advantage is not positive."
    )
    static let high = Option.number(
        "clip_high",
        default: 0.2,
        .closed(0, 1e6),
        "Log-ratio above which tokens are clipped where the advantage is positive."
    )

    private let low: Double
    private let high: Double

    init(_ options: OptionValues) {
        (low, high) = (options[Self.low], options[Self.high])
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
        let tokens = SequenceTokens(first, second, mask: fourth)
        block.loss = 0
        guard tokens.count > 0 else { return }
        let (advantage, size) = (third[0], Vector(repeating: tokens.count))
        let isPositive = advantage > 0
        let bound = TwoDoubles(repeating: isPositive ? high : -low)
        func isClipped(_ ratio: TwoDoubles) -> Mask {
            isPositive ? ratio .> bound : bound .> ratio
        }
        let ratio = tokens.sum { $0.replacing(with: bound, where: isClipped($0)) } / size
        func times(_ factor: Vector) -> Double { Vector.exp(ratio, times: factor)[0] }
        block.loss = -times(third.paddedVector(at: 0))
        block.store(-times(Vector(repeating: 1)), at: block.offset(of: 2, isHessian: false))
        let slope = TwoDoubles(repeating: advantage) / size
        tokens.store(
            slope: -times(slope.rounded),
            bend: -times((slope / size).rounded),
            into: &block
        ) { .!isClipped($0) }
    }
}

extension GMPO {
    static let facts = Facts(
        name: "gmpo",
        aliases: ["geometric_mean_policy_optimization", "geo_mean"],
        family: .policy,
        summary: "Geometric-mean policy optimization: the policy gradient with the geometric mean "
            + "of the clipped ratios of the tokens of a sequence.",
        formula: .init(
            plain: "-a exp(sum_t c_t / n), c_t = min(p_t - o_t, h) for a > 0, else max(p_t - o_t, "
                + "-l), p and o the logarithms of the probabilities of n tokens by the policy and "
                + "the sampling policy, a the advantage, l = clip_low and h = clip_high",
            gradient: "-a q / n in p of each token that is not clipped, q the exponential; its "
                + "opposite in o",
            tex: #"-A \exp \Bigl( \frac1n \sum_t \operatorname{clip}_A \log "#
                + #"\tfrac{\pi_t}{\pi_{\text{old}, t}} \Bigr)"#
        ),
        options: [low.declaration, high.declaration],
        signature: Policies.sequences,
        diagnostics: .ratios([
            .init(.high, "clip_high", .logarithm, .positive),
            .init(.low, "clip_low", .logarithm, .negative),
        ]),
        kinks: [
            "p_t - o_t at a bound: the gradient is that inside the bounds",
            "a = 0: the gradient in a is that for a < 0",
        ],
        properties: [],
        notes: [
            Policies.constants, Policies.maskedTokens,
            "The bounds are those of the logarithms, as in verl, which adds 1e-8 to n and averages "
                + "advantages by token.",
            "The surrogate of the Hessian is its magnitude.",
        ],
        references: ["Y. Zhao et al., Geometric-Mean Policy Optimization, 2025", "verl geo_mean"],
        conventions: [.verl()],
        work: Work(steps: "20 T + 300", numbers: "5 T"),
        examples: Policies.sequenceExamples
    )
}
