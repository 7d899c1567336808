// SPDX-License-Identifier: Apache-2.0

import Foundation
import LossFacts
import LossFunctions
import TestSupport
import Testing

/// The stated minimizers of mean losses.
@Suite("The stated statistic of the targets")
struct MinimizerTests {
    private static let stated = Catalogue.losses.filter { $0.facts.minimizer != nil }
        .map { $0.facts.name }

    @Test("minimizes the mean loss of equal predictions", arguments: stated)
    func minimum(name: String) throws {
        let entry = try #require(Catalogue.loss(named: name)).entry
        let minimizer = try #require(entry.facts.minimizer)
        for (flag, link) in minimizer.links {
            let flags = minimizer.links.compactMap { $0.flag }
            let options = Dictionary(
                uniqueKeysWithValues: flags.map { ($0, OptionValue.flag($0 == flag)) }
            )
            let loss = try entry.loss(OptionValues(options, for: entry.facts.options))
            let chosen = minimizer.link(under: loss.options, of: entry.facts.options)
            #expect(chosen == link)
            if case .quantiles = minimizer.statistic {
                try checkQuantiles(loss)
            } else if entry.facts.signature.unit == .row {
                try checkRows(loss, minimizer.statistic, link, entry.facts)
            } else {
                try checkElements(loss, minimizer.statistic, link, entry.facts)
            }
        }
    }

    @Test("minimizes the mean loss with other options, too")
    func otherOptions() throws {
        for (name, options) in [
            ("absolute_percentage_error", ["epsilon": .number(2.5)]),
            ("squared_percentage_error", ["epsilon": .number(2.5)]),
            ("squared_log_error", ["half": .flag(true)]),
            ("linex", ["asymmetry": .number(-0.3)]), ("periodic", ["period": .number(3.7)]),
            ("pinball", ["tau": .number(0.8)]), ("expectile", ["tau": .number(0.8)]),
            ("interval_score", ["alpha": .number(0.3)]),
            ("quantile_grid", ["levels": .list([0.1, 0.3, 0.8])]),
            ("weighted_interval_score", ["alpha": .list([0.1, 0.3, 0.7])]),
            ("crps_ensemble", ["estimator": .choice("fair")]),
            ("chi_square", ["form": .choice("neyman")]),
            ("alpha_divergence", ["alpha": .number(3)]),
            ("hinge", ["label_encoding": .choice("binary")]),
            ("zero_one", ["label_encoding": .choice("binary")]),
        ] as [(String, [String: OptionValue])] {
            let entry = try #require(Catalogue.loss(named: name)).entry
            let statistic = try #require(entry.facts.minimizer).statistic
            let loss = try entry.loss(OptionValues(options, for: entry.facts.options))
            if case .quantiles = statistic {
                try checkQuantiles(loss)
            } else if entry.facts.signature.unit == .row {
                try checkRows(loss, statistic, .identity, entry.facts)
            } else {
                try checkElements(loss, statistic, .identity, entry.facts)
            }
        }
    }

    /// The minimizers that are values of formulas, from the targets and a number among the options.
    private static let values: [String: @Sendable ([Double], Double) -> Double] = [
        "squared_log_error": { targets, _ in expm1(mean(targets) { log1p($0) }) },
        "squared_percentage_error": { targets, epsilon in
            func weight(_ target: Double) -> Double { 1 / pow(max(target.magnitude, epsilon), 2) }
            return mean(targets) { weight($0) * $0 } / mean(targets) { weight($0) }
        },
        "linex": { targets, asymmetry in
            -log(mean(targets) { exp(-asymmetry * $0) }) / asymmetry
        },
        "periodic": { targets, period in
            let turn = 2 * Double.pi / period
            return atan2(mean(targets) { sin(turn * $0) }, mean(targets) { cos(turn * $0) }) / turn
        },
        "alpha_divergence": { targets, alpha in pow(mean(targets) { pow($0, alpha) }, 1 / alpha) },
    ]

    private static func mean(_ numbers: [Double], _ function: (Double) -> Double) -> Double {
        numbers.reduce(0) { $0 + function($1) } / Double(numbers.count)
    }

    /// The value of the first option that is a number; 0 if there is none.
    private func parameter(_ loss: Loss) -> Double {
        for option in loss.facts.options {
            if case .number(let number) = loss.options.value(
                of: option.name,
                in: loss.facts.options
            ),
                case .number = option.kind
            {
                return number
            }
        }
        return 0
    }

