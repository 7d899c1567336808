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
                group.options.arguments(for: found.facts.parameters)
            )
            for sample in group.cases ?? [] {
                let parameters = Tensor(shape: [sample.parameters.count], values: sample.parameters)
                let answer = try penalty.evaluate(parameters, [.loss, .gradient, .hessian])
                let place = "\(group.options) \(sample.parameters)"
                worst.note(
                    try #require(answer.value),
                    try nearest(sample.value),
                    at: place
                )
                for (slope, expected) in zip(try #require(answer.gradient).values, sample.gradient)
                {
                    worst.note(slope, try nearest(expected), at: place)
                }
                for (curvature, expected) in zip(
                    try #require(answer.hessian).values,
                    sample.hessian
                ) {
                    worst.note(curvature, try nearest(expected), at: place)
                }
            }
        }
        // Strength and ratio, their product and that with the exact sum: one rounding each.
        #expect(worst.ulps <= 3, "\(worst)")
    }

    @Test("computes what is asked for and no more", arguments: names)
    func outputs(name: String) throws {
        let penalty = try #require(Catalogue.penalty(named: name)).entry.init(.none)
        let parameters = Tensor(shape: [2, 1], values: [0.5, -2])
        let value = try penalty.evaluate(parameters, .loss)
        #expect(value.value != nil && value.gradient == nil && value.hessian == nil)
        let gradient = try penalty.evaluate(parameters, .gradient)
        #expect(gradient.value == nil && gradient.gradient?.shape == [2, 1])
        #expect(try penalty.evaluate(parameters, .hessian).hessian?.shape == [2, 1])
    }

    @Test("refuses no parameters, and a value beyond the largest double", arguments: names)
    func refusals(name: String) throws {
        let found = try #require(Catalogue.penalty(named: name))
        let penalty = try found.entry.init(
            Arguments(["strength": .number(1e300)], for: found.facts.parameters)
        )
        #expect(throws: LossError.empty(.parameters)) {
            try penalty.evaluate(Tensor(shape: [0], values: []), .loss)
        }
        #expect(throws: LossError.notFinite(.value, of: .parameters, place: [])) {
            try penalty.evaluate(Tensor(1e200), .loss)
        }
        let strongest = Argument.number(.greatestFiniteMagnitude)
        let steep = try found.entry.init(
            Arguments(["strength": strongest], for: found.facts.parameters)
        )
        // Whatever is answered is finite: the writer of JSON relies on it.
        if let answer = try? steep.evaluate(Tensor(1), [.gradient, .hessian]) {
            #expect(answer.gradient?.values.allSatisfy { $0.isFinite } == true)
            #expect(answer.hessian?.values.allSatisfy { $0.isFinite } == true)
        }
    }
}
