// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import SeededRandom
import TestSupport
import Testing

@Suite("Every instruction set computes the same bits")
struct SameBitsTests {
    private static let names = Catalogue.losses.map { $0.facts.name }

    @Test("for the reference inputs, which cover both ends of each domain", arguments: names)
    func golden(name: String) throws {
        let found = try #require(Catalogue.loss(named: name))
        for group in try Golden.of(name).groups {
            let loss = try found.entry.loss(group.options.optionValues(for: found.facts.options))
            for sample in group.samples { try expectSameBits(of: loss, sample.batch, .none) }
        }
    }

    @Test("for batches of many blocks, with weights and every reduction", arguments: names)
    func batches(name: String) throws {
        var samples = Samples(seed: 51)
        for loss in try #require(Catalogue.loss(named: name)).entry.variants() {
            for rows in [6, 131, 700] {
                let batch = samples.batch(for: loss, rows: rows)
                for reduction in Reduction.allCases {
                    try expectSameBits(of: loss, batch, reduction)
                }
            }
            let weighted = samples.batch(for: loss, weights: samples.weights(for: loss))
            for reduction in Reduction.allCases {
                try expectSameBits(of: loss, weighted, reduction)
            }
        }
    }

    @Test("for predictions of every size", arguments: names)
    func sizes(name: String) throws {
        var samples = Samples(seed: 52)
        var random = SplitMix(state: 53)
        for loss in try #require(Catalogue.loss(named: name)).entry.variants()
        where loss.domain(0) == .real {
            for exponent in Array(-60...9) + Array(stride(from: -1_060, to: 1_020, by: 20)) {
                let size = Double(sign: .plus, exponent: exponent, significand: 1)
                let batch = samples.batch(for: loss, rows: 20)
                var inputs = batch.inputs
                inputs[0] = Tensor(
                    shape: inputs[0].shape,
                    values: inputs[0].values.map { $0 * size }
                )
                let shape = Array(Samples.lossShape(of: loss, rows: 20).prefix(1))
                let scaled = Batch(
                    inputs,
                    weights: Tensor(
                        shape: shape,
                        values: (0..<shape.reduce(1, *)).map { _ in
                            Double.random(in: 0.1...3, using: &random)
                        }
                    ),
                    omitted: batch.omitted
                )
                for reduction in [Reduction.mean, .sum, .none] {
                    try expectSameBits(of: loss, scaled, reduction)
                }
            }
        }
    }

    private func expectSameBits(
        of loss: Loss,
        _ batch: Batch,
        _ reduction: Reduction
    ) throws {
        let all = InstructionSet.available.map { set in
            InstructionSet.$current.withValue(set) {
                // If the batch is rejected, all sets must reject it.
                Result {
                    var request = batch.request(
                        [.loss, .gradient, .hessian, .elements],
                        reduction
                    )
                    request.gradientOf = loss.facts.signature.differentiable
                    return try loss.evaluate(request)
                }
            }
        }
        for (set, result) in zip(InstructionSet.available, all).dropLast() {
            #expect(
                Self.bits(of: result) == Self.bits(of: all[all.count - 1]),
                "\(set): \(batch.inputs.map { $0.values.prefix(8) })"
            )
        }
    }

    private static func bits(of result: Result<LossResult, any Error>) -> [UInt64] {
        guard case .success(let result) = result else { return [] }
        let derivatives = (result.gradients + result.hessians).map { Optional($0.tensor) }
        return ([result.loss, result.elements] + derivatives)
            .flatMap { $0?.values ?? [] }.map { $0.bitPattern } + [result.normalizer.bitPattern]
    }
}
