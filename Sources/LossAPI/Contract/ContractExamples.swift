// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import LossFacts
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

    init(_ facts: Facts) {
        let variants = Self.variants(of: facts)
        let typical = variants.map { options in
            Self.example(
                options.isEmpty ? "default" : Self.name(options),
                options.isEmpty ? "Loss and gradient" : "With \(Self.describe(options))",
                Self.inputs(of: facts, under: options) + Self.members(options)
            )
        }
        let plain = Self.inputs(of: facts, under: [:])
        let weights: JSONValue = facts.signature.unit == .row ? [1, 2] : [1, 2, 0.5]
        let regularization: JSONValue = [
            ["penalty": "l2", "parameters": [0.5, -1.2], "strength": 0.01]
        ]
        let isPenalty = facts.family == .regularization
        accepted =
            typical + [
                Self.example(
                    "everything",
                    "Weights, every output, and a penalty",
                    plain + [
                        ("weights", weights), ("reduction", "mean"),
                        ("outputs", JSONValue(Outputs.names.map { $0.name })),
                    ] + (isPenalty ? [] : [("regularization", regularization)])
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
                    "misspelt",
                    "A field that does not exist",
                    plain + [("reductoin", "sum")],
                    .unknownField
                ),
                Self.refusal(
                    "missing",
                    "A field is missing",
                    Array(plain.dropLast()),
                    .missingField
                ),
                Self.refusal(
                    "negative-weight",
                    "Weights must not be negative",
                    plain + [("weights", -1)],
                    .outsideDomain
                ),
                Self.refusal(
                    "words",
                    "A string for a number",
                    [(plain[0].0, .array(["0.5"]))] + plain.dropFirst(),
                    .wrongKind
                ),
            ] + Self.outside(facts, plain)
    }

    /// The options of each form of the first input; those of every loss come first.
    private static func variants(of facts: Facts) -> [[String: OptionValue]] {
        let domains = facts.signature.inputs.flatMap { $0.forms.flatMap { $0.domains } }
        let options = domains.map { $0.options }.filter { !$0.isEmpty }
        let distinct = options.reduce(into: [[String: OptionValue]]()) { all, one in
            if !all.contains(one) { all.append(one) }
        }
        return distinct.isEmpty ? [[:]] : distinct
    }

    /// Valid inputs under options.
    private static func inputs(
        of facts: Facts,
        under options: [String: OptionValue]
    ) -> [(String, JSONValue)] {
        let values = (try? OptionValues(options, for: facts.options)) ?? .none
        return facts.signature.inputs.enumerated().map { index, input in
            let domain = input.forms[0].domain(under: values, of: facts.options)
            let isByRow = facts.signature.unit == .row
            return (input.name, isByRow ? rows(domain, index) : elements(domain, index))
        }
    }

    /// Requests with a value outside of a domain or range, or of another shape.
    private static func outside(
        _ facts: Facts,
        _ plain: [(String, JSONValue)]
    ) -> [JSONValue.Member] {
        var examples: [JSONValue.Member] = []
        if plain.count > 1 {
            examples.append(
                refusal(
                    "wrong-shape",
                    "\(plain[1].0) of another shape",
                    [plain[0], (plain[1].0, .array([[[0]]]))] + plain.dropFirst(2),
                    .shapeMismatch
                )
            )
        }
        if let last = facts.signature.inputs.last, let form = last.forms.first,
            case let domain = form.domain(under: .none, of: facts.options), domain != .real
        {
            let outlier: JSONValue =
                switch (facts.signature.unit, domain) {
                case (.element, .interval(let interval)) where !interval.upper.isFinite:
                    .array([JSONValue](repeating: .number(interval.lower - 1), count: 3))
                case (.element, _): [7, 7, 7]
                case (.row, .classIndices): [0, 7]
                case (.row, _): [[7, 0, 0], [0, 1, 0]]
                }
            examples.append(
                refusal(
                    "outside-domain",
                    "\(last.name) outside of their domain",
                    plain.dropLast() + [(last.name, outlier)],
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

    /// Three numbers of a domain; `index` is the place of the input.
    private static func elements(_ domain: Domain, _ index: Int) -> JSONValue {
        switch domain {
        case .interval(.unit): index == 0 ? [0.9, 0.2, 0.6] : [1, 0, 1]
        case .values(let values):
            .array([values.last, values.first, values.last].compactMap { $0.map { .number($0) } })
        // Numbers above a lower end of 0 or less.
        case .interval(let interval) where interval.lower.isFinite:
            index == 0 ? [0.2, 1.7, 0.4] : [1, 1.5, 0.5]
        default: index == 0 ? [0.2, 1.7, -0.4] : [0, 1.5, -0.5]
        }
    }

    /// Two rows of three numbers, or two class indices.
    private static func rows(_ domain: Domain, _ index: Int) -> JSONValue {
        switch domain {
        case .interval(.real): [[2, 0.5, -1], [0.1, 1.2, 0.3]]
        case .classIndices: [0, 1]
        default:
            distributions(
                domain,
                index == 0
                    ? [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1]] : [[0.5, 0.25, 0.25], [0.25, 0.5, 0.25]]
            )
        }
    }

    /// The rows, or their logarithms if the domain requires these.
    private static func distributions(_ domain: Domain, _ rows: [[Double]]) -> JSONValue {
        let inLogarithms =
            domain == .interval(.through(0)) || domain == .distribution(inLogarithms: true)
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
