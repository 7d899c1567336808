// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import TestSupport
import Testing

/// The stated properties of losses, at random points.
@Suite("The stated properties of every loss")
struct PropertyTests {
    private static let names = (Catalogue.losses + Catalogue.penalties)
        .filter {
            [.element, .row].contains($0.facts.signature.unit)
                || $0.facts.family == .regularization
        }
        .map { $0.facts.name }

    private func entry(_ name: String) throws -> Catalogue.Entry {
        try #require(Catalogue.loss(named: name) ?? Catalogue.penalty(named: name)).entry
    }

    /// The losses one by one.
    private func losses(_ loss: Loss, _ inputs: [Tensor]) throws -> [Double] {
        let request = Batch(inputs).request([.elements], .sum)
        return try #require(try loss.evaluate(request).elements).values
    }

    @Test("convex: a loss is at most the mean of its neighbours", arguments: names)
    func convexity(name: String) throws {
        let entry = try entry(name)
        let properties = entry.facts.properties
        guard properties.contains(.convex) else { return }
        let loss = try entry.loss(.none)
        if case .distribution(inLogarithms: true) = loss.domain(0) { return }
        var samples = Samples(seed: 71)
        for _ in 0..<50 {
            let (a, b) = (samples.batch(for: loss).inputs, samples.batch(for: loss).inputs)
            // The primary inputs vary together, and the others are the same.
            var (other, middle) = (a, a)
            for input in entry.facts.signature.primary {
                other[input] = b[input]
                middle[input] = Tensor(
                    shape: a[input].shape,
                    values: zip(a[input].values, b[input].values).map { ($0 + $1) / 2 }
                )
            }
            let (left, right) = (try losses(loss, a), try losses(loss, other))
            for (offset, value) in try losses(loss, middle).enumerated() {
                let mean = (left[offset] + right[offset]) / 2
                #expect(value <= mean + 1e-12 * max(1, mean.magnitude))
                #expect(value < mean || !properties.contains(.strictlyConvex))
            }
        }
    }

    @Test("symmetric: predictions and targets may be exchanged, or signs", arguments: names)
    func symmetry(name: String) throws {
        let entry = try entry(name)
        let loss = try entry.loss(.none)
        guard entry.facts.properties.contains(.symmetric) else { return }
        var samples = Samples(seed: 72)
        for _ in 0..<10 {
            let inputs = samples.batch(for: loss).inputs
            var swapped = inputs
            if inputs.count > 1 {
                swapped.swapAt(0, 1)
            } else {
                swapped[0] = Tensor(shape: inputs[0].shape, values: inputs[0].values.map { -$0 })
            }
            for (own, other) in zip(try losses(loss, inputs), try losses(loss, swapped)) {
                #expect((own - other).magnitude <= 1e-14 * own.magnitude)
            }
        }
    }

    @Test("Lipschitz: the gradient is bounded however large the predictions are", arguments: names)
    func slopes(name: String) throws {
        let entry = try entry(name)
        let loss = try entry.loss(.none)
        guard loss.domain(0) == .real, entry.facts.properties.contains(.lipschitz) else { return }
        var samples = Samples(seed: 73)
        for _ in 0..<20 {
            let inputs = samples.batch(for: loss).inputs
            // The targets are the same for every size of the predictions.
            let greatest = try [0.01, 0.1, 1, 10, 100, 1e6].map { scale in
                var inputs = inputs
                inputs[0] = Tensor(
                    shape: inputs[0].shape,
                    values: inputs[0].values.map { scale * $0 }
                )
                let request = Batch(inputs).request([.gradient], .sum)
                let gradient = try #require(try loss.evaluate(request).gradient).values
                return gradient.map { $0.magnitude }.max() ?? 0
            }
            let near = greatest.dropLast().max() ?? 0
            #expect(greatest[5] <= 1.1 * near)
        }
    }

    @Test("classification calibrated: a score of 0 moves towards the label", arguments: names)
    func calibration(name: String) throws {
        let entry = try entry(name)
        let facts = entry.facts
        guard facts.properties.contains(.classificationCalibrated), facts.family == .binary,
            facts.signature.unit == .element
        else { return }
        let isProbability = facts.options.contains { $0.name == "from_logits" }
        let loss = try entry.loss(
            OptionValues(isProbability ? ["from_logits": .flag(true)] : [:], for: facts.options)
        )
        var inputs = [
            Tensor(shape: [2], values: [0, 0]),
            Tensor(shape: [2], values: [loss.domain(1).contains(-1) ? -1 : 0, 1]),
        ]
        if facts.signature.inputs.count > 2 { inputs.append(Tensor(shape: [2], values: [1, 1])) }
        let request = Batch(inputs).request([.gradient], .sum)
        let gradient = try #require(try loss.evaluate(request).gradient).values
        #expect(gradient[0] > 0 && gradient[1] < 0)
    }
}
