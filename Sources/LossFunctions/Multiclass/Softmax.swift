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
        let logits = logits.span
        var exponentials = scratch.mutableSpan
        var top = 0
        for index in logits.indices where logits[index] > logits[top] { top = index }
        let largest = logits[top]
        for index in logits.indices {
            exponentials[index] = Elementary.exp(logits[index], minus: largest)
        }
        var others = CompensatedSum()
        for index in 0..<top { others.add(exponentials[index]) }
        for index in (top + 1)..<exponentials.count { others.add(exponentials[index]) }
        self.top = top
        self.largest = largest
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

    /// The derivatives in the logits of Σ a·surprise for the targets a, whose sum is `total`.
    ///
    /// The gradient is total·p - a, written as (total - a)p - a(1 - p); the Hessian's diagonal is
    /// total·p(1 - p). The row's gradient still holds the exponentials.
    func differentiate(_ row: inout Row, total: CompensatedSum, _ outputs: Outputs) {
        if outputs.contains(.hessian) {
            for index in row.hessian.indices {
                let (probability, complement) = shares(row.gradient[index], at: index)
                row.hessian[index] = total.value * probability * complement
            }
        }
        if outputs.contains(.gradient) { differentiate(row.targets, &row.gradient, total) }
    }

    private func differentiate(
        _ targets: [Double],
        _ gradient: inout [Double],
        _ total: CompensatedSum
    ) {
        let targets = targets.span
        var gradient = gradient.mutableSpan
        for index in targets.indices {
            let (probability, complement) = shares(gradient[index], at: index)
            let target = targets[index]
            gradient[index] = total.value(without: target) * probability - target * complement
        }
    }

    /// The probability of the class at `index`, and 1 - that.
    @inline(__always)
    private func shares(_ exponential: Double, at index: Int) -> (Double, Double) {
        let rest = index == top ? others : (1 - exponential) + others
        return (exponential / (1 + others), rest / (1 + others))
    }
}
