// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// Declarations shared by losses of predicted means.
enum Means {
    static let logInput = Option.flag(
        "log_input",
        default: true,
        "Whether predictions are logarithms of means (the log link), not means."
    )

    /// Creates the signature of predicted means, or their logarithms, and targets.
    static func signature(
        means: Interval,
        targets: Interval,
        _ role: Input.Role,
        of summary: String
    ) -> Signature {
        Signature(
            .element,
            .init(
                "predictions",
                .primary,
                [
                    ConditionalDomain(.real, when: ["log_input": .flag(true)]),
                    ConditionalDomain(.interval(means), when: ["log_input": .flag(false)]),
                ],
                "logarithms of means, or means"
            ),
            .init("targets", role, .interval(targets), summary)
        )
    }
}
