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
            if entry.facts.signature.unit == .row {
                try checkRows(loss, link, entry.facts)
            } else {
                try checkElements(loss, minimizer.statistic, link, entry.facts)
            }
        }
    }

    /// Compares the best constant with its neighbours, for elements.
    private func checkElements(
        _ loss: Loss,
        _ statistic: Minimizer.Statistic,
        _ link: Link,
        _ facts: Facts
    ) throws {
        let isBinary = facts.family == .binary
        let numbers: [Double] = isBinary ? [0, 1, 1, 0, 1, 1, 1] : [1, 4, 2, 3, 8, 2, 6]
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
        }
        let best = Self.prediction(value, link)
        let least = try sum(best)
        for step in [1e-4, 1e-2, 0.1] {
            for neighbour in [best - step, best + step] {
                #expect(try sum(neighbour) >= least, "\(facts.name) \(link) \(best) \(neighbour)")
            }
        }
    }

    /// Compares the mean distribution with its neighbours, for rows.
    private func checkRows(_ loss: Loss, _ link: Link, _ facts: Facts) throws {
        let isMultilabel = facts.family == .multilabel
        let targets: [[Double]] =
            isMultilabel
            ? [[1, 0, 1], [0, 0, 1], [1, 1, 1], [1, 0, 0]]
            : [[0.2, 0.3, 0.5], [0.7, 0.1, 0.2], [0.3, 0.3, 0.4], [0.1, 0.8, 0.1]]
        let means = (0..<3).map { column in
            targets.reduce(0) { $0 + $1[column] } / Double(targets.count)
        }
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
