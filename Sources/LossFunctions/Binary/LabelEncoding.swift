// SPDX-License-Identifier: Apache-2.0

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

    static let allDomains = allCases.map { encoding in
        Domains(
            ["label_encoding": .choice(encoding.rawValue)],
            predictions: .real,
            targets: encoding.labels
        )
    }

    var domains: Domains { Domains(predictions: .real, targets: labels) }

    private var labels: Domain { self == .signed ? .values([-1, 1]) : .values([0, 1]) }

    /// The label as -1 or 1.
    func sign(_ label: Double) -> Double {
        self == .signed ? label : 2 * label - 1
    }
}
