// SPDX-License-Identifier: Apache-2.0

import HTTP
import LossFunctions

/// Every document that never changes, made once when the service starts.
struct Documents: Sendable {
    private let index: StaticDocument
    private let losses: StaticDocument
    private let penalties: StaticDocument
    private let problems: StaticDocument
    private let contractYAML: StaticDocument
    private let contractJSON: StaticDocument
    private let entries: [String: StaticDocument]
    private let kinds: [ProblemKind: StaticDocument]

    init(limits: Limits) {
        index = StaticDocument([
            "service": "loss-server",
            "version": .string(Release.version),
            "losses": "/v1/losses",
            "penalties": "/v1/penalties",
            "problems": "/problems",
            "contract": "/openapi.yaml",
            "health": ["/livez", "/readyz"],
            "metrics": "/metrics",
        ])
        losses = StaticDocument(CatalogueDocument.losses)
        penalties = StaticDocument(CatalogueDocument.penalties)
        problems = StaticDocument(ProblemsDocument.all(limits: limits))
        let contract = Contract.document
        contractYAML = StaticDocument(Array(Contract.yaml.utf8), "application/yaml")
        contractJSON = StaticDocument(contract)
        let lossEntries = Catalogue.losses.map { loss in
            (loss.facts.name, CatalogueDocument.entry(loss.facts, loss.granularity))
        }
        let penaltyEntries = Catalogue.penalties.map { penalty in
            (penalty.facts.name, CatalogueDocument.entry(penalty.facts))
        }
        entries = Dictionary(
            (lossEntries + penaltyEntries).map { ($0, StaticDocument($1)) },
            uniquingKeysWith: { first, _ in first }
        )
        kinds = Dictionary(
            ProblemKind.all.map { ($0, StaticDocument(ProblemsDocument.kind($0, limits: limits))) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// The document of a route; the index for those whose answers change.
    func document(for route: Route) -> StaticDocument {
        switch route {
        case .losses: losses
        case .penalties: penalties
        case .problems: problems
        case .contractYAML: contractYAML
        case .contractJSON: contractJSON
        case .loss(let found): entries[found.facts.name] ?? index
        case .penalty(let found): entries[found.facts.name] ?? index
        case .problem(let kind): kinds[kind] ?? index
        case .index, .metrics, .alive, .ready: index
        }
    }
}
