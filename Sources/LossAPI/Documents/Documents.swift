// SPDX-License-Identifier: Apache-2.0

import HTTP
import LossFunctions
import Synchronization

/// Every document that never changes, each made when it is first asked for and then kept.
///
/// Most processes are never asked for most of them: made at the start, they would take a third of
/// the time to the first answer, and stay in memory.
final class Documents: Sendable {
    private let limits: Limits
    /// By what the route stands for.
    private let kept = Mutex<[String: StaticDocument]>([:])

    init(limits: Limits) {
        self.limits = limits
    }

    /// The document of a route; the index for those whose answers change.
    func document(for route: Route) -> StaticDocument {
        let name = route.documentName
        if let document = kept.withLock({ $0[name] }) { return document }
        // Made outside of the lock: two threads may make the same, and one of them is kept.
        let made = make(route)
        return kept.withLock { kept in
            let document = kept[name] ?? made
            kept[name] = document
            return document
        }
    }

    private func make(_ route: Route) -> StaticDocument {
        switch route {
        case .losses: StaticDocument(CatalogueDocument.losses)
        case .penalties: StaticDocument(CatalogueDocument.penalties)
        case .problems: StaticDocument(ProblemsDocument.all(limits: limits))
        case .contractYAML: StaticDocument(Array(Contract.yaml.utf8), "application/yaml")
        case .contractJSON: StaticDocument(Contract.document)
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

extension Route {
    /// What its document is kept under: the same for all names of a loss.
    fileprivate var documentName: String {
        switch self {
        case .loss(let found): "\(name.template) \(found.facts.name)"
        case .penalty(let found): "\(name.template) \(found.facts.name)"
        case .problem(let kind): "\(name.template) \(kind.slug)"
        default: name.template
        }
    }
}
