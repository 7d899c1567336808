// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The policy gradient weighted by a smooth function of the ratio of a whole sequence, which counts as
/// constant.
///
/// With the logarithms p of the tokens, the sum s of their log-ratios, limited as documented, w = e^s
/// and the advantage A: ℓ = -φA Σp, φ = e^(λ + ks - λw), and for a constant φ each token has
/// dℓ/dp = -φA.
struct VESPO: SegmentwiseLoss {
    private static let shape: Interval = .closed(0, 100)
    static let positivePower = power("k_pos", default: 2, "not negative")
    static let negativePower = power("k_neg", default: 3, "negative")
    static let positiveDecay = decay("lambda_pos", default: 3, "not negative")
    static let negativeDecay = decay("lambda_neg", default: 2, "negative")

    private static func power(
        _ name: String,
        default value: Double,
        _ sign: String
    ) -> Option<Double> {
        .number(name, default: value, shape, "Power of the ratio where the advantage is \(sign).")
    }

    private static func decay(
        _ name: String,
        default value: Double,
        _ sign: String
    ) -> Option<Double> {
        .number(
            name,
            default: value,
            .closed(1e-4, 100),
            "Decay of the weight with the ratio where the advantage is \(sign)."
        )
    }

    private let powers: (positive: Double, negative: Double)
    private let decays: (positive: Double, negative: Double)
    /// log 1e-8.
    private let least: TwoDoubles

    init(_ options: OptionValues) {
        powers = (options[Self.positivePower], options[Self.negativePower])
        decays = (options[Self.positiveDecay], options[Self.negativeDecay])
        least = .log(Vector(repeating: 1e-8))
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
        let limit = TwoDoubles(repeating: 20)
        let sum = tokens.sum { ratio in
            ratio.replacing(with: limit, where: ratio.head .> 20)
                .replacing(with: -limit, where: ratio.head .< -20)
        }
        let ratio = sum.replacing(with: limit, where: sum .> limit)
            .replacing(with: least, where: least .> sum)
        let advantage = third[0]
        let isNegative = advantage < 0
        let power = Vector(repeating: isNegative ? powers.negative : powers.positive)
        let decay = Vector(repeating: isNegative ? decays.negative : decays.positive)
        let exponent = ratio * power - TwoDoubles.expm1(ratio) * decay
        var logarithms = LaneTotal()
        for start in stride(from: 0, to: tokens.length, by: Vector.width) {
            logarithms.add(
                TwoDoubles(first.paddedVector(at: start)).kept(where: tokens.counts(start))
            )
        }
        let total = logarithms.total
        func times(_ factor: TwoDoubles) -> Double {
            Vector.exp(exponent, times: factor.rounded)[0]
        }
        block.loss = -times(total * Vector(repeating: advantage))
        block.store(-times(total), at: block.offset(of: 2, isHessian: false))
        guard let gradient = block.offset(of: 0, isHessian: false) else { return }
        let slope = -times(TwoDoubles(repeating: advantage))
        let zero = Vector(repeating: 0)
        for start in stride(from: 0, to: tokens.length, by: Vector.width) {
            block.store(
                zero.replacing(with: slope, where: tokens.counts(start)),
                at: gradient,
                from: start,
                upTo: tokens.length
            )
        }
    }
}

extension VESPO {
    static let facts = Facts(
        name: "vespo",
        aliases: ["vespo_loss"],
        family: .policy,
        summary: "The policy gradient weighted by a smooth function of the ratio of the "
            + "probabilities of a whole sequence, which counts as constant.",
        formula: .init(
            plain: "-a exp(b + k s - b exp(s)) sum_t p_t, s = sum_t (p_t - o_t), p and o the "
                + "logarithms of the probabilities of tokens by the policy and the sampling "
                + "policy, a the advantage, k the power and b the decay; p_t - o_t is limited to "
                + "[-20, 20], s to [log 1e-8, 20]",
            gradient: "-a exp(b + k s - b exp(s)) in p of each token, 0 in o, for a constant "
                + "weight",
            tex:
                #"-\operatorname{sg} \left( e^{\lambda + k s - \lambda e^s} \right) A \sum_t \log "#
                + #"\pi_t, \quad s = \sum_t \log \tfrac{\pi_t}{\pi_{\text{old}, t}}"#
        ),
        options: [
            positivePower.declaration, positiveDecay.declaration, negativePower.declaration,
            negativeDecay.declaration,
        ],
        signature: Policies.sequences,
        diagnostics: .ratios([]),
        kinks: [],
        properties: [],
        notes: [
            "Trainers hold advantages constant; their gradient is computed on request.",
            "The weight counts as constant: the gradient is not the derivative of the value.",
            "The loss of a sequence is a sum over its tokens: with their number as normalizer it "
                + "is the mean of TRL.",
            Policies.maskedTokens,
        ],
        references: ["TRL GRPOTrainer vespo"],
        conventions: [.trl()],
        gradientKind: .constantWeights,
        work: Work(steps: "20 T + 300", numbers: "5 T"),
        examples: Policies.sequenceExamples
    )
}
