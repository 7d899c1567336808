// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The encoding of the two classes of a margin loss.
enum LabelEncoding: String, CaseIterable, Sendable {
    /// -1 and 1.
    case signed
    /// 0 and 1.
    case binary

    static let option = Option.choice(
        "label_encoding",
        default: LabelEncoding.signed,
        "Labels of the two classes: signed for -1 and 1, binary for 0 and 1."
    )

    fileprivate var domain: ConditionalDomain {
        ConditionalDomain(
            .values(self == .signed ? [-1, 1] : [0, 1]),
            when: [Self.option.declaration.name: .choice(rawValue)]
        )
    }
}

extension Signature {
    /// Real predictions, and a label of two classes for each.
    static let margin = Signature(
        .element,
        .init("predictions", .primary, .real, "scores, positive for the second class"),
        .init("targets", .constant, LabelEncoding.allCases.map { $0.domain }, "labels")
    )
}
