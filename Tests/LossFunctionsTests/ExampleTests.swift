// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import Testing

/// The documented examples of losses and penalties, which should show what these do.
@Suite("The documented examples")
struct ExampleTests {
    private static let entries = Catalogue.losses + Catalogue.penalties
    private static let names = entries.map { $0.facts.name }

    /// The entries whose gradient is 0 everywhere.
    private static let flat = ["zero_one", "box", "positive"]
    /// The entries whose loss is 0 wherever it is finite.
    private static let indicators = ["box", "positive"]

    @Test("have a loss of moderate size, and a gradient that is not 0", arguments: names)
    func sizes(name: String) throws {
        for (loss, inputs) in try examples(of: name) {
            let result = try evaluate(loss, inputs, [.loss, .gradient])
            let value = try #require(result.reduced).magnitude
            #expect(value < 1e6)
            #expect(value > 0 || Self.indicators.contains(name))
            let slopes = result.gradients.flatMap { $0.tensor.values }
            #expect(slopes.contains { $0 != 0 } || Self.flat.contains(name))
        }
    }

    /// The entries whose examples show a kink: a hinge at 0, and parameters of equal magnitude or in a flat stretch.
    private static let kinked = ["slic", "slope", "tv"]

    @Test("are away from kinks", arguments: names.filter { !kinked.contains($0) })
    func kinks(name: String) throws {
        let step = 1e-7
        for (loss, inputs) in try examples(of: name) where loss.facts.gradientKind == .derivative {
            let value = try #require(evaluate(loss, inputs, [.loss]).reduced)
            for input in loss.facts.signature.primary {
                let tensor = try #require(inputs[input])
                for offset in tensor.values.indices {
                    func moved(_ step: Double) throws -> Double? {
                        var inputs = inputs
                        var values = tensor.values
                        values[offset] += step
                        inputs[input] = Tensor(shape: tensor.shape, values: values)
                        return try evaluate(loss, inputs, [.loss]).reduced
                    }
                    guard let up = try? moved(step), let down = try? moved(-step) else { continue }
                    // The jump of a slope; away from kinks, the step times the second derivative, and the rounding
                    // error of the loss divided by the step.
                    let jump = (up - 2 * value + down).magnitude / step
                    #expect(jump <= 1e-4 * max(1, value.magnitude), "\(input), \(offset): \(jump)")
                }
            }
        }
    }

    /// The examples of an entry, with their options set.
    private func examples(of name: String) throws -> [(loss: Loss, inputs: [Tensor?])] {
        let entry = try #require(Catalogue.loss(named: name) ?? Catalogue.penalty(named: name))
            .entry
        return try entry.facts.examples.map { example in
            let options = try OptionValues(example.options, for: entry.facts.options)
            return (
                try entry.loss(options),
                entry.facts.signature.inputs.map { example.inputs[$0.name] }
            )
        }
    }

    private func evaluate(
        _ loss: Loss,
        _ inputs: [Tensor?],
        _ outputs: Outputs
    ) throws -> LossResult {
        var request = LossRequest(inputs: inputs)
        request.outputs = outputs
        request.reduction = loss.facts.defaultReduction
        return try loss.evaluate(request)
    }
}
