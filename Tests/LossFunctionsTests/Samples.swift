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
        guard [.element, .row].contains(loss.facts.signature.unit) else {
            return segments(for: loss, rows, weights: weights)
        }
        let shape = [rows, Self.shape[1]]
        let inputs = loss.facts.signature.inputs.indices.map { input in
            if loss.facts.signature.hasOnlyClasses(input) {
                classes(rows)
            } else {
                tensor(shape, loss.domain(input), loss.facts.signature.unit)
            }
        }
        return Batch(inputs, weights: weights)
    }

    /// A weight for each loss of such a batch.
    mutating func weights(for loss: Loss) -> Tensor {
        let shape = Self.lossShape(of: loss)
        return Tensor(
            shape: shape,
            values: (0..<shape.reduce(1, *)).map { _ in Double.random(in: 0.1...3, using: &random) }
        )
    }

    /// The shape of the losses of such a batch.
    static func lossShape(of loss: Loss, rows: Int = Self.shape[0]) -> [Int] {
        switch loss.facts.signature.unit {
        case .element: [rows, Self.shape[1]]
        case .row, .segment: [rows]
        case .batch: []
        }
    }

    /// A batch of segments: items of a padded batch, or consecutive groups of four elements.
    private mutating func segments(for loss: Loss, _ rows: Int, weights: Tensor?) -> Batch {
        let signature = loss.facts.signature
        let lengths = [
            "T": 5, "S": 2, "M": 3, "K": 4, "N": rows, "L": 4 * rows, "Q": rows, "R": 3, "C": 4,
        ]
        let tensors = signature.inputs.indices.map { input in
            let symbols = signature.inputs[input].forms[0].shape
            let shape = symbols.dimensions.map { symbol in
                if case .named(let name) = symbol { lengths[name] ?? 0 } else { rows }
            }
            let values = (0..<shape.reduce(1, *)).map { offset -> Double in
                switch loss.domain(input) {
                case .interval(let interval):
                    // The exponentials of four logarithms sum to less than 1.
                    Double.random(in: Self.inner(interval), using: &random)
                        - (interval.upper == 0 ? 1.5 : 0)
                case .classIndices: Double(Int.random(in: 1...3, using: &random))
                case .values(let allowed): allowed.randomElement(using: &random) ?? 0
                case .counts(of: let name): Double((lengths[name] ?? 0) - offset % 2)
                case .ranks(of: let name): Double(offset % ((lengths[name] ?? 0) + 1))
                default: Double(offset / 4)
                }
            }
            let isAscending = signature.inputs[input].name == "thresholds"
            // The coordinates of members are apart: powers of their differences have singularities.
            let gap = signature.inputs[0].isEnsembleOfVectors ? 7.0 : 0
            let spread = values.enumerated().map { $1 + gap * Double($0 % 4) }
            return Tensor(shape: shape, values: isAscending ? spread.sorted(eachOf: 4) : spread)
        }
        return Batch(
            tensors,
            weights: weights,
            omitted: signature.grouping.map { [$0.lengths] } ?? []
        )
    }

    /// A class index for each row.
    private mutating func classes(_ rows: Int) -> Tensor {
        let values = (0..<rows).map { _ in
            Double(Int.random(in: 0..<Self.shape[1], using: &random))
        }
        return Tensor(shape: [rows], values: values)
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
        case (_, .values(let allowed)):
            values = (0..<count).map { _ in allowed.randomElement(using: &random) ?? 0 }
        case (_, .levels):
            let length = shape.last ?? 1
            values = (0..<count / length).flatMap { _ -> [Double] in
                let rank = Int.random(in: 0...length, using: &random)
                return (0..<length).map { $0 < rank ? 1 : 0 }
            }
        case (.row, .interval(.unit)), (.row, .classIndices),
            (.row, .distribution(inLogarithms: false)):
            values = distributions(shape)
        case (.row, .interval(.through(0))), (.row, .distribution(inLogarithms: true)):
            values = distributions(shape).map { log($0) }
        case (.element, .integers(let interval)):
            let least = Int(max(interval.lower, -3))
            values = (0..<count).map { _ in
                Double(Int.random(in: least...(least + 5), using: &random))
            }
        case (_, .interval(let interval)):
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
        case (true, true) where interval.lower <= -100:
            (min(interval.upper, 3) - 6)...(min(interval.upper, 3) - 0.2)
        case (true, false): (interval.lower + 0.2)...(interval.lower + 4)
        case (true, true) where interval.upper >= 20:
            (interval.lower + 0.2)...(interval.lower + 4)
        case (false, true): (interval.upper - 4)...(interval.upper - 0.2)
        case (true, true):
            (0.95 * interval.lower + 0.05 * interval.upper)...(0.05 * interval.lower
                + 0.95 * interval.upper)
        }
    }

    /// A number outside a domain.
    static func outlier(of domain: Domain) -> Double {
        switch domain.interval {
        case .some(let interval) where interval.upper.isFinite:
            max(interval.upper + 0.5, interval.upper.nextUp)
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

extension [Double] {
    /// The numbers with consecutive rows of a length sorted.
    fileprivate func sorted(eachOf length: Int) -> [Double] {
        stride(from: 0, to: count, by: length).flatMap { self[$0..<$0 + length].sorted() }
    }
}

extension Input {
    /// Whether it contains members of an ensemble, which are vectors.
    fileprivate var isEnsembleOfVectors: Bool {
        forms[0].shape.dimensions.contains(.named("M"))
    }
}

extension Signature {
    /// Whether an input of rows can only be class indices, and not a distribution.
    func hasOnlyClasses(_ input: Int) -> Bool {
        unit == .row
            && inputs[input].forms.allSatisfy { form in
                switch form.domains[0].domain {
                case .classIndices, .oneHot: true
                default: false
                }
            }
    }
}
