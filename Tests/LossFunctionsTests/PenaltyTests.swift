// SPDX-License-Identifier: Apache-2.0

import LossFunctions
import Testing

@Suite("Every penalty")
struct PenaltyTests {
    private static let names = Catalogue.penalties.map { $0.facts.name }

    @Test("agrees with high-precision reference values", arguments: names)
    func golden(name: String) throws {
        let found = try #require(Catalogue.penalty(named: name))
        var worst = WorstError()
        for group in try Golden.of(name).groups {
            let penalty = try found.entry.init(
                group.options.optionValues(for: found.facts.options)
            )
            for sample in group.cases ?? [] {
                let parameters = Tensor(shape: [sample.parameters.count], values: sample.parameters)
                let evaluation = try penalty.evaluate(parameters, [.loss, .gradient, .hessian])
                let place = "\(group.options) \(sample.parameters)"
                worst.note(
                    try #require(evaluation.value),
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

    @Test("computes the requested outputs and no others", arguments: names)
    func outputs(name: String) throws {
        let penalty = try #require(Catalogue.penalty(named: name)).entry.init(.none)
        let parameters = Tensor(shape: [2, 1], values: [0.5, -2])
        let value = try penalty.evaluate(parameters, .loss)
        #expect(value.value != nil && value.gradient == nil && value.hessian == nil)
        let gradient = try penalty.evaluate(parameters, .gradient)
        #expect(gradient.value == nil && gradient.gradient?.shape == [2, 1])
        #expect(try penalty.evaluate(parameters, .hessian).hessian?.shape == [2, 1])
    }

    @Test("rejects empty parameters and values beyond the largest double", arguments: names)
    func refusals(name: String) throws {
        let found = try #require(Catalogue.penalty(named: name))
        let penalty = try found.entry.init(
            OptionValues(["strength": .number(1e300)], for: found.facts.options)
        )
        #expect(throws: LossError.empty(.parameters)) {
            try penalty.evaluate(Tensor(shape: [0], values: []), .loss)
        }
        #expect(throws: LossError.notFinite(.value, of: .parameters, place: [])) {
            try penalty.evaluate(Tensor(1e200), .loss)
        }
        let strongest = OptionValue.number(.greatestFiniteMagnitude)
        let steep = try found.entry.init(
            OptionValues(["strength": strongest], for: found.facts.options)
        )
        // Results are finite, which the JSON writer relies on.
        if let evaluation = try? steep.evaluate(Tensor(1), [.gradient, .hessian]) {
            #expect(evaluation.gradient?.values.allSatisfy { $0.isFinite } == true)
            #expect(evaluation.hessian?.values.allSatisfy { $0.isFinite } == true)
        }
    }
}
