// SPDX-License-Identifier: Apache-2.0

import Formats
import HTTP
import LossFacts
import LossFunctions

/// A resource of the Open Inference Protocol, version 2, whose models are losses and penalties.
enum InferenceRoute {
    case server
    case live
    case ready
    case model(Catalogue.Found)
    case modelReady(Catalogue.Found)
    case config(Catalogue.Found)
    /// Statistics of a model; `nil` means of all.
    case statistics(Catalogue.Found?)
    case models
    case infer(Catalogue.Found)
    /// A resource of an extension that is not supported, by its name.
    case unsupported(String)

    /// The beginning of every path.
    static let root = "/v2"

    /// The resource of a path; `nil` if the path is not one of the protocol.
    ///
    /// - Throws: A problem if there is no such resource, model or version.
    static func find(_ path: String) throws(Problem) -> InferenceRoute? {
        guard path == root || path.hasPrefix(root + "/") else { return nil }
        // No resource has more than seven segments.
        let segments = path.split(separator: "/", maxSplits: 8, omittingEmptySubsequences: false)
            .dropFirst(2).map(String.init)
        switch segments {
        case []: return .server
        case ["health", "live"]: return .live
        case ["health", "ready"]: return .ready
        case ["repository", "index"]: return .models
        case ["models", "stats"]: return .statistics(nil)
        default: break
        }
        if let extensionName = segments.first.flatMap({ extensions[$0] }) {
            return .unsupported(extensionName)
        }
        guard segments.count >= 2, segments[0] == "models", !segments[1].isEmpty else {
            throw notFound(path)
        }
        let found = try model(segments[1])
        var rest = segments[2...]
        if rest.first == "versions" {
            guard rest.dropFirst().first == InferenceRequest.version else {
                throw Problem(
                    .notFound,
                    "A model has version \(InferenceRequest.version) only: omit it.",
                    allowed: [InferenceRequest.version]
                )
            }
            rest = rest.dropFirst(2)
        }
        switch Array(rest) {
        case []: return .model(found)
        case ["ready"]: return .modelReady(found)
        case ["config"]: return .config(found)
        case ["stats"]: return .statistics(found)
        case ["infer"]: return .infer(found)
        case ["generate"], ["generate_stream"]: return .unsupported("generation")
        case ["trace", "setting"]: return .unsupported("trace")
        default: throw notFound(path)
        }
    }

    /// The extensions that are not supported, by the segment after the root.
    private static let extensions = [
        "repository": "loading of models", "systemsharedmemory": "shared memory",
        "cudasharedmemory": "shared memory", "trace": "trace", "logging": "logging",
    ]

    private static func model(_ name: String) throws(Problem) -> Catalogue.Found {
        guard let found = Catalogue.loss(named: name) ?? Catalogue.penalty(named: name) else {
            throw unknownModel.problem(name)
        }
        return found
    }

    private static let unknownModel = UnknownEntry(
        .unknownLoss,
        "model",
        CatalogueList.allCases,
        listedAt: root + "/repository/index"
    )

    /// The template of the paths at which models compute.
    static let inference = root + "/models/{model}/infer"

    private static func notFound(_ path: String) -> Problem {
        Problem(
            .notFound,
            "Nothing is served at \(path.quoted). Requests for inference go to \(inference); "
                + "/v2/repository/index lists the models, and health is reported at /v2/health/live "
                + "and /v2/health/ready."
        )
    }

    /// The name of the route in metrics and logs.
    var name: RouteName {
        let model = Self.root + "/models/{model}"
        return switch self {
        case .server: RouteName(Self.root)
        case .live: RouteName(Self.root + "/health/live")
        case .ready: RouteName(Self.root + "/health/ready")
        case .model(let found): RouteName(model, entry: found.facts.name)
        case .modelReady(let found): RouteName(model + "/ready", entry: found.facts.name)
        case .config(let found): RouteName(model + "/config", entry: found.facts.name)
        case .statistics(nil): RouteName(Self.root + "/models/stats")
        case .statistics(let found?): RouteName(model + "/stats", entry: found.facts.name)
        case .models: RouteName(Self.root + "/repository/index")
        case .infer(let found): RouteName(model + "/infer", entry: found.facts.name)
        case .unsupported: RouteName(Self.root)
        }
    }

    /// The methods of the resource.
    var allow: String {
        switch self {
        case .infer, .models: "OPTIONS, POST"
        default: "GET, HEAD, OPTIONS"
        }
    }
}
