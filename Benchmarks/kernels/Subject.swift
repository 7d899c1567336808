// SPDX-License-Identifier: Apache-2.0

import Glibc
import LossFacts
import LossFunctions
import SeededRandom
import TestSupport

/// A loss with its options and a typical batch.
struct Subject {
    let name: String
    let loss: Loss
    /// The count of predictions per loss: 1, or the classes of a row.
    let classes: Int
    private let inputs: (inout SplitMix) -> (prediction: Double, target: Double)
    /// The numbers of a third input, if the loss has one.
    private var third: Optional<(inout SplitMix) -> Double>
    private let shaping: Shaping
    /// The sum of the losses by the textbook formula.
    private let plain: (Batch) -> Double

    private enum Shaping {
        case none
        case distributions
        case logarithms
        case logits(indices: Bool)
    }

    static func all() -> [Self] {
        [
            Self("mse", plain: { p, t in (p - t) * (p - t) }),
            Self("mae", plain: { p, t in (p - t).magnitude }),
            Self(
                "huber",
                plain: { p, t in
                    (p - t).magnitude <= 1 ? (p - t) * (p - t) / 2 : (p - t).magnitude - 0.5
                }
            ),
            Self(
                "hinge",
                inputs: { ($0.normal(), $0.unit() < 0.5 ? -1 : 1) },
                plain: { p, t in max(0, 1 - p * t) }
            ),
            Self(
                "binary_cross_entropy",
                inputs: { ($0.unit(), $0.unit() < 0.5 ? 0 : 1) },
                plain: { p, t in -log(t == 1 ? p : 1 - p) }
            ),
            Self(
                "binary_cross_entropy",
                from: "from_logits",
                inputs: { (3 * $0.normal(), $0.unit() < 0.5 ? 0 : 1) },
                plain: { z, t in log(1 + exp(t == 1 ? -z : z)) }
            ),
            .tokens,
            Self("categorical_cross_entropy", rowsOf: 10, .distributions) { p, y in -y * log(p) },
            Self("categorical_cross_entropy", rowsOf: 10, .logits(indices: true)) { p, y in
                -y * log(p)
            },
            Self("categorical_cross_entropy", rowsOf: 10, .logits(indices: false)) { p, y in
                -y * log(p)
            },
            Self("categorical_cross_entropy", rowsOf: 1_000, .logits(indices: true)) { p, y in
                -y * log(p)
            },
            Self("kl_divergence", rowsOf: 10, .distributions) { q, y in y * log(y / q) },
            Self("kl_divergence", rowsOf: 10, .logarithms) { q, y in y * log(y / q) },
            Self("kl_divergence", rowsOf: 1_000, .logits(indices: false)) { q, y in y * log(y / q)
            },
        ]
    }

    private init(
        _ name: String,
        from flag: String? = nil,
        inputs: @escaping (inout SplitMix) -> (Double, Double) = { ($0.normal(), $0.normal()) },
        plain: @escaping (Double, Double) -> Double
    ) {
        self.name = flag.map { "\(name), \($0)" } ?? name
        self.loss = make(name, flag)
        self.inputs = inputs
        third = nil
        classes = 1
        shaping = .none
        self.plain = { batch in
            var sum = 0.0
            for index in batch.predictions.values.indices {
                sum += plain(batch.predictions.values[index], batch.targets.values[index])
            }
            return sum
        }
    }

    /// PPO of tokens whose ratios are mostly between its bounds.
    private static var tokens: Self {
        Self(
            "ppo",
            inputs: { random in
                let old = 2 * -random.unit()
                return (old + 0.15 * random.normal(), old)
            },
            third: { $0.normal() },
            plain: { logprob, old, advantage in
                let ratio = exp(logprob - old)
                return max(-ratio * advantage, -min(max(ratio, 0.8), 1.2) * advantage)
            }
        )
    }

    private init(
        _ name: String,
        inputs: @escaping (inout SplitMix) -> (Double, Double),
        third: @escaping (inout SplitMix) -> Double,
        plain: @escaping (Double, Double, Double) -> Double
    ) {
        self.name = name
        loss = make(name, nil)
        self.inputs = inputs
        self.third = third
        classes = 1
        shaping = .none
        self.plain = { batch in
            let (first, second, third) = (batch.inputs[0], batch.inputs[1], batch.inputs[2])
            return first.values.indices.reduce(0.0) {
                $0 + plain(first.values[$1], second.values[$1], third.values[$1])
            }
        }
    }

