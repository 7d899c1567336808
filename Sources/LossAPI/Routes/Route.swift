// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import LossFunctions

/// Everything a path can stand for.
enum Route {
    case index
    case losses
    case loss(Catalogue.Found<any Loss.Type>)
    case penalties
    case penalty(Catalogue.Found<any Penalty.Type>)
    case problems
    case problem(ProblemKind)
    case contractYAML
    case contractJSON
    case metrics
    case alive
    case ready

    /// The route of a path, or why there is none.
    static func find(_ segments: [String]) -> Result<Route, Problem> {
        switch (segments.count, segments.first) {
        case (0, _): .success(.index)
        case (1, "livez"), (1, "healthz"): .success(.alive)
        case (1, "readyz"): .success(.ready)
        case (1, "metrics"): .success(.metrics)
        case (1, "openapi.yaml"): .success(.contractYAML)
        case (1, "openapi.json"): .success(.contractJSON)
        case (1, "problems"): .success(.problems)
        case (2, "problems"):
            ProblemKind(slug: segments[1]).map { .success(.problem($0)) } ?? .failure(notFound)
        case (2, "v1") where segments[1] == "losses": .success(.losses)
        case (2, "v1") where segments[1] == "penalties": .success(.penalties)
        case (3, "v1") where segments[1] == "losses":
            Catalogue.loss(named: segments[2]).map { .success(.loss($0)) }
                ?? .failure(
                    unknown(segments[2], .unknownLoss, "loss", Catalogue.losses.map { $0.facts })
                )
        case (3, "v1") where segments[1] == "penalties":
            Catalogue.penalty(named: segments[2]).map { .success(.penalty($0)) }
                ?? .failure(
                    unknown(
                        segments[2],
                        .unknownPenalty,
                        "penalty",
                        Catalogue.penalties.map { $0.facts }
                    )
                )
        default: .failure(notFound)
        }
    }

    /// The path as metrics and logs name it: without what clients put in.
    var template: String {
        switch self {
        case .index: "/"
        case .losses: "/v1/losses"
        case .loss: "/v1/losses/{loss}"
        case .penalties: "/v1/penalties"
        case .penalty: "/v1/penalties/{penalty}"
        case .problems: "/problems"
        case .problem: "/problems/{problem}"
        case .contractYAML: "/openapi.yaml"
        case .contractJSON: "/openapi.json"
        case .metrics: "/metrics"
        case .alive: "/livez"
        case .ready: "/readyz"
        }
    }

    /// Whether it takes questions.
    var takesPost: Bool {
        switch self {
        case .loss, .penalty: true
        default: false
        }
    }

    var allow: String {
        takesPost ? "GET, HEAD, OPTIONS, POST" : "GET, HEAD, OPTIONS"
    }

    private static let notFound = Problem(
        .notFound,
        "There is nothing at this path. Questions go to /v1/losses/{loss} and "
            + "/v1/penalties/{penalty}; /v1/losses and /v1/penalties list what there is, and "
            + "/openapi.yaml describes it all."
    )

    private static func unknown(
        _ name: String,
        _ kind: ProblemKind.Question,
        _ noun: String,
        _ facts: [Facts]
    ) -> Problem {
        let names = facts.map { $0.name }
        let spellings = names + facts.flatMap { $0.aliases.map { $0.name } }
        return Problem(
            kind,
            "There is no \(noun) \(name.quoted)."
                + (Suggestion.nearest(to: name, among: spellings)
                    .map { " Is \($0.quoted) meant?" } ?? "")
                + " There are \(names.joined(separator: ", ")).",
            allowed: names
        )
    }
}
