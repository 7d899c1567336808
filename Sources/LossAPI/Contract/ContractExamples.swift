// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import LossFunctions

/// Example requests for the API description, generated from the domains of each loss.
///
/// Each states the expected response in `x-response`: a status, and the type of the problem if any.
enum ContractExamples {
    static func of(_ loss: any Loss.Type) -> [JSONValue.Member] {
        let facts = loss.facts
        let valid = facts.domains.map { domains in
            let options = domains.options
            return example(
                options.isEmpty ? "default" : name(options),
                options.isEmpty
                    ? "Loss and gradient" : "With \(describe(options))",
                [
                    ("predictions", predictions(domains.predictions, loss.granularity)),
                    ("targets", targets(domains.targets, loss.granularity)),
                ] + members(options)
            )
        }
        guard let domains = facts.domains.first else { return valid }
        let plain: [(String, JSONValue)] = [
            ("predictions", predictions(domains.predictions, loss.granularity)),
            ("targets", targets(domains.targets, loss.granularity)),
        ]
        let weights: JSONValue = loss.granularity == .row ? [1, 2] : [1, 2, 0.5]
        let regularization: JSONValue = [
            ["penalty": "l2", "parameters": [0.5, -1.2], "strength": 0.01]
        ]
        return valid + [
            example(
                "everything",
                "Weights, every output, and a penalty",
                plain + [
                    ("weights", weights), ("reduction", "mean"),
                    ("outputs", JSONValue(LossRequestBuilder.outputNames.map { $0.name })),
                    ("regularization", regularization),
                ]
            ),
            example(
                "each-by-itself",
                "The losses one by one",
                plain + [("reduction", "none")]
            ),
            example(
                "wrong-shape",
                "Refused: targets of another shape",
                [plain[0], ("targets", [[[0]]])],
                problem: .shapeMismatch
            ),
            example(
                "misspelt",
                "Refused: a field that does not exist",
                plain + [("reductoin", "sum")],
                problem: .unknownField
            ),
            example(
                "missing",
                "Refused: a field is missing",
                [plain[0]],
                problem: .missingField
            ),
        ] + outside(facts, plain, loss.granularity)
    }

    static func of(_ penalty: any Penalty.Type) -> [JSONValue.Member] {
        let parameters: (String, JSONValue) = ("parameters", [[0.5, -1.2], [0, 3]])
        return [
            example("default", "Value and gradient", [parameters]),
            example(
                "everything",
                "Every output",
                [
                    parameters, ("strength", 0.1),
                    ("outputs", JSONValue(PenaltyRequestBuilder.outputNames.map { $0.name })),
                ]
            ),
            example(
                "negative-strength",
                "Refused: an option out of its range",
                [parameters, ("strength", -1)],
                problem: .outOfRange
            ),
            example(
                "words",
                "Refused: a string for a number",
                [("parameters", ["0.5"])],
                problem: .wrongKind
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
                example(
                    "outside-domain",
                    "Refused: a target outside of its domain",
                    [plain[0], ("targets", outlier)],
                    problem: .outsideDomain
                )
            )
        }
        for option in facts.options {
            guard case .number(_, let range) = option.kind, range.lower.isFinite else {
                continue
            }
            examples.append(
                example(
                    "\(option.name)-out-of-range",
                    "Refused: \(option.name) must be \(range)",
                    plain + [(option.name, .number(range.lower - 1))],
                    problem: .outOfRange
                )
            )
        }
        return examples
    }

    private static func example(
        _ name: String,
        _ summary: String,
        _ body: [(String, JSONValue)],
        problem: ProblemKind.Service? = nil
    ) -> JSONValue.Member {
        let response = JSONValue(present: [
            ("status", .integer(problem.map { ProblemKind.service($0).status.code } ?? 200)),
            ("type", problem.map { .string(ProblemKind.service($0).type) }),
        ])
        return JSONValue.Member(
            key: name,
            value: [
                "summary": .string(summary),
                "value": JSONValue(present: body),
                "x-response": response,
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
