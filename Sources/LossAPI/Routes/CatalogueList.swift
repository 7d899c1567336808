// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions

/// One of the two lists of the catalogue; its raw value is the name in paths.
enum CatalogueList: String, CaseIterable {
    case losses
    case penalties

    /// The name of an entry in documents and path parameters.
    var noun: String {
        switch self {
        case .losses: "loss"
        case .penalties: "penalty"
        }
    }

    var path: String { "/v1/\(rawValue)" }

    /// The template of the paths of entries, which names every request in metrics.
    var template: String {
        switch self {
        case .losses: "/v1/losses/{loss}"
        case .penalties: "/v1/penalties/{penalty}"
        }
    }

    var entries: [Catalogue.Entry] {
        switch self {
        case .losses: Catalogue.losses
        case .penalties: Catalogue.penalties
        }
    }

    /// The other list.
    var other: CatalogueList {
        switch self {
        case .losses: .penalties
        case .penalties: .losses
        }
    }

    /// The entry with a name or alias.
    func find(_ name: String) -> Catalogue.Found? {
        switch self {
        case .losses: Catalogue.loss(named: name)
        case .penalties: Catalogue.penalty(named: name)
        }
    }

    /// The path of the entry of the other list with a name or alias.
    func elsewhere(_ name: String) -> String? {
        other.find(name).map { other.path(of: $0.facts) }
    }

    /// Describes the names that no entry has.
    var unknown: UnknownEntry {
        switch self {
        case .losses: Self.unknownLoss
        case .penalties: Self.unknownPenalty
        }
    }

    private static let unknownLoss = UnknownEntry(
        .unknownLoss,
        "loss",
        [.losses],
        listedAt: losses.path
    )
    private static let unknownPenalty = UnknownEntry(
        .unknownPenalty,
        "penalty",
        [.penalties],
        listedAt: penalties.path
    )

    func path(of facts: Facts) -> String { "\(path)/\(facts.name)" }
}
