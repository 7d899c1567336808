// SPDX-License-Identifier: Apache-2.0

import Foundation
import LossFacts
import LossFunctions
import SeededRandom
import TestSupport
import Testing

/// The losses that state that they are strictly proper scoring rules of probabilities.
@Suite("A strictly proper scoring rule of probabilities")
struct ProperScoringTests {
    private static let stated = Catalogue.losses
        .filter { entry in
            entry.facts.properties.contains(.properScoring)
                && (entry.facts.signature.unit == .row || entry.facts.family == .binary)
        }
        .map { $0.facts.name }

    @Test("has its least mean at the frequencies of the outcomes", arguments: stated)
    func minimum(name: String) throws {
        let entry = try #require(Catalogue.loss(named: name)).entry
        let loss = try entry.loss(.none)
        var random = SplitMix(state: 29)
        for draw in 0..<20 {
            let isMulticlass = Outcomes(loss, classes: 2).areClasses
            let outcomes = Outcomes(loss, classes: isMulticlass ? 2 + draw % 3 : 2)
            let counts = (0..<outcomes.count).map { _ in Int.random(in: 1...9, using: &random) }
            let total = counts.reduce(0, +)
            let frequencies = counts.map { Double($0) / Double(total) }
            let least = try sum(loss, outcomes, counts, frequencies)
            for _ in 0..<20 {
                let scale = Double.random(in: 0.05...2, using: &random)
                let others = frequencies.map {
                    $0 * exp(Double.random(in: -scale...scale, using: &random))
                }
                let perturbed = others.map { $0 / others.reduce(0, +) }
                let value = try sum(loss, outcomes, counts, perturbed)
                #expect(value > least, "\(name): \(perturbed) for \(frequencies)")
            }
        }
    }

    /// The sum of the losses of outcomes, each of which occurs a number of times, for equal predictions.
    private func sum(
        _ loss: Loss,
        _ outcomes: Outcomes,
        _ counts: [Int],
        _ probabilities: [Double]
    ) throws -> Double {
        let prediction = Self.prediction(loss, probabilities)
        let drawn = counts.indices.flatMap { [Int](repeating: $0, count: counts[$0]) }
        let isRow = loss.facts.signature.unit == .row
        let shape = isRow ? [drawn.count, prediction.count] : [drawn.count]
        let targets = drawn.flatMap { outcomes.targets[$0] }
        let targetShape =
            targets.count == drawn.count && !outcomes.areColumns ? [drawn.count] : shape
        var inputs: [Tensor?] = [
            Tensor(shape: shape, values: drawn.flatMap { _ in prediction }),
            Tensor(shape: targetShape, values: targets),
        ]
        for input in loss.facts.signature.inputs.dropFirst(2) {
            let ones = Tensor(shape: [drawn.count], values: drawn.map { _ in 1 })
            inputs.append(input.isOptional ? nil : ones)
        }
        var request = LossRequest(inputs: inputs)
        request.reduction = .sum
        return try #require(loss.evaluate(request).reduced)
    }

    /// The outcomes of a loss, as targets.
    private struct Outcomes {
        /// The targets of each outcome.
        let targets: [[Double]]
        /// Whether there may be more than two.
        let areClasses: Bool
        /// Whether targets are rows even if these have one number.
        let areColumns: Bool

        var count: Int { targets.count }

        init(_ loss: Loss, classes: Int) {
            let forms = loss.facts.signature.inputs[1].forms
            let domains = forms.flatMap { form in form.domains.map { $0.domain } }
            let hasIndices = domains.contains { if case .classIndices = $0 { true } else { false } }
            let isRow = loss.facts.signature.unit == .row
            if hasIndices {
                targets = (0..<classes).map { [Double($0)] }
                (areClasses, areColumns) = (true, false)
            } else if domains.contains(.levels) {
                targets = (0..<classes).map { rank in
                    (1..<classes).map { $0 <= rank ? 1 : 0 }
                }
                (areClasses, areColumns) = (true, true)
            } else if domains.contains(.distribution(inLogarithms: false)) {
                targets = (0..<classes).map { own in
                    (0..<classes).map { $0 == own ? 1 : 0 }
                }
                (areClasses, areColumns) = (true, true)
            } else {
                targets = [[loss.domain(1).contains(-1) ? -1 : 0], [1]]
                (areClasses, areColumns) = (false, isRow)
            }
        }
    }

    /// The prediction that says that outcomes have given probabilities.
    private static func prediction(_ loss: Loss, _ p: [Double]) -> [Double] {
        let isBinary =
            loss.facts.family == .binary || loss.facts.family == .multilabel
        switch loss.facts.name {
        case "coral":
            return (1..<p.count).map { logit(p[$0...].reduce(0, +)) }
        case "corn":
            return (1..<p.count).map { logit(p[$0...].reduce(0, +) / p[($0 - 1)...].reduce(0, +)) }
        case "cross_entropy_lambda": return [logit(p[1])]
        case "tangent": return [tan(p[1] - 0.5)]
        case "binary_probit": return [normalQuantile(p[1])]
        default:
            let numbers = isBinary ? [p[1]] : p
            switch loss.facts.minimizer?.link(under: loss.options, of: loss.facts.options) {
            case nil, .identity: return numbers
            case .log, .softmax: return numbers.map { log($0) }
            case .logit: return numbers.map { logit($0) }
            case .halfLogit: return numbers.map { logit($0) / 2 }
            case .signed: return numbers.map { 2 * $0 - 1 }
            }
        }
    }

    private static func logit(_ p: Double) -> Double { log(p / (1 - p)) }

    /// The quantile of the normal distribution, by bisection.
    private static func normalQuantile(_ p: Double) -> Double {
        var (low, high) = (-10.0, 10.0)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if erfc(-middle / 2.0.squareRoot()) / 2 < p { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}
