// SPDX-License-Identifier: Apache-2.0

import Foundation
import LossFacts
import LossFunctions
import SeededRandom
import TestSupport
import Testing

/// Rows that are evaluated in strips, compared with the textbook formulas in extended precision with
/// a significand of 64 bits.
@Suite("A long row")
struct LongRowTests {
    /// Three strips, of which the last is shorter.
    static let length = 10_001
    private static let rows = 3

    struct Case: Sendable, CustomTestStringConvertible {
        let loss: String
        var options: [String: OptionValue] = [:]
        var hasClasses = false
        var testDescription: String { "\(loss) \(options.keys.sorted()) \(hasClasses)" }
    }

    static let cases = [
        Case(loss: "cross_entropy", hasClasses: true),
        Case(loss: "cross_entropy"),
        Case(loss: "cross_entropy", options: ["label_smoothing": .number(0.1)], hasClasses: true),
        Case(
            loss: "cross_entropy",
            options: ["label_smoothing": .number(0.1), "class_weights": .list(weights)]
        ),
        Case(loss: "cce"),
        Case(loss: "cce", options: ["class_weights": .list(weights)], hasClasses: true),
        Case(loss: "kl_divergence"),
        Case(loss: "kl_divergence", options: ["from_logits": .flag(true)]),
        Case(
            loss: "kl_divergence",
            options: ["from_logits": .flag(true), "log_targets": .flag(true)]
        ),
        Case(loss: "kl_divergence", options: ["log_predictions": .flag(true)]),
        Case(
            loss: "kl_divergence",
            options: ["log_predictions": .flag(true), "log_targets": .flag(true)]
        ),
    ]

    private static let weights = (0..<length).map { 0.5 + Double($0 % 7) }

    /// One row of inputs, with its reference values in extended precision.
    private struct Row {
        var predictions: [Double] = []
        var targets: [Double] = []
        var loss: Float80 = 0
        var gradient: [Float80] = []
        /// The largest of the terms whose sum is the gradient.
        var terms: [Float80] = []
        var hessian: [Float80] = []

        init(_ setting: Case, _ random: inout SplitMix) {
            let count = LongRowTests.length
            func distribution() -> [Double] {
                let raw = (0..<count).map { _ in Double.random(in: 0.1...1, using: &random) }
                let sum = raw.reduce(0, +)
                return raw.map { $0 / sum }
            }
            let options = setting.options
            let isLogits = setting.loss == "cross_entropy" || options["from_logits"] != nil
            let isLogarithmic = options["log_predictions"] != nil
            predictions =
                isLogits
                ? (0..<count).map { _ in Double.random(in: -5...5, using: &random) }
                : distribution().map { isLogarithmic ? log($0) : $0 }
            var y: [Float80]
            if setting.hasClasses {
                let hot = Int.random(in: 0..<count, using: &random)
                targets = [Double(hot)]
                y = (0..<count).map { $0 == hot ? 1 : 0 }
            } else if options["log_targets"] != nil {
                targets = distribution().map { log($0) }
                y = targets.map { exp(Float80($0)) }
            } else {
                targets = distribution()
                y = targets.map { Float80($0) }
            }
            if case .number(let smoothing)? = options["label_smoothing"] {
                y = y.map { $0 * (1 - Float80(smoothing)) + Float80(smoothing) / Float80(count) }
            }
            let isDivergence = setting.loss == "kl_divergence"
            if case .list(let weights)? = options["class_weights"] {
                y = zip(y, weights).map { $0 * Float80($1) }
            }
            let total = y.reduce(0, +)
            let z = predictions.map { Float80($0) }
            let logarithms: [Float80]
            if isLogits {
                let largest = z.max() ?? 0
                let sum = z.reduce(0) { $0 + exp($1 - largest) }
                logarithms = z.map { $0 - largest - log(sum) }
            } else {
                logarithms = isLogarithmic ? z : z.map { log($0) }
            }
            for index in 0..<count {
                let (a, l) = (y[index], logarithms[index])
                let own = isDivergence && a > 0 ? log(a) : 0
                if a > 0 { loss += a * (own - l) }
                let p = exp(l)
                if isLogits {
                    gradient.append(total * p - a)
                    terms.append(max(total * p, a))
                    hessian.append(total * p * (1 - p))
                } else if isLogarithmic {
                    gradient.append(-a)
                    terms.append(a)
                    hessian.append(0)
                } else {
                    gradient.append(-a / z[index])
                    terms.append(a / z[index])
                    hessian.append(a / (z[index] * z[index]))
                }
            }
        }
    }

