// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import SeededRandom
import Testing

@Suite("Metrics that follow from losses, bins and pairs")
struct MetricLossTests {
    private func evaluate(
        _ name: String,
        _ inputs: [Tensor?],
        _ options: [String: OptionValue] = [:],
        weights: Tensor? = nil,
        skipsMissing: Bool = false
    ) throws -> MetricResult {
        let found = try #require(MetricCatalogue.metric(named: name))
        let metric = try found.entry.metric(
            OptionValues(
                found.presets.merging(options) { $1 },
                for: found.entry.facts.options
            )
        )
        let units = try MetricUnits(metric, inputs, weights: weights, skipsMissing: skipsMissing)
        return try metric.evaluate(inputs, units)
    }

    private func column(_ values: [Double]) -> Tensor {
        Tensor(shape: [values.count], values: values)
    }

    private func random(_ count: Int, _ seed: UInt64) -> [Double] {
        var random = SplitMix(state: seed)
        return (0..<count).map { _ in random.normal() }
    }

    @Test(
        "have the bits of the loss and of its standard error",
        arguments: [
            ("mae", "absolute_error"), ("mse", "squared_error"),
            ("mape", "absolute_percentage_error"), ("brier", "brier"),
        ]
    )
    func means(metric: String, loss: String) throws {
        let count = 700
        let isBrier = loss == "brier"
        let targets = random(count, 301).map { isBrier ? $0 > 0 ? 1.0 : 0 : $0 }
        let predictions = random(count, 302).map { isBrier ? 1 / (1 + $0 * $0) : $0 }
        let inputs = [column(predictions), column(targets)]
        for weights in [nil, column(random(count, 303).map { $0.magnitude })] {
            var request = LossRequest(inputs: inputs)
            request.weights = weights
            request.outputs = [.loss, .statistics]
            let entry = try #require(Catalogue.loss(named: loss)).entry
            let expected = try entry.loss(.none).evaluate(request)
            let result = try evaluate(metric, inputs, weights: weights)
            #expect(result.value == .number(try #require(expected.reduced)))
            #expect(result.standardError == expected.statistics?.standardError)
        }
    }

