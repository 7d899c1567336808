// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import TestSupport
import Testing

@Suite("Every penalty")
struct PenaltyTests {
    private static let names = Catalogue.penalties.map { $0.facts.name }

    /// Those that are a sum over single parameters.
    private static let separable = Catalogue.penalties.map { $0.facts }
        .filter { $0.signature.unit == .element }.map { $0.name }

    @Test("agrees with high-precision reference values", arguments: separable)
    func golden(name: String) throws {
        let found = try #require(Catalogue.penalty(named: name))
        var worst = WorstError()
        for group in try Golden.of(name).groups {
            let penalty = try found.entry.loss(
                group.options.optionValues(for: found.facts.options)
            )
            for sample in group.cases ?? [] {
                let parameters = Tensor(shape: [sample.parameters.count], values: sample.parameters)
                let evaluation = try penalty.evaluate(
                    Batch([parameters]),
                    [.loss, .gradient, .hessian],
                    .sum
                )
                let place = "\(group.options) \(sample.parameters)"
                worst.note(
                    try #require(evaluation.loss).values[0],
                    try nearest(sample.value),
                    at: place
                )
                for (slope, expected) in zip(
                    try #require(evaluation.gradient).values,
                    sample.gradient
                ) {
                    worst.note(slope, try nearest(expected), at: place)
                }
                for (curvature, expected) in zip(
                    try #require(evaluation.hessian).values,
                    sample.hessian
                ) {
                    worst.note(curvature, try nearest(expected), at: place)
                }
            }
        }
        // One rounding each for strength, ratio, their product, and its product with the exact sum.
        #expect(worst.ulps <= 3, "\(worst)")
    }

    @Test("is a sum unless another reduction is requested", arguments: names)
    func reduction(name: String) throws {
        let facts = try #require(Catalogue.penalty(named: name)).facts
        #expect(facts.defaultReduction == .sum)
        #expect(facts.signature.inputs.map { $0.name } == ["parameters"])
    }

    @Test("refuses values beyond the largest double", arguments: names)
    func refusals(name: String) throws {
        let found = try #require(Catalogue.penalty(named: name))
        let strongest = OptionValue.number(.greatestFiniteMagnitude)
        let steep = try found.entry.loss(
            OptionValues(["strength": strongest], for: found.facts.options)
        )
        let isByRow = found.facts.signature.unit == .row
        let place = isByRow ? [] : [0]
        #expect(throws: LossError.notFinite(.loss, input: "parameters", place: place)) {
            try steep.evaluate(Batch([Tensor(shape: [1], values: [1e200])]), .loss, .sum)
        }
        // Results are finite, which the JSON writer relies on.
        let batch = Batch([Tensor(shape: [1], values: [1])])
        if let evaluation = try? steep.evaluate(batch, [.gradient, .hessian], .sum) {
            #expect(evaluation.gradient?.values.allSatisfy { $0.isFinite } == true)
            #expect(evaluation.hessian?.values.allSatisfy { $0.isFinite } == true)
        }
    }
}
