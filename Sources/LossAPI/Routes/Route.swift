// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import LossFacts
import LossFunctions

/// The resource that a path names.
enum Route {
    case index
    case list(CatalogueList)
    case entry(CatalogueList, Catalogue.Found)
    case schema(CatalogueList, Catalogue.Found)
    case examples(CatalogueList, Catalogue.Found)
    case metricList
    case problems
    case problem(ProblemKind)
    case contractYAML
    case contractJSON
    case metrics
    case alive
    case ready
    case operation(Operation)
    case inference(InferenceRoute)
    case page(PageRoute)

    /// The route of a path; throws the problem with an unknown path.
    static func find(_ path: String) throws(Problem) -> Route {
        let length = path.utf8.count
        if length < known.count, let found = known[length].first(where: { $0.path == path }) {
            return found.route
        }
        if let inference = try InferenceRoute.find(path) { return .inference(inference) }
        // No route has more than four segments.
        let segments = path.split(separator: "/", maxSplits: 5, omittingEmptySubsequences: false)
            .dropFirst().map(String.init)
        if segments.count == 2, segments[0] == "problems", let kind = ProblemKind(slug: segments[1])
        {
            return .problem(kind)
        }
        if let page = PageRoute.find(segments) { return .page(page) }
        guard segments.count == 3 || segments.count == 4, segments[0] == "v1",
            !segments[2].isEmpty, let list = CatalogueList(rawValue: segments[1])
        else { throw notFound(path) }
        switch segments.dropFirst(3).first {
        case nil: return .entry(list, try find(segments[2], in: list))
        case "schema": return .schema(list, try find(segments[2], in: list))
        case "examples": return .examples(list, try find(segments[2], in: list))
        default: throw notFound(path)
        }
    }

    /// The entry of a list with a name or alias; throws the problem with an unknown name.
    static func find(
        _ name: String,
        in list: CatalogueList
    ) throws(Problem) -> Catalogue.Found {
        if let found = list.find(name) { return found }
        throw list.unknown.problem(name, elsewhere: list.elsewhere(name))
    }

    /// The problem with an unknown path, with a suggestion if possible.
    private static func notFound(_ path: String) -> Problem {
        // A longer path would cost far more than the request.
        guard path.utf8.count <= 256 else { return notFound }
        let shorter = String(path.reversed().drop { $0 == "/" }.reversed())
        if shorter != path, !shorter.isEmpty, (try? find(shorter)) != nil {
            return Problem(
                .notFound,
                "Nothing is served at \(path.quoted). Did you mean \(shorter.quoted), without the slash "
                    + "at the end?",
                allowed: [shorter]
            )
        }
        guard probes.contains(shorter.lowercased()) else { return notFound }
        return Problem(
            .notFound,
            "Nothing is served at \(path.quoted). Health is reported at /livez, /readyz and "
                + "/healthz.",
            allowed: ["/livez", "/readyz", "/healthz"]
        )
    }

    /// Paths at which other servers report their health.
    private static let probes: Set = [
        "/health", "/healthcheck", "/health/live", "/health/ready", "/live", "/liveness", "/ready",
        "/readiness", "/ping", "/status", "/-/healthy", "/-/ready", "/actuator/health",
    ]

    /// The common paths by length in bytes, so that a lookup compares a few strings and hashes none.
    private static let known: [[(path: String, route: Route)]] = {
        var known: [(path: String, route: Route)] = [
            ("/", .index), ("/livez", .alive), ("/healthz", .alive), ("/readyz", .ready),
            ("/metrics", .metrics), ("/v1/metrics", .metricList), ("/openapi.yaml", .contractYAML),
            ("/openapi.json", .contractJSON), ("/problems", .problems),
        ]
        known += Operation.allCases.map { ($0.path, .operation($0)) }
        known += Page.views.map { ($0, .page(.view($0))) }
        for list in CatalogueList.allCases {
            known.append((list.path, .list(list)))
            for name in list.entries.flatMap({ $0.facts.spellings }) {
                if let found = list.find(name) {
                    known.append(("\(list.path)/\(name)", .entry(list, found)))
                }
            }
        }
        let longest = known.map { $0.path.utf8.count }.max() ?? 0
        return (0...longest).map { length in known.filter { $0.path.utf8.count == length } }
    }()

    /// The name of the route in metrics and logs.
    var name: RouteName {
        switch self {
        case .index: RouteName("/")
        case .list(let list): RouteName(list.path)
        case .entry(let list, let found): RouteName(list.template, entry: found.facts.name)
        case .schema(let list, let found):
            RouteName(list.template + "/schema", entry: found.facts.name)
        case .examples(let list, let found):
            RouteName(list.template + "/examples", entry: found.facts.name)
        case .metricList: RouteName("/v1/metrics")
        case .problems: RouteName("/problems")
        case .problem: RouteName(Self.problemTemplate)
        case .contractYAML: RouteName("/openapi.yaml")
        case .contractJSON: RouteName("/openapi.json")
        case .metrics: RouteName("/metrics")
        case .alive: RouteName("/livez")
        case .ready: RouteName("/readyz")
        case .operation(let operation): RouteName(operation.path)
        case .inference(let route): route.name
        case .page(let route): route.name
        }
    }

    /// The name for an unknown path: that of the route with the same prefix, if any.
    static func name(ofUnknown path: String) -> RouteName {
        if path.hasPrefix(InferenceRoute.root + "/") { return RouteName(InferenceRoute.root) }
        let templates = CatalogueList.allCases.map { $0.template } + [problemTemplate]
        let template = templates.first { template in
            path.utf8.starts(with: template.utf8.prefix { $0 != UInt8(ascii: "{") })
        }
        return template.map { RouteName($0) } ?? .none
    }

    private static let problemTemplate = "/problems/{problem}"

    var isInference: Bool {
        if case .inference = self { true } else { false }
    }

    /// Whether GET returns a document.
    var hasDocument: Bool {
        switch self {
        case .inference, .operation: false
        default: true
        }
    }

    /// Whether the route accepts POST.
    var acceptsPost: Bool {
        switch self {
        case .entry, .operation, .inference(.infer), .inference(.models): true
        default: false
        }
    }

    /// The template of the path at which what the route describes is computed: by default, losses.
    var computation: String {
        switch self {
        case .inference: InferenceRoute.inference
        case .metricList: Operation.evaluations.path
        default: CatalogueList.losses.template
        }
    }

    var allow: String {
        switch self {
        case .inference(let route): route.allow
        case .operation: Operation.allow
        default: acceptsPost ? Self.allMethods : "GET, HEAD, OPTIONS"
        }
    }

    /// The methods that some path supports.
    static let allMethods = "GET, HEAD, OPTIONS, POST"

    static let notFound = Problem(
        .notFound,
        "Nothing is served at this path. POST requests to /v1/losses/{loss}, /v1/penalties/{penalty} or "
            + "\(Operation.allCases.map { $0.path }.alternatives); see /v1/losses, /v1/penalties and "
            + "/openapi.yaml."
    )
}
