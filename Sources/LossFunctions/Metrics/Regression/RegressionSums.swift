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
        var (predictions2, products, targets2) = (ExactSum(), ExactSum(), ExactSum())
        var (own, others) = (SplitProducts(), SplitProducts())
        try batch.forEachBlock { p, t, w, _ throws(LossError) in
            guard !w.isEmpty else {
                predictions.add(p)
                targets.add(t)
                predictions2.add(p, times: p)
                products.add(p, times: t)
                targets2.add(t, times: t)
                return
            }
            weight.add(w)
            predictions.add(w, times: p)
            targets.add(w, times: t)
            own.set(w, times: p)
            others.set(w, times: t)
            predictions2.add(own, w, p, times: p)
            products.add(own, w, p, times: t)
            targets2.add(others, w, t, times: t)
        }
        self.weight =
            batch.units.weights.isEmpty ? ExactNumber(batch.count) : weight.number ?? .zero
        self.predictions = predictions.number ?? .zero
        self.targets = targets.number ?? .zero
        self.predictions2 = predictions2.number ?? .zero
        self.products = products.number ?? .zero
        self.targets2 = targets2.number ?? .zero
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

extension ExactSum {
    /// Adds the products of weights and two numbers each, of which the first are also given weighted.
    fileprivate mutating func add(
        _ weighted: borrowing SplitProducts,
        _ weights: Span<Double>,
        _ numbers: Span<Double>,
        times others: Span<Double>
    ) {
        guard !weighted.areExact else { return add(weighted, times: others) }
        for offset in weights.indices {
            add(
                ExactProduct(weights[offset], times: numbers[offset]),
                times: ExactProduct(others[offset])
            )
        }
    }
}