    @Test("has the loss and the derivatives of its formula", arguments: cases)
    func formula(setting: Case) throws {
        let (loss, rows) = try make(setting, axis: -1)
        let batch = Batch(
            predictions: Tensor(
                shape: [Self.rows, Self.length],
                values: rows.flatMap { $0.predictions }
            ),
            targets: Tensor(
                shape: setting.hasClasses ? [Self.rows] : [Self.rows, Self.length],
                values: rows.flatMap { $0.targets }
            )
        )
        let outputs: Outputs = [.loss, .gradient, .hessian, .elements]
        let result = try loss.evaluate(batch, outputs, .sum)
        let elements = try #require(result.elements).values
        let gradient = try #require(result.gradient).values
        let hessian = try #require(result.hessian).values
        for (index, row) in rows.enumerated() {
            // The bound in the README's section on accuracy, of the largest term if terms cancel.
            #expect(abs(Float80(elements[index]) - row.loss) <= 4 * Float80(row.loss.double.ulp))
            for column in 0..<Self.length {
                let place = index * Self.length + column
                let slope = Float80(gradient[place]) - row.gradient[column]
                #expect(abs(slope) <= 5 * Float80(row.terms[column].double.ulp))
                // Half an ulp for the reference, whose rounding errors add up over thousands of terms.
                let curvature = Float80(hessian[place]) - row.hessian[column]
                #expect(abs(curvature) <= 5.5 * Float80(row.hessian[column].double.ulp))
            }
        }
    }

