// SPDX-License-Identifier: Apache-2.0

import HTTP
import LossFunctions

/// Every document that never changes, each made when it is first asked for.
///
/// Most processes are never asked for most of them: made at the start, they would take a third of
/// the time to the first answer, and stay in memory.
struct Documents: Sendable {
    private let limits: Limits
    private let contractYAML = OnDemand {
        StaticDocument(Array(Contract.yaml.utf8), "application/yaml")
    }
    private let contractJSON = OnDemand { StaticDocument(Contract.document) }

    init(limits: Limits) {
        self.limits = limits
    }

    /// The document of a route; the index for those whose answers change.
    func document(for route: Route) -> StaticDocument {
        switch route {
        case .losses: StaticDocument(CatalogueDocument.losses)
        case .penalties: StaticDocument(CatalogueDocument.penalties)
        case .problems: StaticDocument(ProblemsDocument.all(limits: limits))
        case .contractYAML: contractYAML.value
        case .contractJSON: contractJSON.value
        case .loss(let found):
            StaticDocument(CatalogueDocument.entry(found.facts, found.entry.granularity))
        case .penalty(let found): StaticDocument(CatalogueDocument.entry(found.facts))
        case .problem(let kind): StaticDocument(ProblemsDocument.kind(kind, limits: limits))
        case .index, .metrics, .alive, .ready: Self.index
        }
    }

    private static let index = StaticDocument([
        "service": "loss-server",
        "version": .string(Release.version),
        "losses": "/v1/losses",
        "penalties": "/v1/penalties",
        "problems": "/problems",
        "contract": "/openapi.yaml",
        "health": ["/livez", "/readyz"],
        "metrics": "/metrics",
    ])
}
