// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import SeededRandom
import Testing

@Suite("The list of metrics")
struct MetricTests {
    private func evaluate(
        _ name: String,
        _ predictions: Tensor,
        _ targets: Tensor,
        _ options: [String: OptionValue] = [:],
        weights: Tensor? = nil
    ) throws -> MetricResult {
        let found = try #require(MetricCatalogue.metric(named: name))
        let declarations = found.entry.facts.options
        let metric = try found.entry.metric(
            OptionValues(found.presets.merging(options) { $1 }, for: declarations)
        )
        let inputs = [predictions, targets]
        return try metric.evaluate(inputs, MetricUnits(metric, inputs, weights: weights))
    }

    private func column(_ values: [Double]) -> Tensor {
        Tensor(shape: [values.count], values: values)
    }

    @Test("has one metric for each name and alias")
    func names() {
        var names: Set<String> = []
        for entry in MetricCatalogue.metrics {
            for name in [entry.facts.name] + entry.facts.aliases.map({ $0.name }) {
                let folded = name.lowercased().filter { $0 != "_" && $0 != "-" }
                #expect(names.insert(folded).inserted, "\(name) occurs twice")
                #expect(MetricCatalogue.metric(named: name)?.entry.facts === entry.facts)
            }
            for alias in entry.facts.aliases {
                #expect(throws: Never.self) {
                    try OptionValues(alias.options, for: entry.facts.options)
                }
            }
            #expect(Set(entry.facts.signatures.map { $0.inputs.map { $0.name } }).count == 1)
        }
        #expect(MetricCatalogue.metric(named: "ROC-AUC")?.entry.facts.name == "roc_auc")
        #expect(MetricCatalogue.metric(named: "no_such_metric") == nil)
        #expect(MetricCatalogue.metric(named: String(repeating: "a", count: 300)) == nil)
    }

    @Test("has differences that are rounded once, and those of roots within 4 ulp")
    func differences() throws {
        var random = SplitMix(state: 5)
        for _ in 0..<200 {
            let targets = (0..<9).map { _ in Double(Int.random(in: 0...1, using: &random)) }
            guard Set(targets).count == 2 else { continue }
            let own = targets.map { _ in Double.random(in: 0...1, using: &random) }
            // A model that differs in one number, by as little as an ulp.
            var others = own
            others[3] += own[3].ulp * Double(Int.random(in: 1...1_000, using: &random))
            func result(_ name: String, _ predictions: [Double]) throws -> MetricResult {
                try evaluate(name, column(predictions), column(targets))
            }
            func squares(_ predictions: [Double]) -> ExactNumber {
                zip(predictions, targets).reduce(.zero) { sum, pair in
                    let error = ExactNumber(pair.0) - ExactNumber(pair.1)
                    return sum + error * error
                }
            }
            let change = squares(own) - squares(others)
            let sum = targets.reduce(0, +)
            let r2 = try result("r2", own).difference(from: result("r2", others))
            let deviations = ExactNumber(sum * (9 - sum))
            #expect(r2 == (-change * ExactNumber(9)).divided(by: deviations))
            let roots = (try result("rmse", own), try result("rmse", others))
            guard case (.number(let first), .number(let second)) = (roots.0.value, roots.1.value)
            else { continue }
            let expected = change.divided(
                by: ExactNumber(9) * (ExactNumber(first) + ExactNumber(second))
            )
            let rmse = try #require(roots.0.difference(from: roots.1))
            #expect(abs(rmse - expected) <= 4 * expected.ulp)
        }
        let undefined = try evaluate("r2", column([1, 2]), column([1, 1]))
        #expect(undefined.difference(from: undefined) == nil)
        let zero = try evaluate("rmse", column([1, 2]), column([1, 2]))
        #expect(zero.difference(from: zero) == 0)
    }

    @Test("implies the options of an alias")
    func presets() throws {
        let predictions = Tensor(shape: [3, 3], values: [5, 1, 0, 1, 5, 0, 5, 1, 0])
        let macro = try evaluate("f1_macro", predictions, column([0, 1, 2]))
        #expect(
            try macro
                == evaluate(
                    "f1",
                    predictions,
                    column([0, 1, 2]),
                    ["average": .choice("macro")]
                )
        )
    }

    @Test("says why there is no value")
    func reasons() throws {
        let scores = column([0.1, 0.7, 0.9])
        let (ones, zeros) = (column([1, 1, 1]), column([0, 0, 0]))
        let rows = Tensor(shape: [2, 3], values: [1, 0, 0, 0, 1, 0])
        let macro: [String: OptionValue] = ["average": .choice("macro")]
        let hint = "; set zero_division to zero or one to give it a value"
        let reasons: [(MetricResult, String)] = [
            (
                try evaluate("roc_auc", scores, ones),
                "roc_auc needs both classes, but targets are all 1"
            ),
            (
                try evaluate("roc_auc", scores, zeros),
                "roc_auc needs both classes, but targets are all 0"
            ),
            (
                try evaluate("roc_auc", rows, column([0, 1])),
                "roc_auc needs targets of every class, but none is 2"
            ),
            (
                try evaluate("roc_auc", rows, column([0, 0])),
                "roc_auc needs at least two classes, but targets are all 0"
            ),
            (
                try evaluate("average_precision", scores, zeros),
                "average_precision needs a positive target, but targets are all 0"
            ),
            (
                try evaluate("precision", scores, ones, ["threshold": .number(2)]),
                "precision of class 1 is undefined, because it is never predicted" + hint
            ),
            (
                try evaluate("recall", scores, zeros),
                "recall of class 1 is undefined, because it is no target" + hint
            ),
            (
                try evaluate("f1", scores, zeros, ["threshold": .number(2)]),
                "f1 of class 1 is undefined, because it is neither predicted nor a target" + hint
            ),
            (
                try evaluate("precision", rows, column([2, 1]), macro),
                "precision of class 2 is undefined, because it is never predicted" + hint
            ),
            (
                try evaluate("matthews_corrcoef", scores, ones),
                "matthews_corrcoef needs targets of two classes, but all are 1"
            ),
            (
                try evaluate(
                    "matthews_corrcoef",
                    scores,
                    column([0, 1, 1]),
                    ["threshold": .number(2)]
                ),
                "matthews_corrcoef needs predictions of two classes, but all are 0"
            ),
            (
                try evaluate("balanced_accuracy", scores, ones, ["adjusted": .flag(true)]),
                "balanced_accuracy with adjusted needs targets of two classes, but all are 1"
            ),
            (
                try evaluate("r2", scores, ones),
                "r2 needs targets that differ, but all are equal"
            ),
            (
                try evaluate(
                    "confusion_matrix",
                    column([0]),
                    column([0]),
                    ["classes": .number(1_001)]
                ),
                "confusion_matrix has a row for each class, up to 1000, but there are 1001"
            ),
            (
                try evaluate("rmse", column([1.7e308]), column([-1.7e308])),
                "root_mean_squared_error is infinite or too large for a double"
            ),
            (
                try evaluate(
                    "confusion_matrix",
                    column([1, 1]),
                    column([1, 1]),
                    weights: column([1.7e308, 1.7e308])
                ),
                "confusion_matrix is infinite or too large for a double"
            ),
            (
                try evaluate("accuracy", column([]), column([])),
                "accuracy needs at least one unit, but none takes part"
            ),
        ]
        for (result, reason) in reasons { #expect(result.value == .undefined(reason)) }
    }

    @Test("refuses inputs and options that do not fit, with their place")
    func refusals() throws {
        let rows = Tensor(shape: [2, 3], values: [1, 0, 0, 0, 1, 0])
        func expect(
            _ error: LossError,
            _ name: String,
            _ predictions: Tensor,
            _ targets: Tensor,
            _ options: [String: OptionValue] = [:],
            weights: Tensor? = nil
        ) {
            #expect(throws: error) {
                try evaluate(name, predictions, targets, options, weights: weights)
            }
        }
        let scores = column([0.1, 0.7])
        for name in ["accuracy", "roc_auc", "average_precision", "f1"] {
            let hint = name == "accuracy" || name == "f1"
            expect(
                .outsideDomain(
                    input: "targets",
                    place: [1],
                    value: 2,
                    allowed: hint ? "0 or 1, or a class index if classes is set" : "0 or 1"
                ),
                name,
                scores,
                column([1, 2])
            )
        }
        for name in ["accuracy", "roc_auc", "top_k_accuracy", "brier", "ece"] {
            expect(
                .empty(input: "predictions"),
                name,
                Tensor(shape: [2, 0], values: []),
                column([0, 0])
            )
        }
        for name in ["accuracy", "roc_auc", "top_k_accuracy"] {
            for value in [-1, 0.5, 3] {
                expect(
                    .notAClassIndex(
                        input: "targets",
                        place: [1],
                        value: value,
                        classes: 3,
                        ignored: nil
                    ),
                    name,
                    rows,
                    column([1, value])
                )
            }
        }
        expect(
            .notAClassIndex(input: "predictions", place: [0], value: 7, classes: 5, ignored: nil),
            "accuracy",
            column([7, 1]),
            column([1, 2]),
            ["classes": .number(5)]
        )
        expect(
            .outOfRange(option: "k", place: [], value: 0, allowed: "an integer >= 1"),
            "top_k_accuracy",
            rows,
            column([0, 1]),
            ["k": .number(0)]
        )
        expect(
            .outOfRange(
                option: "classes",
                place: [],
                value: 1,
                allowed: "an integer from 2 to 65536"
            ),
            "accuracy",
            scores,
            column([0, 0]),
            ["classes": .number(1)]
        )
        expect(
            .outOfRange(
                option: "pos_label",
                place: [],
                value: 2,
                allowed: "an integer from 0 to 1"
            ),
            "precision",
            scores,
            column([0, 0]),
            ["pos_label": .number(2)]
        )
        expect(
            .unknownChoice(
                option: "average",
                value: "binary",
                allowed: ["micro", "macro", "weighted", "none"]
            ),
            "f1",
            rows,
            column([0, 1])
        )
        expect(
            .shapes(
                input: "targets",
                shape: [3],
                reference: "predictions",
                referenceShape: [2],
                allowed: [PartialShape([.length(2)])]
            ),
            "r2",
            scores,
            column([1, 2, 3])
        )
        expect(
            .shapes(
                input: "targets",
                shape: [3],
                reference: "predictions",
                referenceShape: [2, 3],
                allowed: [PartialShape([.length(2)])]
            ),
            "accuracy",
            rows,
            column([1, 2, 0])
        )
        expect(
            .leadingShape(input: "weights", shape: [3], allowed: [[], [2]]),
            "r2",
            scores,
            scores,
            weights: column([1, 2, 3])
        )
        expect(
            .outsideDomain(
                input: "weights",
                place: [0],
                value: -1,
                allowed: "a number >= 0"
            ),
            "r2",
            scores,
            scores,
            weights: column([-1, 2])
        )
    }

    @Test("places an error among all units, and reads none that is left out")
    func places() throws {
        let entry = try #require(MetricCatalogue.metric(named: "accuracy")).entry
        let metric = try entry.metric(.none)
        let inputs = [
            Tensor(shape: [2, 2], values: [0, 1, 1, 0]),
            Tensor(shape: [2, 2], values: [1, 1, 0, 5]),
        ]
        func units(_ mask: [Double]) throws -> MetricUnits {
            try MetricUnits(metric, inputs, mask: Tensor(shape: [2, 2], values: mask))
        }
        #expect(try metric.evaluate(inputs, units([1, 0, 1, 0])).value == .number(0))
        #expect(
            throws: LossError.outsideDomain(
                input: "targets",
                place: [1, 1],
                value: 5,
                allowed: "0 or 1, or a class index if classes is set"
            )
        ) { try metric.evaluate(inputs, units([0, 1, 0, 1])) }
    }

    @Test("has the identities of textbooks, to the last bit")
    func identities() throws {
        var random = SplitMix(state: 210)
        let count = 500
        let predictions = Tensor(
            shape: [count, 3],
            values: (0..<(3 * count)).map { _ in random.normal() }
        )
        let targets = column((0..<count).map { _ in Double(Int.random(in: 0..<3, using: &random)) })
        let weights = column((0..<count).map { _ in random.unit() })
        func value(
            _ name: String,
            _ options: [String: OptionValue] = [:]
        ) throws
            -> MetricResult.Value
        {
            try evaluate(name, predictions, targets, options, weights: weights).value
        }
        let accuracy = try value("accuracy")
        for name in ["precision", "recall", "f1"] {
            #expect(try value(name, ["average": .choice("micro")]) == accuracy)
        }
        #expect(try value("recall", ["average": .choice("weighted")]) == accuracy)
        #expect(
            try value("recall", ["average": .choice("macro")]) == value("balanced_accuracy")
        )
        #expect(try value("top_k_accuracy", ["k": .number(1)]) == accuracy)
        #expect(try value("top_k_accuracy", ["k": .number(3)]) == .number(1))
    }

    @Test("ranks scores of all magnitudes, and counts 0 and -0 as equal")
    func ranking() throws {
        var random = SplitMix(state: 211)
        let scores = (0..<6_000).map { _ in random.anyDouble() }
        let targets = (0..<6_000).map { _ in Double(random.next() & 1) }
        // The ranks of scores have the same order.
        let sorted = scores.sorted()
        let ranks = Dictionary(
            sorted.enumerated().map { ($0.element, Double($0.offset)) },
            uniquingKeysWith: { $1 }
        )
        for name in ["roc_auc", "average_precision"] {
            let value = try evaluate(name, column(scores), column(targets))
            let ranked = try evaluate(
                name,
                column(scores.map { ranks[$0] ?? .nan }),
                column(targets)
            )
            #expect(value == ranked)
        }
        #expect(
            try evaluate("roc_auc", column([0, -0.0]), column([1, 0])).value == .number(0.5)
        )
        #expect(
            try evaluate("roc_auc", column([0x1p-1074, -0.0]), column([1, 0])).value == .number(1)
        )
    }

    @Test("has exact sums where squares leave the range of doubles")
    func extremes() throws {
        let (predictions, targets) = (column([3e300, -1e300]), column([1e300, 1e300]))
        #expect(
            try evaluate("rmse", predictions, targets).value == .number(2e300)
        )
        let tiny = column([0x3p-1070, -0x1p-1070])
        #expect(
            try evaluate("rmse", tiny, column([0x1p-1070, 0x1p-1070])).value == .number(0x1p-1069)
        )
        #expect(
            try evaluate("r2", tiny, tiny, weights: column([1e-300, 1e300])).value == .number(1)
        )
    }
}
