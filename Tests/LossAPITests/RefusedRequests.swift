// SPDX-License-Identifier: Apache-2.0

import LossAPI
import LossFacts

/// A request to a loss that is refused, derived from the first example of the loss.
struct RefusedRequest {
    let name: String
    let body: [String: Any]
    let problem: ProblemKind.Service
    /// Whether a JSON Schema can refuse it: shapes and domains depend on several fields.
    var isRefusedBySchema: Bool { ![.shapeMismatch, .outsideDomain].contains(problem) }

    static func all(of facts: Facts, from plain: [String: Any]) -> [RefusedRequest] {
        let inputs = facts.signature.inputs.map { $0.name }
        func request(
            _ name: String,
            _ changes: [String: Any],
            _ problem: ProblemKind.Service
        ) -> RefusedRequest {
            RefusedRequest(name: name, body: plain.merging(changes) { $1 }, problem: problem)
        }
        var requests = [
            request("a misspelt field", ["reductoin": "sum"], .unknownField),
            request("a string for a number", [inputs[0]: ["0.5"]], .wrongKind),
            request("an unknown reduction", ["reduction": "mode"], .notAllowed),
            request("no outputs", ["outputs": [String]()], .notAllowed),
            request("an unknown output", ["outputs": ["losses"]], .notAllowed),
            request("an unknown input", ["gradient_of": ["weights"]], .notAllowed),
            request("a normalizer of 0", ["normalizer": 0], .outOfRange),
        ]
        let required = facts.signature.inputs.filter { !$0.isOptional }.map { $0.name }
        requests += required.map { input in
            RefusedRequest(
                name: "\(input) missing",
                body: plain.filter { $0.key != input },
                problem: .missingField
            )
        }
        requests += required.dropFirst().map { input in
            request("\(input) of another shape", [input: [[[0]]]], .shapeMismatch)
        }
        for option in facts.options {
            switch option.kind {
            case .number(_, let range) where range.lower.isFinite:
                let below = [option.name: range.lower - 1]
                requests.append(request("\(option.name) below", below, .outOfRange))
            case .choice:
                requests.append(request("\(option.name)", [option.name: "?"], .notAllowed))
            case .flag:
                requests.append(
                    request("\(option.name) as text", [option.name: "true"], .wrongKind)
                )
            case .numbers:
                let empty = [option.name: [Double]()]
                requests.append(request("an empty list of \(option.name)", empty, .wrongKind))
            default: break
            }
        }
        return requests
    }
}