    @Test("is the same along another axis, to the last bit", arguments: cases)
    func axis(setting: Case) throws {
        let (along, rows) = try make(setting, axis: -1)
        let (across, _) = try make(setting, axis: 0)
        func tensors(_ values: (Row) -> [Double]) -> (Tensor, Tensor) {
            let flat = rows.flatMap(values)
            let length = flat.count / Self.rows
            guard length > 1 else {
                let tensor = Tensor(shape: [Self.rows], values: flat)
                return (tensor, tensor)
            }
            let transposed = (0..<flat.count).map { flat[$0 % Self.rows * length + $0 / Self.rows] }
            return (
                Tensor(shape: [Self.rows, length], values: flat),
                Tensor(shape: [length, Self.rows], values: transposed)
            )
        }
        let predictions = tensors { $0.predictions }
        let targets = tensors { $0.targets }
        let weights = Tensor(shape: [Self.rows], values: [0.5, 2, 3])
        let outputs: Outputs = [.loss, .gradient, .hessian, .elements]
        let one = try along.evaluate(
            Batch(predictions: predictions.0, targets: targets.0, weights: weights),
            outputs,
            .mean
        )
        let other = try across.evaluate(
            Batch(predictions: predictions.1, targets: targets.1, weights: weights),
            outputs,
            .mean
        )
        #expect(one.loss == other.loss && one.elements == other.elements)
        for (flat, transposed) in [(one.gradient, other.gradient), (one.hessian, other.hessian)] {
            let flat = try #require(flat).values
            let transposed = try #require(transposed).values
            #expect(
                (0..<flat.count).allSatisfy {
                    transposed[$0] == flat[$0 % Self.rows * Self.length + $0 / Self.rows]
                }
            )
        }
    }

    @Test(
        "of zeros but for a few numbers has the loss and derivatives of these",
        arguments: [
            "triplet_margin", "dice", "cosine_distance", "jensen_shannon", "hellinger",
            "total_variation", "renyi_divergence", "alpha_divergence", "chi_square",
        ],
        [[:], ["distance": .choice("manhattan"), "squared": .flag(true)]]
            as [[String: OptionValue]]
    )
    func padding(name: String, options: [String: OptionValue]) throws {
        var random = SplitMix(state: 15)
        let entry = try #require(Catalogue.loss(named: name)).entry
        let own = options.filter { option in entry.facts.options.contains { $0.name == option.key }
        }
        let loss = try entry.loss(OptionValues(own, for: entry.facts.options))
        let inputs = entry.facts.signature.inputs.map { _ in
            let numbers = (0..<7).map { _ in random.unit() }
            let sum = numbers.reduce(0, +)
            return numbers.map { $0 / sum }
        }
        func result(length: Int) throws -> LossResult {
            let tensors = inputs.map { numbers in
                Tensor(
                    shape: [1, length],
                    values: numbers + [Double](repeating: 0, count: length - 7)
                )
            }
            var request = Batch(tensors).request([.loss, .gradient, .hessian], .sum)
            request.gradientOf = entry.facts.signature.differentiable
            return try loss.evaluate(request)
        }
        let short = try result(length: 7)
        for length in [128, 129, 300, Self.length] {
            let long = try result(length: length)
            // Sums in two doubles, in another order, are rounded once.
            #expect(
                ulps(
                    try #require(long.loss).values[0],
                    from: try #require(short.loss).values[0]
                ) <= 1
            )
            let pairs =
                zip(long.gradients, short.gradients).map { ($0, $1) }
                + zip(long.hessians, short.hessians).map { ($0, $1) }
            for (derivative, expected) in pairs {
                for (number, other) in zip(derivative.tensor.values, expected.tensor.values) {
                    #expect(ulps(number, from: other) <= 1, "\(length)")
                }
            }
        }
    }

    @Test(
        "of very low scores but for a few has the loss and derivatives of these",
        arguments: [
            "multiclass_hinge", "multiclass_perceptron", "generalized_cross_entropy",
            "softmax_focal", "poly1_cross_entropy", "mae_softmax", "symmetric_cross_entropy",
            "sparsemax", "entmax15", "entmax", "distillation", "asymmetric_multilabel",
            "zlpr",
        ]
    )
    func lowScores(name: String) throws {
        var random = SplitMix(state: 16)
        let loss = try #require(Catalogue.loss(named: name)).entry.loss(.none)
        let scores = (0..<7).map { _ in Double.random(in: -2...2, using: &random) }
        let others = (0..<7).map { _ in Double.random(in: -2...2, using: &random) }
        func result(length: Int) throws -> LossResult {
            func row(_ numbers: [Double], _ rest: Double) -> Tensor {
                Tensor(
                    shape: [1, length],
                    values: numbers + [Double](repeating: rest, count: length - 7)
                )
            }
            let targets =
                switch loss.domain(1) {
                case .classIndices: Tensor(shape: [1], values: [3])
                case .values: row([0, 1, 0, 0, 1, 1, 0], 0)
                default: row(others, -1e6)
                }
            let batch = Batch(predictions: row(scores, -1e6), targets: targets)
            return try loss.evaluate(batch, [.loss, .gradient, .hessian], .sum)
        }
        let short = try result(length: 7)
        for length in [128, 129, 300, Self.length] {
            let long = try result(length: length)
            for (numbers, expected) in [
                (long.loss, short.loss), (long.gradient, short.gradient),
                (long.hessian, short.hessian),
            ] {
                let numbers = try #require(numbers).values
                // Sums in two doubles, in another order, are rounded once.
                for (number, other) in zip(numbers, try #require(expected).values) {
                    #expect(ulps(number, from: other) <= 1, "\(length)")
                }
                #expect(numbers.dropFirst(7).allSatisfy { $0 == 0 })
            }
        }
    }

    @Test("with an ignored target contributes nothing")
    func ignored() throws {
        let setting = Case(
            loss: "cross_entropy",
            options: ["ignore_index": .number(-100)],
            hasClasses: true
        )
        let (loss, rows) = try make(setting, axis: -1)
        let batch = Batch(
            predictions: Tensor(
                shape: [2, Self.length],
                values: rows[0].predictions + rows[1].predictions
            ),
            targets: Tensor(shape: [2], values: [-100, rows[1].targets[0]])
        )
        let result = try loss.evaluate(batch, [.loss, .gradient, .elements], .mean)
        #expect(try #require(result.elements).values[0] == 0)
        #expect(try #require(result.gradient).values[..<Self.length].allSatisfy { $0 == 0 })
        #expect(result.normalizer == 1)
    }

    @Test("is rejected with the place of its error")
    func faults() throws {
        let (loss, rows) = try make(Case(loss: "cce"), axis: -1)
        func error(_ change: (inout [Double], inout [Double]) -> Void) -> LossError? {
            var (predictions, targets) = (rows[0].predictions, rows[0].targets)
            change(&predictions, &targets)
            let shape = [1, Self.length]
            let batch = Batch(
                predictions: Tensor(shape: shape, values: predictions),
                targets: Tensor(shape: shape, values: targets)
            )
            do {
                _ = try loss.evaluate(batch, .lossAndGradient, .mean)
                return nil
            } catch {
                return error
            }
        }
        guard
            case .outsideDomain("predictions", [0, 9_000], 1.5, _)? = error({ p, _ in p[9_000] = 1.5
            })
        else { return #expect(Bool(false), "the prediction is accepted") }
        guard
            case .outsideDomain("targets", [0, 9_999], -0.5, _)? = error({ _, t in t[9_999] = -0.5 }
            )
        else { return #expect(Bool(false), "the target is accepted") }
        guard case .notADistribution("targets", [0], _, _, _)? = error({ _, t in t[5_000] += 0.5 })
        else { return #expect(Bool(false), "the sum is accepted") }
    }

    private func make(_ setting: Case, axis: Int) throws -> (Loss, [Row]) {
        var random = SplitMix(state: 14)
        let found = try #require(Catalogue.loss(named: setting.loss))
        let arguments = setting.options.merging(found.presets) { $1 }
            .merging(["axis": .number(Double(axis))]) { $1 }
        let loss = try found.entry.loss(OptionValues(arguments, for: found.facts.options))
        return (loss, (0..<Self.rows).map { _ in Row(setting, &random) })
    }
}

extension Float80 {
    fileprivate var double: Double { Double(self) }
}