    /// Compares the best constant with its neighbours, for elements.
    private func checkElements(
        _ loss: Loss,
        _ statistic: Minimizer.Statistic,
        _ link: Link,
        _ facts: Facts
    ) throws {
        let isBinary = facts.family == .binary
        // Not multiples of the period of periodic.
        let numbers: [Double] = isBinary ? [0, 1, 1, 0, 1, 1, 1] : [1, 4.2, 2, 3, 8.1, 2, 6.1]
        let isSigned = isBinary && loss.domain(1).contains(-1)
        let targets = isSigned ? numbers.map { 2 * $0 - 1 } : numbers
        func sum(_ prediction: Double) throws -> Double {
            func column(_ number: Double) -> Tensor {
                Tensor(shape: [targets.count], values: targets.map { _ in number })
            }
            let inputs = facts.signature.inputs.enumerated().map { index, input -> Tensor? in
                if input.name == "targets" {
                    return Tensor(shape: [targets.count], values: targets)
                }
                return index == 0 ? column(prediction) : input.isOptional ? nil : column(1.5)
            }
            var request = LossRequest(inputs: inputs)
            request.reduction = .sum
            return try #require(loss.evaluate(request).reduced)
        }
        let value: Double
        switch statistic {
        case .mean: value = numbers.reduce(0, +) / Double(numbers.count)
        case .median: value = Self.quantile(numbers, 0.5)
        case .quantile(let option): value = Self.quantile(numbers, try level(option, loss, facts))
        case .expectile(let option): value = Self.expectile(numbers, try level(option, loss, facts))
        case .weightedMedian:
            let epsilon = parameter(loss)
            value = Self.weightedMedian(numbers) { 1 / max($0.magnitude, epsilon) }
        case .value:
            let function = try #require(Self.values[facts.name])
            value = function(numbers, parameter(loss))
        case .majority: value = numbers.reduce(0, +) > Double(numbers.count) / 2 ? 1 : -1
        case .quantiles: return
        }
        let best = Self.prediction(value, link)
        let least = try sum(best)
        for step in [1e-4, 1e-2, 0.1] {
            for neighbour in [best - step, best + step] {
                #expect(try sum(neighbour) >= least, "\(facts.name) \(link) \(best) \(neighbour)")
            }
        }
    }

    /// Compares the best constant row with its neighbours.
    private func checkRows(
        _ loss: Loss,
        _ statistic: Minimizer.Statistic,
        _ link: Link,
        _ facts: Facts
    ) throws {
        let targets: [[Double]] =
            if facts.family == .multilabel {
                [[1, 0, 1], [0, 0, 1], [1, 1, 1], [1, 0, 0]]
            } else if loss.domain(1) == .levels {
                [[1, 1, 0], [1, 0, 0], [1, 1, 1], [0, 0, 0]]
            } else {
                [[0.2, 0.3, 0.5], [0.7, 0.1, 0.2], [0.3, 0.3, 0.4], [0.1, 0.8, 0.1]]
            }
        let means = try best(targets, loss, statistic)
        func sum(_ row: [Double]) throws -> Double {
            var request = LossRequest(inputs: [
                Tensor(shape: [4, 3], values: targets.flatMap { _ in row }),
                Tensor(shape: [4, 3], values: targets.flatMap { $0 }),
            ])
            request.reduction = .sum
            return try #require(loss.evaluate(request).reduced)
        }
        let clamped = means.map { min(max($0, 0.01), 0.99) }
        let least = try sum(clamped.map { Self.prediction($0, link) })
        for step in [1e-4, 1e-2, 0.05] {
            for (up, down) in [(0, 1), (1, 2), (2, 0), (0, 2)] {
                // The neighbour is a distribution, too.
                var neighbour = clamped
                neighbour[up] += step
                neighbour[down] -= step
                neighbour = neighbour.map { min(max($0, 0.001), 0.999) }
                let prediction = neighbour.map { Self.prediction($0, link) }
                #expect(try sum(prediction) >= least, "\(facts.name) \(link) \(neighbour)")
            }
        }
    }

