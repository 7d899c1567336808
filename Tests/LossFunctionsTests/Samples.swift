// SPDX-License-Identifier: Apache-2.0

import Foundation
import LossFacts
import LossFunctions
import SeededRandom
import TestSupport

/// Random batches within the domains of any loss in the catalogue, away from the ends of intervals.
struct Samples {
    var random: SplitMix

    init(seed: UInt64) {
        random = SplitMix(state: seed)
    }

    static let shape = [6, 4]

    /// A batch, by default of six rows of four; targets are distributions for row-wise losses.
    mutating func batch(
        for loss: Loss,
        rows: Int = Self.shape[0],
        weights: Tensor? = nil
    )
        -> Batch
    {
        let shape = [rows, Self.shape[1]]
        let inputs = loss.facts.signature.inputs.indices.map { input in
            tensor(shape, loss.domain(input), loss.facts.signature.unit)
        }
        return Batch(inputs, weights: weights)
    }

    /// A weight for each loss of such a batch.
    mutating func weights(for loss: Loss) -> Tensor {
        let shape = loss.facts.signature.unit == .row ? [Self.shape[0]] : Self.shape
        return Tensor(
            shape: shape,
            values: (0..<shape.reduce(1, *)).map { _ in Double.random(in: 0.1...3, using: &random) }
        )
    }

    private mutating func tensor(
        _ shape: [Int],
        _ domain: Domain,
        _ granularity: Signature.Unit
    )
        -> Tensor
    {
        let count = shape.reduce(1, *)
        let values: [Double]
        switch (granularity, domain) {
        case (.element, .values(let allowed)):
            values = (0..<count).map { _ in allowed.randomElement(using: &random) ?? 0 }
        case (.row, .interval(.unit)), (.row, .classIndices),
            (.row, .distribution(inLogarithms: false)):
            values = distributions(shape)
        case (.row, .interval(.through(0))), (.row, .distribution(inLogarithms: true)):
            values = distributions(shape).map { log($0) }
        case (.element, .interval(let interval)):
            let range = Self.inner(interval)
            values = (0..<count).map { _ in Double.random(in: range, using: &random) }
        default:
            values = (0..<count).map { _ in Double.random(in: -3...3, using: &random) }
        }
        return Tensor(shape: shape, values: values)
    }

    /// Numbers of an interval, away from its ends.
    private static func inner(_ interval: Interval) -> ClosedRange<Double> {
        switch (interval.lower.isFinite, interval.upper.isFinite) {
        case (false, false): -3...3
        case (true, false): (interval.lower + 0.2)...(interval.lower + 4)
        case (false, true): (interval.upper - 4)...(interval.upper - 0.2)
        case (true, true):
            (0.95 * interval.lower + 0.05 * interval.upper)...(0.05 * interval.lower
                + 0.95 * interval.upper)
        }
    }

    /// A number outside a domain.
    static func outlier(of domain: Domain) -> Double {
        switch domain.interval {
        case .some(let interval) where interval.upper.isFinite: interval.upper + 0.5
        case .some(let interval) where interval.lower.isFinite: interval.lower - 0.5
        default: 1.5
        }
    }

    private mutating func distributions(_ shape: [Int]) -> [Double] {
        (0..<shape[0]).flatMap { _ in
            let row = (0..<shape[1]).map { _ in Double.random(in: 0.1...1, using: &random) }
            let sum = row.reduce(0, +)
            return row.map { $0 / sum }
        }
    }
}
