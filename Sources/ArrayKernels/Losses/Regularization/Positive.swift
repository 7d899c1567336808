// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The indicator of numbers that are not negative.
struct Positive: Indicator {
    let lower = 0.0
    let upper = Double.greatestFiniteMagnitude

    init(_: OptionValues) {}
}

extension Positive {
    static let facts = Facts(
        name: "positive",
        aliases: ["positive_constraint", "non_negative", "non_neg"],
        family: .regularization,
        summary:
            "The indicator of parameters that are not negative: 0 for these, and infinite for others.",
        formula: .init(
            plain: "0 where w >= 0, else infinite",
            gradient: "0 where w >= 0",
            tex: #"\begin{cases} 0 & w \ge 0 \\ \infty & \text{else} \end{cases}"#
        ),
        options: [],
        signature: Signature(
            .element,
            .init(
                "parameters",
                .primary,
                .interval(.nonNegative),
                "the parameters of a model, any numbers if prox is the only output"
            )
        ),
        kinks: ["w = 0: the gradient is 0, the least normal"],
        properties: [.convex],
        notes: [
            "The proximal operator, which does not depend on the step, is max(w, 0). A weight of 0 lifts the "
                + "constraint."
        ],
        references: [
            "N. Parikh, S. Boyd, Proximal Algorithms, Foundations and Trends in Optimization 1, 2014, "
                + "section 6.2",
            "skglm PositiveConstraint", "jaxopt projection_non_negative", "Keras NonNeg",
        ],
        defaultReduction: .sum
    )
}