    /// The best constant row.
    private func best(
        _ targets: [[Double]],
        _ loss: Loss,
        _ statistic: Minimizer.Statistic
    ) throws -> [Double] {
        let columns = (0..<3).map { column in targets.map { $0[column] } }
        if statistic == .mean { return columns.map { Self.mean($0) { $0 } } }
        switch (loss.facts.name, loss.options.value(of: "form", in: loss.facts.options)) {
        case ("hellinger", _):
            let squares = columns.map { pow(Self.mean($0) { $0.squareRoot() }, 2) }
            return squares.map { $0 / squares.reduce(0, +) }
        case ("chi_square", .choice("neyman")): return columns.map { 1 / Self.mean($0) { 1 / $0 } }
        case ("chi_square", _): return columns.map { Self.mean($0) { $0 * $0 }.squareRoot() }
        default:
            let value = try #require(Self.values[loss.facts.name])
            return columns.map { value($0, parameter(loss)) }
        }
    }

    /// Compares the best constant quantiles with their neighbours.
    private func checkQuantiles(_ loss: Loss) throws {
        let targets = (0..<21).map { Double(($0 * 8) % 21) / 2 }
        func numbers(_ name: String, or standard: [Double]) -> [Double] {
            switch loss.options.value(of: name, in: loss.facts.options) {
            case .list(let numbers): numbers
            case .number(let number): [number]
            default: standard
            }
        }
        let alphas = numbers("alpha", or: [0.25, 0.5, 0.75])
        let levels: [String: [Double]] =
            switch loss.facts.name {
            case "quantile_grid":
                ["predictions": numbers("levels", or: [1 / 6.0, 1 / 2.0, 5 / 6.0])]
            case "crps_ensemble":
                loss.options.has("estimator")
                    ? ["predictions": [0, 0.5, 1]]
                    : ["predictions": [1 / 6.0, 1 / 2.0, 5 / 6.0]]
            default:
                [
                    "lower": alphas.map { $0 / 2 }, "upper": alphas.map { 1 - $0 / 2 },
                    "median": [0.5],
                ]
            }
        let inputs = loss.facts.signature.inputs
        func sum(_ constants: [String: [Double]]) throws -> Double {
            var request = LossRequest(
                inputs: inputs.map { input in
                    let row = constants[input.name]
                    let values = targets.flatMap { row ?? [$0] }
                    let isRow = input.forms[0].shape.dimensions.count > 1
                    let length = row?.count ?? 1
                    return Tensor(
                        shape: isRow ? [targets.count, length] : [targets.count],
                        values: values
                    )
                }
            )
            request.reduction = .sum
            return try #require(loss.evaluate(request).reduced)
        }
        let best = levels.mapValues { row in row.map { Self.quantile(targets, $0) } }
        let least = try sum(best)
        for input in inputs {
            guard let row = best[input.name] else { continue }
            for index in row.indices {
                for step in [-0.4, -1e-3, 1e-3, 0.4] {
                    var others = best
                    others[input.name]?[index] += step
                    // A bound of 1e-13 for the rounding errors of sums; other values differ by 1e-5.
                    #expect(
                        try sum(others) >= least - 1e-13,
                        "\(loss.facts.name) \(input.name) \(index)"
                    )
                }
            }
        }
    }

    private func level(_ option: String, _ loss: Loss, _ facts: Facts) throws -> Double {
        switch loss.options.value(of: option, in: facts.options) {
        case .number(let level): level
        case .list(let levels): try #require(levels.first)
        default: 0.5
        }
    }

    private static func prediction(_ mean: Double, _ link: Link) -> Double {
        switch link {
        case .identity: mean
        case .log, .softmax: log(mean)
        case .logit: log(mean / (1 - mean))
        case .halfLogit: log(mean / (1 - mean)) / 2
        case .signed: 2 * mean - 1
        }
    }

    private static func quantile(_ numbers: [Double], _ level: Double) -> Double {
        let sorted = numbers.sorted()
        return sorted[min(Int(level * Double(sorted.count)), sorted.count - 1)]
    }

    /// The least number at which half of the weight is reached.
    private static func weightedMedian(
        _ numbers: [Double],
        _ weight: (Double) -> Double
    ) -> Double {
        let total = numbers.reduce(0) { $0 + weight($1) }
        var sum = 0.0
        for number in numbers.sorted() {
            sum += weight(number)
            if sum >= total / 2 { return number }
        }
        return .nan
    }

    /// The root of the derivative, by bisection.
    private static func expectile(_ numbers: [Double], _ level: Double) -> Double {
        var (low, high) = (numbers.min() ?? 0, numbers.max() ?? 0)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            let slope = numbers.reduce(0) { sum, number in
                sum + (number > middle ? level : 1 - level) * (middle - number)
            }
            if slope < 0 { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}
