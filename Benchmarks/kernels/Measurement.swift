// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import SeededRandom
import TestSupport

/// Prints the time of each loss for a batch of predictions, with each reduction.
///
/// - Parameters:
///   - numbers: the count of predictions in the batch.
///   - kind: a part of the names of the rows to measure, or "sums"; empty for all.
func measure(_ numbers: Int, kind: String) {
    measureSums(numbers, kind)
    for subject in Subject.all() where numbers >= subject.classes {
        let cases: [(name: String, isWeighted: Bool, outputs: Outputs, reduction: Reduction)] = [
            ("mean", false, .lossAndGradient, .mean),
            ("mean, loss only", false, .loss, .mean),
            ("mean, gradient only", false, .gradient, .mean),
            ("mean, weighted", true, .lossAndGradient, .mean),
            ("none", false, .lossAndGradient, .none),
            ("statistics", false, .statistics, .mean),
            ("statistics, weighted", true, .statistics, .mean),
        ]
        subject.verify()
        for item in cases {
            let name = "\(subject.name): \(item.name)"
            guard kind.isEmpty || name.contains(kind) else { continue }
            let batch = subject.batch(numbers, isWeighted: item.isWeighted)
            row(name, batch.predictions.values.count) {
                subject.evaluate(batch, item.outputs, item.reduction)
            }
        }
    }
}

/// Evaluates one batch repeatedly for profilers, with the first loss whose name contains `name`.
func repeatEvaluation(times: Int, numbers: Int, of name: String) {
    guard let subject = Subject.all().first(where: { $0.name.contains(name) }) else {
        return print("no loss has \(name) in its name")
    }
    let batch = subject.batch(numbers, isWeighted: false)
    for _ in 0..<times { subject.evaluate(batch, .lossAndGradient, .mean) }
}

/// Prints the time of the exact sum alone, and that of a plain loop for the squared error.
private func measureSums(_ numbers: Int, _ kind: String) {
    guard kind.isEmpty || kind == "sums" else { return }
    var random = SplitMix(state: 11)
    let predictions = (0..<numbers).map { _ in random.normal() }
    let targets = (0..<numbers).map { _ in random.normal() }
    let weights = (0..<numbers).map { _ in 0.1 + random.unit() }
    row("plain sum, no exactness", numbers) { predictions.reduce(0, +) }
    row("exact sum, term by term", numbers) {
        var sum = ExactSum()
        for term in predictions { sum.add(term) }
        return sum.value
    }
    row("exact sum", numbers) {
        var sum = ExactSum()
        sum.add(predictions.span)
        return sum.value
    }
    row("exact sum of products", numbers) {
        var sum = ExactSum()
        sum.add(predictions.span, times: weights.span)
        return sum.value
    }
    row("exact sum of products, term by term", numbers) {
        var sum = ExactSum()
        for index in predictions.indices { sum.add(predictions[index], times: weights[index]) }
        return sum.value
    }
    row("mse with gradient, plain sum", numbers) {
        var gradient = [Double](repeating: 0, count: numbers)
        return plainMSE(predictions.span, targets.span, &gradient)
    }
}

/// Computes the squared error without exact sums: four running sums whose latencies overlap.
private func plainMSE(
    _ predictions: Span<Double>,
    _ targets: Span<Double>,
    _ gradient: inout [Double]
) -> Double {
    let scale = 2 / Double(predictions.count)
    var sum = SIMD4<Double>()
    var slopes = gradient.mutableSpan
    for offset in stride(from: 0, to: predictions.count - 3, by: 4) {
        var error = SIMD4<Double>()
        for lane in 0..<4 { error[lane] = predictions[offset + lane] - targets[offset + lane] }
        sum += error * error
        error *= scale
        for lane in 0..<4 { slopes[offset + lane] = error[lane] }
    }
    return sum.sum() / Double(predictions.count)
}

/// Prints the time and the rate of a closure, at 24 bytes per element for two inputs and one
/// output.
private func row<Result>(_ name: String, _ numbers: Int, _ work: () -> Result) {
    // Reading the clock takes about 40 ns, so small batches are timed many at a time.
    let times = max(1, 20_000 / numbers)
    let clock = ContinuousClock()
    let durations = (0..<max(7, min(201, 20_000_000 / (numbers * times)))).map { _ in
        clock.measure {
            for _ in 0..<times { _ = work() }
        } / .seconds(1) / Double(times)
    }.sorted()
    let median = durations[durations.count / 2]
    let nanoseconds = decimals(median * 1e9 / Double(numbers))
    let best = decimals(durations[0] * 1e9 / Double(numbers))
    let rate = decimals(24 * Double(numbers) / median / 1e9)
    print("\(numbers)  \(name): \(nanoseconds) ns (at best \(best)), \(rate) GB/s")
}

private func decimals(_ value: Double) -> String {
    "\((value * 100).rounded() / 100)"
}
