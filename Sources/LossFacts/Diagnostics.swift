// SPDX-License-Identifier: Apache-2.0

/// The numbers by which the training of a policy or a language model with a loss is watched.
package enum Diagnostics: Equatable, Sendable {
    /// Rewards of the chosen and the rejected response of each pair: the logarithms of their
    /// probabilities, less those of a reference if there is one, times an option.
    case rewards(factor: String?)
    /// Rewards of desirable and undesirable responses, which are the same times an option, and the value of
    /// an option above which a logarithm counts as desirable.
    case labelledRewards(factor: String, threshold: String)
    /// The order of the responses of each segment by their logarithms and by their rewards.
    case ranking
    /// The entropy of the distribution that the logits of a row describe, which are divided by an option or
    /// bounded softly by one that is not 0.
    case entropy(temperature: String? = nil, softBound: String? = nil)
    /// Ratios of the probabilities of tokens, or their geometric means over sequences, and the bounds
    /// beyond which they are clipped.
    case ratios([ClippingBound], ofSequences: Bool = false)

    /// The names of the numbers, in the order of a result.
    package var names: [String] {
        switch self {
        case .rewards: ["count", "accuracy", "margin", "rewards_chosen", "rewards_rejected"]
        case .labelledRewards:
            [
                "count", "count_desirable", "count_undesirable", "accuracy", "margin",
                "rewards_desirable", "rewards_undesirable",
            ]
        case .ranking: ["count", "count_pairs", "accuracy", "margin"]
        case .entropy: ["count", "entropy"]
        case .ratios(let bounds, _):
            [
                "count", "approx_kl_k1", "approx_kl_k2", "approx_kl_k3", "ratio_min", "ratio_mean",
                "ratio_max", "effective_sample_size",
            ]
                + (bounds.isEmpty
                    ? [] : ["clip_fraction", "clip_fraction_low", "clip_fraction_high"])
        }
    }
}

/// An option beyond which the ratio of a token or sequence is clipped.
package struct ClippingBound: Equatable, Sendable {
    /// The side of the bound on which ratios are clipped.
    package enum Side: Sendable {
        case low
        case high
    }

    /// The quantity that the option bounds.
    package enum Scale: Sendable {
        /// The ratio.
        case ratio
        /// The ratio, at this distance from 1.
        case distance
        /// The logarithm of the ratio, at this distance from 0.
        case logarithm
        /// The difference of the probabilities, at this distance from 0.
        case probability
    }

    /// The advantages with which the bound applies.
    package enum Advantages: Sendable {
        case all
        case positive
        case negative
    }

    package let side: Side
    /// The name of the option; its value 0 means no bound if it bounds high ratios themselves.
    package let option: String
    package let scale: Scale
    package let advantages: Advantages

    package init(_ side: Side, _ option: String, _ scale: Scale, _ advantages: Advantages = .all) {
        self.side = side
        self.option = option
        self.scale = scale
        self.advantages = advantages
    }

    /// The bound in the scale, for the value of the option.
    package func bound(for value: Double) -> Double {
        switch (scale, side) {
        case (.ratio, .low): value
        case (.ratio, .high): value == 0 ? .infinity : value
        case (.distance, .low): 1 - value
        case (.distance, .high): 1 + value
        case (.logarithm, .low), (.probability, .low): -value
        case (.logarithm, .high), (.probability, .high): value
        }
    }
}
