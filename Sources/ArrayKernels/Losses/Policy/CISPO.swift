// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The policy gradient weighted by a clipped ratio of the probabilities, which counts as constant.
///
/// With the clipped ratio w, the advantage A and the logarithm p: ℓ = -wAp, and for a constant
/// weight dℓ/dp = -wA.
struct CISPO: PointwiseLoss {
    static var inputCount: Int { 3 }

    static let least = Option.number(
        "ratio_min",
        default: 0,
        .closed(0, 1),
        "Least weight."
    )
    static let greatest = Option.number(
        "ratio_max",
        default: 5,
        .closed(0, 1e6),
        "Greatest weight."
    )

    private let least: Double
    private let greatest: Double

    init(_ options: OptionValues) {
        (least, greatest) = (options[Self.least], options[Self.greatest])
    }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let ratio = Vector.exp(x.logRatio)
        let isBelow = ratio .< least
        let isAbove = ratio .> greatest
        let bound = Vector(repeating: greatest).replacing(with: least, where: isBelow)
        let isClipped = isBelow .| isAbove
        let zero = Vector(repeating: 0)
        let gain = x[2] * x[0]

        // The product with a ratio that is subnormal would lose digits.
        return Point(
            loss: -Vector.exp(x.logRatio, times: gain)
                .replacing(with: bound * gain, where: isClipped),
            first: Derivatives(
                gradient: -Vector.exp(x.logRatio, times: x[2])
                    .replacing(with: bound * x[2], where: isClipped),
                hessian: zero
            ),
            third: Derivatives(
                gradient: -Vector.exp(x.logRatio, times: x[0])
                    .replacing(with: bound * x[0], where: isClipped),
                hessian: zero
            )
        )
    }
}

extension CISPO {
    static let facts = Facts(
        name: "cispo",
        aliases: ["clipped_importance_sampling"],
        family: .policy,
        summary: "The policy gradient weighted by a clipped ratio of the probabilities, which "
            + "counts as constant.",
        formula: .init(
            plain: "-w a p with w = clip(exp(p - o), ratio_min, ratio_max), p and o the logarithms "
                + "of the probabilities by the policy and the sampling policy, a the advantage",
            gradient: "-w a in p, 0 in o, -w p in a, for a constant weight",
            tex: #"-\operatorname{sg} \left( \operatorname{clip} \left( "#
                + #"\tfrac{\pi}{\pi_{\text{old}}} \right) \right) A \log \pi"#
        ),
        options: [least.declaration, greatest.declaration],
        signature: Policies.tokens,
        diagnostics: .ratios([
            .init(.low, "ratio_min", .ratio), .init(.high, "ratio_max", .ratio),
        ]),
        kinks: [],
        properties: [],
        notes: [
            Policies.constants, Policies.normalizer,
            "The weight counts as constant: the gradient is not the derivative of the value.",
            "The bounds are those of the ratio itself. TRL calls the greatest one epsilon_high, "
                + "and where it is not set uses epsilon, 0.2, as the bound of the ratio.",
        ],
        references: [
            "MiniMax, MiniMax-M1: Scaling Test-Time Compute Efficiently with Lightning Attention, "
                + "2025",
            "TRL GRPOTrainer cispo", "Tinker cispo",
        ],
        conventions: [
            .trl(["ratio_max": .number(0.2)], notes: ["The bound is its default."]),
            .tinker(["ratio_max": .number(4)]),
            Convention(
                "verl",
                version: "b178a3cd5",
                ["ratio_min": .number(0.8), "ratio_max": .number(1.2)]
            ),
        ],
        gradientKind: .constantWeights,
        examples: Policies.examples
    )
}
