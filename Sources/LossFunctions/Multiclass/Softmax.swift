// SPDX-License-Identifier: Apache-2.0

/// The softmax of a row of logits, kept in the parts from which probabilities, their complements
/// and their logarithms come without cancellation.
struct Softmax {
    /// The largest logit, and where it stands.
    private let largest: Double
    private let top: Int
    /// Σ e^(z - largest) over all logits but the one at `top`.
    private let others: Double
    /// log(1 + others): by how much log Σ e^z exceeds the largest logit.
    private let excess: Double

    /// Replaces `scratch` by e^(z - largest).
    init(_ logits: [Double], exponentials scratch: inout [Double]) {
        var top = 0
        for index in logits.indices where logits[index] > logits[top] { top = index }
        var others = CompensatedSum()
        for index in logits.indices {
            scratch[index] = index == top ? 1 : Elementary.exp(logits[index], minus: logits[top])
            if index != top { others.add(scratch[index]) }
        }
        self.top = top
        largest = logits[top]
        self.others = others.value
        excess = Elementary.log1p(others.value)
    }

    /// -log of the probability of a class: a sum of two terms that are not negative.
    func surprise(_ logit: Double) -> Double {
        (largest - logit) + excess
    }

    func probability(_ exponential: Double) -> Double {
        exponential / (1 + others)
    }

    /// 1 - the probability of the class at `index`.
    private func complement(_ exponential: Double, at index: Int) -> Double {
        index == top ? others / (1 + others) : ((1 - exponential) + others) / (1 + others)
    }

    /// The derivatives in the logits of Σ a·surprise for the targets a, whose sum is `total`.
    ///
    /// The gradient is total·p - a, written as (total - a)p - a(1 - p); the Hessian's diagonal is
    /// total·p(1 - p). The row's gradient still holds the exponentials.
    func differentiate(_ row: inout Row, total: CompensatedSum) {
        for index in row.targets.indices {
            let exponential = row.gradient[index]
            let target = row.targets[index]
            let probability = probability(exponential)
            let complement = complement(exponential, at: index)
            row.gradient[index] = total.value(without: target) * probability - target * complement
            row.hessian[index] = total.value * probability * complement
        }
    }
}
