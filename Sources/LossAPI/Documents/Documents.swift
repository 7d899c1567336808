// SPDX-License-Identifier: Apache-2.0

import HTTP
import LossFacts
import LossFunctions
import Synchronization

/// The documents that never change, generated on first use and then cached.
///
/// Most processes are never asked for most of them; generating all at the start would delay the
/// first response and occupy memory.
final class Documents: Sendable {
    private let limits: Limits
    /// The cached documents by the resource of their route.
    private let cache = Mutex<[String: StaticDocument]>([:])

    init(limits: Limits) {
        self.limits = limits
    }

    /// The document of a route; the index for routes with dynamic responses.
    func document(for route: Route) -> StaticDocument {
        let name = route.documentName
        if let document = cache.withLock({ $0[name] }) { return document }
        // Generated outside of the lock: if two threads generate the same, one of them is cached.
        let made = make(route)
        return cache.withLock { cache in
            let document = cache[name] ?? made
            cache[name] = document
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
            StaticDocument(CatalogueDocument.entry(found.facts))
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
    /// The cache key of the route's document, the same for all names of a loss.
    fileprivate var documentName: String {
        switch self {
        case .loss(let found): "\(name.template) \(found.facts.name)"
        case .penalty(let found): "\(name.template) \(found.facts.name)"
        case .problem(let kind): "\(name.template) \(kind.slug)"
        default: name.template
        }
    }
}
