// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import LossFacts
import LossFunctions

/// The resource that a path names.
enum Route {
    case index
    case losses
    case loss(Catalogue.Found)
    case penalties
    case penalty(Catalogue.Found)
    case problems
    case problem(ProblemKind)
    case contractYAML
    case contractJSON
    case metrics
    case alive
    case ready

    /// The route of a path; throws the problem with an unknown path.
    static func find(_ path: String) throws(Problem) -> Route {
        let length = path.utf8.count
        if length < known.count, let found = known[length].first(where: { $0.path == path }) {
            return found.route
        }
        // No route has more than three segments.
        let segments = path.split(separator: "/", maxSplits: 4, omittingEmptySubsequences: false)
            .dropFirst().map(String.init)
        switch (segments.count, segments.first) {
        case (2, "problems"):
            if let kind = ProblemKind(slug: segments[1]) { return .problem(kind) }
        case (3, "v1") where segments[2].isEmpty: break
        case (3, "v1") where segments[1] == "losses":
            guard let found = Catalogue.loss(named: segments[2]) else {
                let penalty = Catalogue.penalty(named: segments[2])?.facts.name
                throw unknownLoss.problem(
                    segments[2],
                    elsewhere: penalty.map { "/v1/penalties/\($0)" }
                )
            }
            return .loss(found)
        case (3, "v1") where segments[1] == "penalties":
            guard let found = Catalogue.penalty(named: segments[2]) else {
                let loss = Catalogue.loss(named: segments[2])?.facts.name
                throw unknownPenalty.problem(
                    segments[2],
                    elsewhere: loss.map { "/v1/losses/\($0)" }
                )
            }
            return .penalty(found)
        default: break
        }
        throw notFound(path)
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

    /// The common paths by their length in bytes, which few share, so that none is hashed.
    private static let known: [[(path: String, route: Route)]] = {
        var known: [(path: String, route: Route)] = [
            ("/", .index), ("/livez", .alive), ("/healthz", .alive), ("/readyz", .ready),
            ("/metrics", .metrics), ("/openapi.yaml", .contractYAML),
            ("/openapi.json", .contractJSON), ("/problems", .problems), ("/v1/losses", .losses),
            ("/v1/penalties", .penalties),
        ]
        for name in Catalogue.losses.flatMap({ $0.facts.spellings }) {
            if let found = Catalogue.loss(named: name) {
                known.append(("/v1/losses/\(name)", .loss(found)))
            }
        }
        for name in Catalogue.penalties.flatMap({ $0.facts.spellings }) {
            if let found = Catalogue.penalty(named: name) {
                known.append(("/v1/penalties/\(name)", .penalty(found)))
            }
        }
        let longest = known.map { $0.path.utf8.count }.max() ?? 0
        return (0...longest).map { length in known.filter { $0.path.utf8.count == length } }
    }()

    /// The name of the route in metrics and logs.
    var name: RouteName {
        switch self {
        case .index: RouteName("/")
        case .losses: RouteName("/v1/losses")
        case .loss(let found): RouteName(Self.lossTemplate, entry: found.facts.name)
        case .penalties: RouteName("/v1/penalties")
        case .penalty(let found): RouteName(Self.penaltyTemplate, entry: found.facts.name)
        case .problems: RouteName("/problems")
        case .problem: RouteName(Self.problemTemplate)
        case .contractYAML: RouteName("/openapi.yaml")
        case .contractJSON: RouteName("/openapi.json")
        case .metrics: RouteName("/metrics")
        case .alive: RouteName("/livez")
        case .ready: RouteName("/readyz")
        }
    }

    /// The name for an unknown path: that of the route with the same prefix, if any.
    static func name(ofUnknown path: String) -> RouteName {
        let template = [lossTemplate, penaltyTemplate, problemTemplate].first { template in
            path.utf8.starts(with: template.utf8.prefix { $0 != UInt8(ascii: "{") })
        }
        return template.map { RouteName($0) } ?? .none
    }

    private static let lossTemplate = "/v1/losses/{loss}"
    private static let penaltyTemplate = "/v1/penalties/{penalty}"
    private static let problemTemplate = "/problems/{problem}"

    /// Whether the route accepts POST.
    var acceptsPost: Bool {
        switch self {
        case .loss, .penalty: true
        default: false
        }
    }

    var allow: String {
        acceptsPost ? Self.allMethods : "GET, HEAD, OPTIONS"
    }

    /// The methods that some path supports.
    static let allMethods = "GET, HEAD, OPTIONS, POST"

    private static let notFound = Problem(
        .notFound,
        "Nothing is served at this path. POST requests to /v1/losses/{loss} or "
            + "/v1/penalties/{penalty}; see /v1/losses, /v1/penalties and /openapi.yaml."
    )

    private static let unknownLoss = UnknownEntry(
        .unknownLoss,
        "loss",
        list: "/v1/losses",
        Catalogue.losses.map { $0.facts }
    )
    private static let unknownPenalty = UnknownEntry(
        .unknownPenalty,
        "penalty",
        list: "/v1/penalties",
        Catalogue.penalties.map { $0.facts }
    )
}

/// Describes an unknown name in the catalogue.
private struct UnknownEntry: Sendable {
    private let kind: ProblemKind.Service
    private let noun: String
    private let list: String
    private let names: [String]
    private let suggestions: Suggestions

    init(_ kind: ProblemKind.Service, _ noun: String, list: String, _ facts: [Facts]) {
        self.kind = kind
        self.noun = noun
        self.list = list
        names = facts.map { $0.name }
        suggestions = Suggestions(facts.flatMap { $0.spellings })
    }

    func problem(_ name: String, elsewhere: String? = nil) -> Problem {
        let nearest = suggestions.nearest(to: name, atMost: 3)
        let hint =
            elsewhere.map { "Did you mean \($0)?" } ?? OtherNames.advice(for: name)
            ?? (nearest.isEmpty ? nil : "Did you mean \(nearest.map { $0.quoted }.alternatives)?")
        return Problem(
            kind,
            "Unknown \(noun) \(name.quoted)." + (hint.map { " " + $0 } ?? "")
                + " See \(list) for all of them.",
            allowed: nearest.isEmpty ? names : nearest
        )
    }
}

extension Facts {
    /// The name and its aliases.
    fileprivate var spellings: [String] { [name] + aliases.map { $0.name } }
}
