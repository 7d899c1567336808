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
    /// Computes the responses to examples.
    private let service: LossService
    /// The cached documents by the resource of their route.
    private let cache = Mutex<[String: StaticDocument]>([:])

    init(limits: Limits, service: LossService) {
        self.limits = limits
        self.service = service
    }

    /// The document of a route with the query of its request.
    ///
    /// - Throws: A problem with the query of a list; others have none.
    func document(for route: Route, query: String?) throws(Problem) -> StaticDocument {
        guard case .list(let list) = route, let query, !query.isEmpty else {
            return document(for: route)
        }
        let filter = try CatalogueFilter(query: query, in: list)
        return StaticDocument(CatalogueDocument.list(list, filter))
    }

    /// The document of a route; the index for routes with dynamic responses.
    private func document(for route: Route) -> StaticDocument {
        document(named: route.documentName) { make(route) }
    }

    /// The content of a file of the page.
    func document(for file: PageFile) -> StaticDocument {
        document(named: "\(Page.filesPath)/\(file.name)") { Page.content(of: file) }
    }

    /// The cached document with a name.
    private func document(named name: String, _ make: () -> StaticDocument) -> StaticDocument {
        if let document = cache.withLock({ $0[name] }) { return document }
        // Generated outside of the lock: if two threads generate the same, one of them is cached.
        let made = make()
        return cache.withLock { cache in
            let document = cache[name] ?? made
            cache[name] = document
            return document
        }
    }

    private func make(_ route: Route) -> StaticDocument {
        switch route {
        case .list(let list): StaticDocument(CatalogueDocument.list(list))
        case .metricList: StaticDocument(MetricsPage.document)
        case .problems: StaticDocument(negotiated: ProblemsDocument.all(limits: limits))
        case .contractYAML: StaticDocument(Array(Contract.yaml.utf8), "application/yaml")
        case .contractJSON: StaticDocument(Contract.document)
        case .entry(let list, let found):
            StaticDocument(CatalogueDocument.entry(found.facts, in: list))
        case .schema(let list, let found):
            StaticDocument(
                LossSchema.document(found.facts, at: list.path(of: found.facts)).bytes,
                LossSchema.mediaType
            )
        case .examples(let list, let found):
            StaticDocument(LossExamples(of: found.facts, in: list, service).document)
        case .problem(let kind):
            StaticDocument(negotiated: ProblemsDocument.kind(kind, limits: limits))
        case .index, .metrics, .alive, .ready, .operation, .inference, .page: Self.index
        }
    }

    private static let index = StaticDocument(negotiated: [
        "service": "loss-server",
        "version": .string(Release.version),
        "losses": "/v1/losses",
        "penalties": "/v1/penalties",
        "evaluation_metrics": "/v1/metrics",
        "computations": JSONValue(Operation.allCases.map { $0.path }),
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
        case .entry(_, let found), .schema(_, let found), .examples(_, let found):
            "\(name.template) \(found.facts.name)"
        case .problem(let kind): "\(name.template) \(kind.slug)"
        default: name.template
        }
    }
}
