// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// Group sequence policy optimization: PPO with one ratio for each sequence, the geometric mean of
/// those of its tokens.
///
/// With the n log-ratios d of the tokens, q = e^(Σd/n) and the advantage A: ℓ = -rA, where r is q, at
/// most 1 + h for A > 0, and at least 1 - l otherwise; times n if weighted by the length. Where it is
/// q, each token has dℓ/dp = -qA/n and d²ℓ/dp² = -qA/n², and elsewhere 0. The logarithms of the bounds
/// decide, to 2^-100, so that no rounding of the ratio moves a kink. The surrogate is the magnitude.
struct GSPO: SegmentwiseLoss {
    static let low = Option.number(
        "clip_low",
        default: 3e-4,
        .closed(0, 1),
        "Distance from 1 below which the ratio is clipped where the advantage is not positive."
    )
    static let high = Option.number(
        "clip_high",
        default: 4e-4,
        .closed(0, 1e6),
        "Distance from 1 above which the ratio is clipped where the advantage is positive."
    )
    static let weightsByLength = Option.flag(
        "weight_by_length",
        "Whether the loss of a sequence is multiplied by the number of its tokens."
    )

    private let bounds: (low: Double, high: Double)
    private let logarithms: (low: TwoDoubles, high: TwoDoubles)
    private let weightsByLength: Bool

    init(_ options: OptionValues) {
        let (low, high) = (options[Self.low], options[Self.high])
        bounds = (1 - low, 1 + high)
        logarithms = (.log1p(Vector(repeating: -low)), .log1p(Vector(repeating: high)))
        weightsByLength = options[Self.weightsByLength]
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
        let ratio = tokens.sum { $0 } / size
        let isAbove = advantage > 0 && (ratio .> logarithms.high)[0]
        let isBelow = advantage <= 0 && (logarithms.low .> ratio)[0]
        let weight = weightsByLength ? tokens.count : 1
        let bound = Vector(repeating: isAbove ? bounds.high : bounds.low)
        let isClipped = isAbove || isBelow
        func times(_ factor: Double) -> Double {
            let factor = Vector(repeating: factor)
            return (isClipped ? bound * factor : Vector.exp(ratio, times: factor))[0]
        }
        block.loss = -times(weight * advantage)
        block.store(-times(weight), at: block.offset(of: 2, isHessian: false))
        guard !isClipped else { return }
        let slope = TwoDoubles(repeating: weight * advantage) / size
        tokens.store(
            slope: -times(slope.rounded[0]),
            bend: -times((slope / size).rounded[0]),
            into: &block
        )
    }
}

extension GSPO {
    static let facts = Facts(
        name: "gspo",
        aliases: [
            "group_sequence_policy_optimization",
            .init("luspo", ["weight_by_length": .flag(true)]),
        ],
        family: .policy,
        summary: "Group sequence policy optimization: PPO with one ratio for each sequence, the "
            + "geometric mean of those of its tokens.",
        formula: .init(
            plain: "max(-q a, -clip(q, 1 - l, 1 + h) a) with q = exp(sum_t (p_t - o_t) / n), p and "
                + "o the logarithms of the probabilities of n tokens by the policy and the "
                + "sampling policy, a the advantage, l = clip_low and h = clip_high; times n with "
                + "weight_by_length",
            gradient: "-q a / n in p of each token, or 0 where clipped; its opposite in o",
            tex: #"\max \left( -q A, -\operatorname{clip}(q, 1 - l, 1 + h) A \right), \quad q = "#
                + #"\Bigl( \prod_t \tfrac{\pi_t}{\pi_{\text{old}, t}} \Bigr)^{1/n}"#
        ),
        options: [low.declaration, high.declaration, weightsByLength.declaration],
        signature: Policies.sequences,
        diagnostics: .ratios(
            [
                .init(.high, "clip_high", .distance, .positive),
                .init(.low, "clip_low", .distance, .negative),
            ],
            ofSequences: true
        ),
        kinks: [
            "q at a bound: the gradient is that inside the bounds",
            "a = 0: the gradient in a is that for a < 0",
        ],
        properties: [],
        notes: [
            Policies.constants, Policies.maskedTokens,
            "The defaults are those of the paper; TRL and verl have 0.2. With weight_by_length it "
                + "is LUSPO. verl limits the logarithm of the ratio to 10, and its token form has "
                + "this gradient.",
            "The surrogate of the Hessian is its magnitude.",
        ],
        references: [
            "C. Zheng et al., Group Sequence Policy Optimization, 2025",
            "TRL GRPOTrainer importance_sampling_level sequence, luspo", "verl gspo",
        ],
        conventions: [
            .trl(["clip_low": .number(0.2), "clip_high": .number(0.2)]),
            .verl(["clip_low": .number(0.2), "clip_high": .number(0.2)]),
        ],
        work: Work(steps: "20 T + 300", numbers: "5 T"),
        examples: Policies.sequenceExamples
    )
}

extension Convention {
    /// The defaults of verl, from `verl/trainer/ppo/core_algos.py`.
    static func verl(
        _ options: [String: OptionValue] = [:],
        notes: [String] = []
    ) -> Convention {
        Convention("verl", version: "b178a3cd5", options, notes: notes)
    }
}
