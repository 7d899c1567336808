// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The exact sums over weights `w`, predictions `p` and targets `t` from which squared errors follow.
struct RegressionSums {
    let weight: ExactNumber
    /// Σwp.
    let predictions: ExactNumber
    /// Σwt.
    let targets: ExactNumber
    /// Σwp².
    private let predictions2: ExactNumber
    /// Σwpt.
    private let products: ExactNumber
    /// Σwt².
    private let targets2: ExactNumber

    init(_ batch: MetricBatch) throws(LossError) {
        var (weight, predictions, targets) = (ExactSum(), ExactSum(), ExactSum())
        var (predictions2, products, targets2) = (TripleSum(), TripleSum(), TripleSum())
        try batch.forEachBlock { p, t, w, _ throws(LossError) in
            guard !w.isEmpty else {
                predictions.add(p)
                targets.add(t)
                predictions2.sum.add(p, times: p)
                products.sum.add(p, times: t)
                targets2.sum.add(t, times: t)
                return
            }
            weight.add(w)
            predictions.add(w, times: p)
            targets.add(w, times: t)
            let (own, others) = (WeightedNumbers(w, p), WeightedNumbers(w, t))
            predictions2.add(own, w, p, times: p)
            products.add(own, w, p, times: t)
            targets2.add(others, w, t, times: t)
        }
        self.weight =
            batch.units.weights.isEmpty ? ExactNumber(batch.count) : weight.number ?? .zero
        self.predictions = predictions.number ?? .zero
        self.targets = targets.number ?? .zero
        self.predictions2 = predictions2.sum.number ?? .zero
        self.products = products.sum.number ?? .zero
        self.targets2 = targets2.sum.number ?? .zero
    }

    /// Σw(p - t)².
    var squaredErrors: ExactNumber { predictions2 - products - products + targets2 }

    /// The mean of the targets, rounded once.
    var meanTarget: Double { targets.divided(by: weight) }

    /// Σw Σw(t - m)² with the mean m of the targets.
    var targetDeviations: ExactNumber { weight * targets2 - targets * targets }

    /// Σw Σw(e - m)² with the errors e = p - t and their mean m.
    var errorDeviations: ExactNumber {
        let errors = predictions - targets
        return weight * squaredErrors - errors * errors
    }
}

/// Products of weights and numbers as unevaluated sums of head and tail.
private struct WeightedNumbers {
    let heads: [Double]
    let tails: [Double]
    /// Whether every product equals its head and tail.
    let areExact: Bool

    init(_ weights: Span<Double>, _ numbers: Span<Double>) {
        var (heads, tails): ([Double], [Double]) = ([], [])
        heads.reserveCapacity(weights.count)
        tails.reserveCapacity(weights.count)
        var areExact = true
        for offset in weights.indices {
            let (weight, number) = (weights[offset], numbers[offset])
            let head = weight * number
            heads.append(head)
            tails.append((-head).addingProduct(weight, number))
            // Below, the tail may be less than the least double.
            let isInRange = head.magnitude >= 0x1p-960 && head.magnitude < .infinity
            areExact = areExact && (isInRange || weight == 0 || number == 0)
        }
        self.heads = heads
        self.tails = tails
        self.areExact = areExact
    }
}

/// An exact sum of products of three numbers.
private struct TripleSum {
    var sum = ExactSum()

    /// Adds the products of weights and two numbers each, of which the first are also given weighted.
    mutating func add(
        _ weighted: WeightedNumbers,
        _ weights: Span<Double>,
        _ numbers: Span<Double>,
        times others: Span<Double>
    ) {
        guard weighted.areExact else {
            for offset in weights.indices {
                sum.add(
                    ExactProduct(weights[offset], times: numbers[offset]),
                    times: ExactProduct(others[offset])
                )
            }
            return
        }
        sum.add(weighted.heads.span, times: others)
        sum.add(weighted.tails.span, times: others)
    }
}
