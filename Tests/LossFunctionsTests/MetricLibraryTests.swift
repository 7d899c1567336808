// SPDX-License-Identifier: Apache-2.0

import Foundation
import LossFacts
import LossFunctions
import Testing

@Suite("Metrics of scikit-learn")
struct MetricLibraryTests {
    private struct Case: Decodable {
        let metric: String
        let options: [String: Golden.Option]
        let predictions: Golden.Array
        let targets: Golden.Array
        let weights: Golden.Array?
        let expected: Golden.Array?
        /// The reason that scikit-learn has another value.
        let differs: String?
    }

    private struct Cases: Decodable {
        let cases: [Case]
    }

    @Test("have the same values, unless the reason is stated")
    func values() throws {
        let cases = try Golden.decode(Cases.self, "sklearn_metrics").cases
        #expect(cases.count > 100)
        for one in cases {
            let found = try #require(MetricCatalogue.metric(named: one.metric))
            let declarations = found.entry.facts.options
            let options = one.options.compactMapValues { $0.optionValue }
            let metric = try found.entry.metric(
                OptionValues(found.presets.merging(options) { $1 }, for: declarations)
            )
            let inputs = [one.predictions.tensor, one.targets.tensor]
            let units = try MetricUnits(metric, inputs, weights: one.weights?.tensor)
            let actual = numbers(try metric.evaluate(inputs, units).value)
            let expected = one.expected?.tensor.values ?? []
            let agree =
                actual.count == expected.count
                && zip(actual, expected).allSatisfy { actual, expected in
                    // Sums of 40 terms in another order.
                    (actual - expected).magnitude <= 1e-13 * max(1, expected.magnitude)
                }
            #expect(
                agree == (one.differs == nil || actual.isEmpty && expected.isEmpty),
                "\(one.metric) \(options): \(actual), not \(expected)"
            )
        }
    }

    private func numbers(_ value: MetricResult.Value) -> [Double] {
        switch value {
        case .number(let number): [number]
        case .numbers(let numbers): numbers.map { $0 ?? .nan }
        case .matrix(let rows): rows.flatMap { $0 }
        case .undefined: []
        }
    }
}
