// SPDX-License-Identifier: Apache-2.0

import Foundation
import LossFacts
import LossFunctions
import Testing

@Suite("The values of metrics")
struct MetricGoldenTests {
    /// The value of a metric for a batch, by its definition in rational arithmetic.
    private struct Case: Decodable {
        let metric: String
        let options: [String: Golden.Option]
        let predictions: Golden.Array
        let targets: Golden.Array
        let history: Golden.Array?
        let events: Golden.Array?
        let weights: Golden.Array?
        let value: Value
        let standardError: String?
        let parts: [String: String]?

        private enum CodingKeys: String, CodingKey {
            case metric
            case options
            case predictions
            case targets
            case history
            case events
            case weights
            case value
            case standardError = "standard_error"
            case parts
        }

        /// The inputs with the names in the facts of the metric.
        func inputs(_ names: [String]) -> [Tensor?] {
            let all = [
                "predictions": predictions, "targets": targets, "history": history,
                "events": events,
            ]
            return names.map { all[$0]??.tensor }
        }
    }

    private enum Value: Decodable {
        case undefined
        case number(String)
        case numbers([String?])
        case matrix([[String]])

        /// The number; 0 for other values.
        var number: Double {
            if case .number(let text) = self { Double(text) ?? 0 } else { 0 }
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .undefined
            } else if let text = try? container.decode(String.self) {
                self = .number(text)
            } else if let texts = try? container.decode([String?].self) {
                self = .numbers(texts)
            } else {
                self = .matrix(try container.decode([[String]].self))
            }
        }
    }

    private struct Cases: Decodable {
        let cases: [Case]
    }

    /// The greatest errors in units in the last place, of values that are not rounded once: by square roots,
    /// or because losses, probabilities from logits or the sum of the weights are rounded before.
    private static let bounds: [String: Double] = [
        "matthews_corrcoef": 1, "root_mean_squared_error": 1, "average_precision": 0.5001,
        "mean_absolute_error": 2, "mean_squared_error": 2, "mean_absolute_percentage_error": 2,
        "brier": 2, "expected_calibration_error": 2, "d2": 4,
    ]

    /// The metrics of which parts near 1 cancel, whose errors are in units in the last place of 1.
    private static let differences: Set<String> = ["brier", "expected_calibration_error", "d2"]

    @Test(
        "have the values of their definitions",
        arguments: MetricCatalogue.metrics.map { $0.facts.name }
    )
    func values(name: String) throws {
        let cases = try Golden.decode(Cases.self, "metrics").cases.filter { $0.metric == name }
        try #require(!cases.isEmpty, "Tests/Golden/metrics.py has no \(name)")
        let bound = Self.bounds[name] ?? 0
        let scale = Self.differences.contains(name) ? 1.0 : 0
        var (worst, worstDeviation) = (WorstError(), WorstError())
        for (index, one) in cases.enumerated() {
            let entry = try #require(MetricCatalogue.metric(named: name)).entry
            let metric = try entry.metric(one.options.optionValues(for: entry.facts.options))
            let inputs = one.inputs(entry.facts.inputNames)
            let units = try MetricUnits(metric, inputs, weights: one.weights?.tensor)
            let result = try metric.evaluate(inputs, units)
            func note(_ actual: Double?, _ expected: String?) throws {
                guard let actual, let expected else {
                    #expect(actual == nil && expected == nil, "case \(index)")
                    return
                }
                worst.note(actual, try nearest(expected), scale: scale, at: "case \(index)")
            }
            switch (result.value, one.value) {
            case (.undefined, .undefined): break
            case (.undefined, .number(let expected)): #expect(try nearest(expected).isInfinite)
            case (.number(let actual), .number(let expected)): try note(actual, expected)
            case (.numbers(let actual), .numbers(let expected)):
                #expect(actual.count == expected.count)
                for (actual, expected) in zip(actual, expected) { try note(actual, expected) }
            case (.matrix(let actual), .matrix(let expected)):
                #expect(actual.map { $0.count } == expected.map { $0.count })
                for (actual, expected) in zip(actual.joined(), expected.joined()) {
                    try note(actual, expected)
                }
            default: Issue.record("case \(index): \(result.value) for \(one.value)")
            }
            #expect(result.parts.count == one.parts?.count ?? 0)
            for part in result.parts {
                let expected = try nearest(try #require(one.parts?[part.name]))
                worst.note(part.value, expected, scale: scale, at: "\(part.name) of case \(index)")
            }
            #expect((result.standardError == nil) == (one.standardError == nil), "case \(index)")
            if let actual = result.standardError, let expected = one.standardError {
                // Where one weight exceeds the others, differences of rounded losses remain.
                let mean = bound > 0 ? one.value.number : 0
                worstDeviation.note(
                    actual,
                    try nearest(expected),
                    scale: mean,
                    at: "case \(index)"
                )
            }
        }
        print("\(name): value \(worst), standard error \(worstDeviation)")
        #expect(worst.ulps <= bound, "\(worst)")
        #expect(worstDeviation.ulps <= 2, "\(worstDeviation)")
    }
}
