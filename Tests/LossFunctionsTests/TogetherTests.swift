// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import TestSupport
import Testing

/// Kernels compute eight units at once, and those whose terms cancel again, wherever they are.
@Suite("The results of a unit")
struct TogetherTests {
    private static let names = (Catalogue.losses + Catalogue.penalties).map { $0.facts }
        .filter { $0.signature.unit != .batch && $0.signature.grouping == nil }
        .map { $0.name }

    @Test(
        "have the bits that it has alone, whatever other units are in the batch",
        arguments: names
    )
    func together(name: String) throws {
        let found = try #require(Catalogue.loss(named: name) ?? Catalogue.penalty(named: name))
        for group in try Golden.of(name).groups {
            let loss = try found.entry.loss(group.options.optionValues(for: found.facts.options))
            // More than a block of elements, in an order that mixes samples that are similar.
            let samples = group.samples.count > 1 ? group.samples + group.samples : []
            let alike = Dictionary(grouping: samples) { sample in
                "\(sample.batch.inputs.map { $0.shape }) \(sample.batch.omitted.sorted())"
            }
            for samples in alike.values {
                let mixed = samples.indices.map { samples[$0 * 7 % samples.count] }
                try expectSameBits(loss, mixed)
            }
        }
    }

    /// Evaluates samples in one batch, and each on its own.
    private func expectSameBits(_ loss: Loss, _ samples: [any Golden.Sample]) throws {
        let alone = try samples.map { try results(loss, $0.batch, of: $0.gradients.count) }
        guard let first = alone.first else { return }
        let batches = samples.map { $0.batch }
        let tensors = batches[0].inputs.indices.map { input in
            let parts = batches.map { $0.inputs[input] }
            // A row is a batch of one row.
            let own = first.isRow ? Array(parts[0].shape.dropFirst()) : parts[0].shape
            return Tensor(
                shape: [parts.count] + own,
                values: parts.flatMap { $0.values }
            )
        }
        let batch = Batch(tensors, omitted: batches[0].omitted)
        let together = try results(loss, batch, of: samples[0].gradients.count)
        for quantity in first.numbers.indices {
            let parts = alone.flatMap { $0.numbers[quantity] }
            let places = parts.indices.filter {
                parts[$0].bitPattern != together.numbers[quantity][$0].bitPattern
            }
            #expect(places.isEmpty, "\(loss.options) quantity \(quantity)")
        }
    }

    /// The losses, gradients and Hessians of a batch, and whether its losses are those of rows.
    private func results(
        _ loss: Loss,
        _ batch: Batch,
        of inputs: Int
    ) throws -> (numbers: [[Double]], isRow: Bool) {
        var request = batch.request([.loss, .gradient, .hessian], .none)
        request.gradientOf = Array(0..<inputs)
        let result = try loss.evaluate(request)
        let losses = try #require(result.loss)
        let derivatives = (result.gradients + result.hessians).map { $0.tensor.values }
        return ([losses.values] + derivatives, losses.shape == [1])
    }
}
