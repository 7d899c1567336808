// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import LossFunctions

/// Example requests for the API description, generated from the domains of each loss.
///
/// An example of OpenAPI must be valid: mock servers and test generators send it. Hence requests that
/// are refused, each with its status and type of problem, are not among `examples`.
struct ContractExamples {
    /// Requests that get status 200.
    let accepted: [JSONValue.Member]
    /// Requests that get a problem.
    let refused: [JSONValue.Member]

    init(_ loss: any Loss.Type) {
        let facts = loss.facts
        let typical = facts.domains.map { domains in
            let options = domains.options
            return Self.example(
                options.isEmpty ? "default" : Self.name(options),
                options.isEmpty
                    ? "Loss and gradient" : "With \(Self.describe(options))",
                [
                    ("predictions", Self.predictions(domains.predictions, loss.granularity)),
                    ("targets", Self.targets(domains.targets, loss.granularity)),
                ] + Self.members(options)
            )
        }
        let domains = facts.domains.first ?? Domains(predictions: .real, targets: .real)
        let plain: [(String, JSONValue)] = [
            ("predictions", Self.predictions(domains.predictions, loss.granularity)),
            ("targets", Self.targets(domains.targets, loss.granularity)),
        ]
        let weights: JSONValue = loss.granularity == .row ? [1, 2] : [1, 2, 0.5]
        let regularization: JSONValue = [
            ["penalty": "l2", "parameters": [0.5, -1.2], "strength": 0.01]
        ]
        accepted =
            typical + [
                Self.example(
                    "everything",
                    "Weights, every output, and a penalty",
                    plain + [
                        ("weights", weights), ("reduction", "mean"),
                        ("outputs", JSONValue(LossRequestBuilder.outputNames.map { $0.name })),
                        ("regularization", regularization),
                    ]
                ),
                Self.example(
                    "each-by-itself",
                    "The losses one by one",
                    plain + [("reduction", "none")]
                ),
            ]
        refused =
            [
                Self.refusal(
                    "wrong-shape",
                    "Targets of another shape",
                    [plain[0], ("targets", [[[0]]])],
                    .shapeMismatch
                ),
                Self.refusal(
                    "misspelt",
                    "A field that does not exist",
                    plain + [("reductoin", "sum")],
                    .unknownField
                ),
                Self.refusal("missing", "A field is missing", [plain[0]], .missingField),
                Self.refusal(
                    "negative-weight",
                    "Weights must not be negative",
                    plain + [("weights", -1)],
                    .outsideDomain
                ),
            ] + Self.outside(facts, plain, loss.granularity)
    }

    init(_ penalty: any Penalty.Type) {
        let parameters: (String, JSONValue) = ("parameters", [[0.5, -1.2], [0, 3]])
        accepted = [
            Self.example("default", "Value and gradient", [parameters]),
            Self.example(
                "everything",
                "Every output",
                [
                    parameters, ("strength", 0.1),
                    ("outputs", JSONValue(PenaltyRequestBuilder.outputNames.map { $0.name })),
                ]
            ),
        ]
        refused = [
            Self.refusal(
                "negative-strength",
                "An option out of its range",
                [parameters, ("strength", -1)],
                .outOfRange
            ),
            Self.refusal(
                "words",
                "A string for a number",
                [("parameters", ["0.5"])],
                .wrongKind
            ),
        ]
    }

    /// Requests with a value outside of a domain or range.
    private static func outside(
        _ facts: Facts,
        _ plain: [(String, JSONValue)],
        _ granularity: Granularity
    ) -> [JSONValue.Member] {
        var examples: [JSONValue.Member] = []
        if let domains = facts.domains.first, domains.targets != .real {
            let outlier: JSONValue =
                switch (granularity, domains.targets) {
                case (.element, _): [7, 7, 7]
                case (.row, .classes): [0, 7]
                case (.row, _): [[7, 0, 0], [0, 1, 0]]
                }
            examples.append(
                refusal(
                    "outside-domain",
                    "A target outside of its domain",
                    [plain[0], ("targets", outlier)],
                    .outsideDomain
                )
            )
        }
        for option in facts.options {
            guard case .number(_, let range) = option.kind, range.lower.isFinite else {
                continue
            }
            examples.append(
                refusal(
                    "\(option.name)-out-of-range",
                    "\(option.name) must be \(range)",
                    plain + [(option.name, .number(range.lower - 1))],
                    .outOfRange
                )
            )
        }
        return examples
    }

    private static func example(
        _ name: String,
        _ summary: String,
        _ body: [(String, JSONValue)]
    ) -> JSONValue.Member {
        .init(
            key: name,
            value: ["summary": .string(summary), "value": JSONValue(present: body)]
        )
    }

    private static func refusal(
        _ name: String,
        _ summary: String,
        _ body: [(String, JSONValue)],
        _ problem: ProblemKind.Service
    ) -> JSONValue.Member {
        let kind = ProblemKind.service(problem)
        return .init(
            key: name,
            value: [
                "summary": .string(summary),
                "status": .integer(kind.status.code),
                "type": .string(kind.type),
                "value": JSONValue(present: body),
            ]
        )
    }

    private static func members(_ options: [String: OptionValue]) -> [(String, JSONValue)] {
        options.sorted { $0.key < $1.key }.map { ($0, JSONValue($1)) }
    }

    private static func name(_ options: [String: OptionValue]) -> String {
        members(options).map { "\($0.0)-\($0.1.word)" }.joined(separator: "-")
    }

    private static func describe(_ options: [String: OptionValue]) -> String {
        members(options).map { "\($0.0) = \($0.1.word)" }.joined(separator: ", ")
    }

    private static func predictions(_ domain: Domain, _ granularity: Granularity) -> JSONValue {
        switch (granularity, domain) {
        case (.element, .interval(.unit)): [0.9, 0.2, 0.6]
        case (.element, _): [0.2, 1.7, -0.4]
        case (.row, .interval(.real)): [[2, 0.5, -1], [0.1, 1.2, 0.3]]
        case (.row, let domain): distributions(domain, [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1]])
        }
    }

    private static func targets(_ domain: Domain, _ granularity: Granularity) -> JSONValue {
        switch (granularity, domain) {
        case (.element, .interval(.unit)): [1, 0, 1]
        case (.element, .values(let values)):
            .array([values.last, values.first, values.last].compactMap { $0.map { .number($0) } })
        case (.element, _): [0, 1.5, -0.5]
        case (.row, .classes): [0, 1]
        case (.row, let domain): distributions(domain, [[0.5, 0.25, 0.25], [0.25, 0.5, 0.25]])
        }
    }

    /// The rows, or their logarithms if the domain requires these.
    private static func distributions(_ domain: Domain, _ rows: [[Double]]) -> JSONValue {
        let inLogarithms = domain == .interval(.through(0))
        let logarithms = [
            0.7: -0.35667494393873245, 0.2: -1.6094379124341003, 0.1: -2.3025850929940455,
            0.8: -0.2231435513142097, 0.5: -0.6931471805599453, 0.25: -1.3862943611198906,
        ]
        return .array(
            rows.map { row in
                .array(row.map { .number(inLogarithms ? logarithms[$0] ?? 0 : $0) })
            }
        )
    }
}

extension JSONValue {
    /// The scalar as part of a name.
    fileprivate var word: String {
        if case .string(let text) = self { text } else { String(decoding: bytes, as: UTF8.self) }
    }
}
