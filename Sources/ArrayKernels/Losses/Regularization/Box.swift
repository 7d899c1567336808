// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The indicator of an interval, of parameters from `lower` to `upper`.
struct Box: Indicator {
    static let lowerBound = Option.number(
        "lower",
        default: 0,
        .real,
        "The least parameter that is allowed."
    )
    static let upperBound = Option.number(
        "upper",
        default: 1,
        .real,
        "The greatest parameter that is allowed, at least lower."
    )

    let lower: Double
    let upper: Double

    init(_ options: OptionValues) throws(LossError) {
        lower = options[Self.lowerBound]
        upper = options[Self.upperBound]
        guard lower <= upper else {
            throw .outOfRange(
                option: Self.upperBound.declaration.name,
                place: [],
                value: upper,
                allowed: "a number >= lower, which is \(lower.shortest)"
            )
        }
    }
}

extension Box {
    static let facts = Facts(
        name: "box",
        aliases: ["indicator_box", "box_constraint"],
        family: .regularization,
        summary:
            "The indicator of a box: 0 for parameters from lower to upper, and infinite for others.",
        formula: .init(
            plain: "0 where lower <= w <= upper, else infinite",
            gradient: "0 where lower <= w <= upper",
            tex: #"\begin{cases} 0 & \text{lower} \le w \le \text{upper} \\ \infty & \text{else} "#
                + #"\end{cases}"#
        ),
        options: [lowerBound.declaration, upperBound.declaration],
        signature: Signature(
            .element,
            .init(
                "parameters",
                .primary,
                .between(
                    lower: lowerBound.declaration.name,
                    upper: upperBound.declaration.name
                ),
                "the parameters of a model, any numbers if prox is the only output"
            )
        ),
        kinks: ["w = lower, w = upper: the gradient is 0, the least normal of the box"],
        properties: [.convex],
        notes: [
            "The proximal operator, which does not depend on the step, is the projection into the box: the "
                + "nearest number from lower to upper. A weight of 0 lifts the constraint.",
            "skglm's IndicatorBox has the lower end 0, pyproximal's Box both ends.",
        ],
        references: [
            "N. Parikh, S. Boyd, Proximal Algorithms, Foundations and Trends in Optimization 1, 2014, "
                + "section 6.2",
            "skglm IndicatorBox", "pyproximal Box", "jaxopt projection_box",
        ],
        defaultReduction: .sum
    )
}
