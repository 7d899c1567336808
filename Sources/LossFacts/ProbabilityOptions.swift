// SPDX-License-Identifier: Apache-2.0

/// The options shared by losses of probabilities.
package enum ProbabilityOptions {
    package static let fromLogits = Option.flag(
        "from_logits",
        "Whether predictions are logits (scores before sigmoid or softmax), not probabilities. "
            + "Logits are never clipped."
    )

    /// The same, for losses that are usually those of logits.
    package static let logits = Option.flag(
        "from_logits",
        default: true,
        "Whether predictions are logits (scores before softmax), not probabilities. Logits are never "
            + "clipped."
    )

    package static let epsilon = Option.number(
        "epsilon",
        default: 2.220446049250313e-16,
        .halfOpen(0, 0.5),
        "Probabilities are clipped to [epsilon, 1 - epsilon]; derivatives are those at the "
            + "clipped value. With 0 there is no clipping, and an infinite loss is refused."
    )

    package static let labelSmoothing = Option.number(
        "label_smoothing",
        default: 0,
        .unit,
        "Share of each target that is spread evenly over the classes."
    )

    package static let clippedAtBothEnds =
        "p < epsilon or p > 1 - epsilon: clipped; the derivatives are those at the clipped value"
}

extension ProbabilityOptions {
    package static let checkSums = Option.flag(
        "check_sums",
        default: true,
        "Whether rows of predicted probabilities that do not sum to 1, to within 0.001, are refused."
    )
}