    @Test("agree with each other, to the last bit")
    func identities() throws {
        let (predictions, targets) = (column(random(400, 311)), column(random(400, 312)))
        let labels = column(targets.values.map { $0 > 0.3 ? 1 : 0 })
        let weights = column(random(400, 313).map { $0.magnitude })
        for weights in [nil, weights] {
            #expect(
                try evaluate("concordance", [predictions, labels, nil], weights: weights).value
                    == evaluate("roc_auc", [predictions, labels], weights: weights).value
            )
            #expect(
                try evaluate("d2", [predictions, targets], weights: weights)
                    == evaluate("r2", [predictions, targets], weights: weights)
            )
            #expect(
                try evaluate(
                    "d2",
                    [predictions, targets],
                    ["loss": .choice("pinball")],
                    weights: weights
                ) == evaluate("d2_absolute_error_score", [predictions, targets], weights: weights)
            )
        }
    }

    @Test("decompose the Brier score if the probabilities of a bin are equal")
    func decomposition() throws {
        let probabilities = (0..<640).map { Double($0 % 8) / 8 }
        let outcomes = random(640, 321).enumerated().map { $1 < Double($0 % 8) / 4 - 1 ? 1.0 : 0 }
        let result = try evaluate("brier", [column(probabilities), column(outcomes)])
        let parts = Dictionary(uniqueKeysWithValues: result.parts.map { ($0.name, $0.value) })
        let (reliability, resolution, uncertainty) = (
            try #require(parts["reliability"]), try #require(parts["resolution"]),
            try #require(parts["uncertainty"])
        )
        guard case .number(let score) = result.value else {
            Issue.record("\(result)")
            return
        }
        // Four numbers rounded once, and their sum.
        #expect((reliability - resolution + uncertainty - score).magnitude <= 4 * 0x1p-53)
    }

    @Test("put a probability at the end of a bin into it, as it is written in decimals")
    func ends() throws {
        // Each probability i/10 with the outcome 0 is alone in its bin; with 0.05 more, it has company.
        for tenths in 1...9 {
            let end = Double(tenths) / 10
            let error = try evaluate("ece", [column([end, end - 0.05]), column([1, 0])])
            guard case .number(let value) = error.value else {
                Issue.record("\(error)")
                continue
            }
            // In one bin, the errors end - 1 and end - 0.05 add up before their magnitude counts.
            #expect(
                ulps(value, from: (2 * end - 1.05).magnitude / 2, scale: 1) <= 1,
                "\(end)"
            )
        }
        #expect(
            try evaluate("ece", [column([0, 1]), column([0, 1])]).value == .number(0)
        )
        // Tiny probabilities count exactly.
        #expect(
            try evaluate("ece", [column([0x1p-1074, 0x1p-1074]), column([0, 0])]).value
                == .number(0x1p-1074)
        )
    }

    @Test("say why there is no value")
    func reasons() throws {
        let (ones, numbers) = (column([1, 1, 1]), column([1, 2, 4]))
        let reasons: [(MetricResult, String)] = [
            (
                try evaluate("mase", [numbers, ones, column([3])]),
                "mase needs a history of more than 1 number, but there is 1"
            ),
            (
                try evaluate(
                    "mase",
                    [numbers, ones, column([3, 4])],
                    ["seasonality": .number(12)]
                ),
                "mase needs a history of more than 12 numbers, but there are 2"
            ),
            (
                try evaluate("mase", [numbers, ones, ones]),
                "mase needs a history that changes from season to season, but naive forecasts have no "
                    + "errors"
            ),
            (
                try evaluate("explained_variance", [numbers, ones]),
                "explained_variance needs targets that differ, but all are equal"
            ),
            (
                try evaluate(
                    "d2",
                    [numbers, column([0, 0, 0])],
                    ["loss": .choice("half_poisson_deviance")]
                ),
                "d2 needs targets that differ, but all are equal"
            ),
            (
                try evaluate("concordance", [numbers, ones, nil]),
                "concordance needs two units of which one is known to have a lower target, but there "
                    + "are none"
            ),
            (
                try evaluate("concordance", [numbers, numbers, column([0, 0, 1])]),
                "concordance needs two units of which one is known to have a lower target, but there "
                    + "are none"
            ),
        ]
        for (result, reason) in reasons { #expect(result.value == .undefined(reason)) }
    }

    @Test("refuse inputs and options that do not fit")
    func refusals() throws {
        let numbers = column([0.5, 0.25])
        func expect(
            _ error: LossError,
            _ name: String,
            _ inputs: [Tensor?],
            _ options: [String: OptionValue] = [:]
        ) {
            #expect(throws: error) { try evaluate(name, inputs, options, skipsMissing: true) }
        }
        for name in ["ece", "brier"] {
            expect(
                .outsideDomain(
                    input: "predictions",
                    place: [1],
                    value: 1.5,
                    allowed: "a number in [0, 1]"
                ),
                name,
                [column([0.5, 1.5]), column([0, 1])]
            )
            expect(
                .outsideDomain(input: "targets", place: [0], value: 0.5, allowed: "0 or 1"),
                name,
                [numbers, numbers]
            )
            expect(
                .notADistribution(
                    input: "predictions",
                    row: [1],
                    axis: 1,
                    sum: 0.75,
                    inLogarithms: false
                ),
                name,
                [Tensor(shape: [2, 2], values: [0.5, 0.5, 0.5, 0.25]), column([0, 1])]
            )
            expect(
                .notAClassIndex(
                    input: "targets",
                    place: [0],
                    value: 2,
                    classes: 2,
                    ignored: nil
                ),
                name,
                [Tensor(shape: [1, 2], values: [0.5, 0.5]), column([2])]
            )
            for bins in [0.0, 1_001] {
                expect(
                    .outOfRange(
                        option: "bins",
                        place: [],
                        value: bins,
                        allowed: "an integer from 1 to 1000"
                    ),
                    name,
                    [numbers, column([0, 1])],
                    ["bins": .number(bins)]
                )
            }
        }
        expect(
            .outsideDomain(input: "events", place: [1], value: 2, allowed: "0 or 1"),
            "concordance",
            [numbers, numbers, column([1, 2])]
        )
        expect(
            .missingValue(input: "history", place: [1]),
            "mase",
            [
                numbers, numbers,
                Tensor(shape: [3], values: [1, .nan, 2], hasMissing: true),
            ]
        )
        expect(
            .outOfRange(option: "seasonality", place: [], value: 0, allowed: "an integer >= 1"),
            "mase",
            [numbers, numbers, numbers],
            ["seasonality": .number(0)]
        )
        expect(
            .optionOfOthers(
                option: "tau",
                choice: "loss",
                chosen: "squared_error",
                having: ["pinball"]
            ),
            "d2",
            [numbers, numbers],
            ["tau": .number(0.1)]
        )
        expect(
            .outsideDomain(
                input: "targets",
                place: [1],
                value: -1,
                allowed: "a number >= 0"
            ),
            "d2",
            [numbers, column([1, -1])],
            ["loss": .choice("half_poisson_deviance")]
        )
        expect(
            .notFinite(.loss, input: "predictions", place: [0]),
            "mse",
            [column([1e200]), column([-1e200])]
        )
    }
}