    private init(
        _ name: String,
        rowsOf classes: Int,
        _ shaping: Shaping,
        plain: @escaping (_ probability: Double, _ target: Double) -> Double
    ) {
        let flag: String?
        let kind: String
        switch shaping {
        case .none, .distributions: (flag, kind) = (nil, "")
        case .logarithms: (flag, kind) = ("log_predictions", ", log_predictions")
        case .logits(let indices):
            (flag, kind) = ("from_logits", ", from_logits" + (indices ? ", indices" : ""))
        }
        self.name = "\(name), \(classes) classes\(kind)"
        loss = make(name, flag)
        inputs = { (3 * $0.normal(), $0.normal()) }
        third = nil
        self.classes = classes
        self.shaping = shaping
        self.plain = { batch in
            let rows = batch.predictions.values.count / classes
            var sum = 0.0
            for row in 0..<rows {
                let range = (row * classes)..<((row + 1) * classes)
                let given = batch.predictions.values[range]
                let probabilities: [Double]
                switch shaping {
                case .logits: probabilities = softmax(given)
                case .logarithms: probabilities = given.map { exp($0) }
                case .none, .distributions: probabilities = Array(given)
                }
                if batch.targets.values.count == rows {
                    sum += plain(probabilities[Int(batch.targets.values[row])], 1)
                } else {
                    for index in 0..<classes {
                        sum += plain(
                            probabilities[index],
                            batch.targets.values[range][range.lowerBound + index]
                        )
                    }
                }
            }
            return sum
        }
    }

    /// A seeded batch of about `numbers` predictions.
    func batch(_ numbers: Int, isWeighted: Bool) -> Batch {
        var random = SplitMix(state: 7)
        let rows = max(1, numbers / classes)
        let pairs = (0..<(rows * classes)).map { _ in inputs(&random) }
        var predictions = pairs.map { $0.prediction }
        var targets = pairs.map { $0.target }
        var targetShape = classes == 1 ? [rows] : [rows, classes]
        switch shaping {
        case .none: break
        case .distributions:
            predictions = distributions(predictions)
            targets = distributions(targets)
        case .logarithms:
            predictions = distributions(predictions).map { log($0) }
            targets = distributions(targets)
        case .logits(indices: false):
            targets = distributions(targets)
        case .logits(indices: true):
            targets = (0..<rows).map { _ in (random.unit() * Double(classes)).rounded(.down) }
            targetShape = [rows]
        }
        let others = third.map { third in
            Tensor(shape: [rows], values: (0..<rows).map { _ in third(&random) })
        }
        return Batch(
            [
                Tensor(shape: classes == 1 ? [rows] : [rows, classes], values: predictions),
                Tensor(shape: targetShape, values: targets),
            ] + [others].compactMap { $0 },
            weights: isWeighted
                ? Tensor(shape: [rows], values: (0..<rows).map { _ in 0.1 + random.unit() }) : nil
        )
    }

    /// Traps unless the sum of the losses agrees with the textbook formula.
    func verify() {
        let batch = batch(10_000, isWeighted: false)
        let result = evaluate(batch, .lossAndGradient, .sum)
        let expected = plain(batch)
        // The error of a plain sum of 10,000 terms is about 100 ulp; log(1 + e^z) adds some more.
        precondition(
            (result.loss - expected).magnitude <= 1e-12 * expected.magnitude,
            "\(name): \(result.loss) instead of \(expected)"
        )
    }

    /// The reduced loss, or the first one without reduction, and the gradient.
    @discardableResult
    func evaluate(
        _ batch: Batch,
        _ outputs: Outputs,
        _ reduction: Reduction
    ) -> (
        loss: Double, gradient: [Double]
    ) {
        do {
            let result = try loss.evaluate(batch, outputs, reduction)
            return (result.loss?.values[0] ?? 0, result.gradient?.values ?? [])
        } catch {
            preconditionFailure("\(name): \(error)")
        }
    }

    private func distributions(_ logits: [Double]) -> [Double] {
        stride(from: 0, to: logits.count, by: classes).flatMap {
            softmax(logits[$0..<($0 + classes)])
        }
    }
}

/// Makes a loss by its name, optionally with a flag set.
private func make(_ name: String, _ flag: String?) -> Loss {
    guard let found = Catalogue.loss(named: name) else { preconditionFailure("no \(name)") }
    do {
        let options = flag.map { [$0: OptionValue.flag(true)] } ?? [:]
        return try found.entry.loss(OptionValues(options, for: found.facts.options))
    } catch {
        preconditionFailure("\(name): \(error)")
    }
}

private func softmax(_ logits: ArraySlice<Double>) -> [Double] {
    let exponentials = logits.map { exp($0) }
    let sum = exponentials.reduce(0, +)
    return exponentials.map { $0 / sum }
}
