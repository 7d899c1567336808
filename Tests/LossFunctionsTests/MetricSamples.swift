// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import SeededRandom
import Testing

/// Random inputs of metrics, with many equal scores.
struct MetricSamples {
    var random: SplitMix

    init(seed: UInt64) {
        random = SplitMix(state: seed)
    }

    /// A metric with its options at their defaults, and inputs for one of its signatures.
    struct Sample {
        let metric: Metric
        let inputs: [Tensor]
        /// The count of numbers of a unit in each input; 0 for an input that is not by unit.
        let widths: [Int]

        func result(_ weights: [Double]? = nil, mask: [Double]? = nil) throws -> MetricResult {
            try metric.evaluate(inputs, units(weights, mask: mask))
        }

        func units(_ weights: [Double]? = nil, mask: [Double]? = nil) throws -> MetricUnits {
            func column(_ values: [Double]) -> Tensor {
                Tensor(shape: [values.count], values: values)
            }
            return try MetricUnits(
                metric,
                inputs,
                weights: weights.map(column),
                mask: mask.map(column)
            )
        }

        /// The sample of some units, in an order, perhaps repeated.
        func gathered(_ units: [Int]) -> Sample {
            let inputs = zip(inputs, widths).map { tensor, width in
                guard width > 0 else { return tensor }
                let values = units.flatMap { tensor.values[($0 * width)..<(($0 + 1) * width)] }
                return Tensor(shape: [units.count] + tensor.shape.dropFirst(), values: values)
            }
            return Sample(metric: metric, inputs: inputs, widths: widths)
        }
    }

    /// The columns of a row of scores.
    static let columns = 4

    /// A sample for each signature of a metric, of a number of units.
    mutating func samples(of name: String, units: Int) throws -> [Sample] {
        let entry = try #require(MetricCatalogue.metric(named: name)).entry
        return try entry.facts.signatures.map { signature in
            var options: [String: OptionValue] = [:]
            if signature.unit == .row, entry.facts.options.contains(where: { $0.name == "average" })
            {
                options["average"] = .choice("macro")
            }
            let metric = try entry.metric(OptionValues(options, for: entry.facts.options))
            var tensors: [Tensor] = []
            var widths: [Int] = []
            for input in signature.inputs {
                let form = input.forms[0]
                guard form.shape.hasLeading else {
                    tensors.append(Tensor(shape: [5], values: [1, 3, 2, 5, 2.5]))
                    widths.append(0)
                    continue
                }
                let width = form.shape.dimensions.count > 1 ? Self.columns : 1
                let domain = form.domain(under: metric.options, of: entry.facts.options)
                let values =
                    domain == .unit && width > 1
                    ? (0..<units).flatMap { _ in distribution() }
                    : (0..<(units * width)).map { _ in number(in: domain) }
                tensors.append(
                    Tensor(shape: width > 1 ? [units, width] : [units], values: values)
                )
                widths.append(width)
            }
            return Sample(metric: metric, inputs: tensors, widths: widths)
        }
    }

    /// Probabilities of the columns in multiples of 1/64, which sum to 1.
    private mutating func distribution() -> [Double] {
        let cuts = (1..<Self.columns).map { _ in Int.random(in: 0...64, using: &random) }.sorted()
        return zip([0] + cuts, cuts + [64]).map { Double($1 - $0) / 64 }
    }

    private mutating func number(in domain: Domain) -> Double {
        switch domain {
        case .values(let values): values.randomElement(using: &random) ?? 0
        case .classIndices: Double(Int.random(in: 0..<Self.columns, using: &random))
        case .interval(.unit): Double(Int.random(in: 0...64, using: &random)) / 64
        default: Double(Int.random(in: -40...40, using: &random)) / 7
        }
    }

    /// Weights of similar magnitudes or, rarely, of all magnitudes.
    mutating func weights(_ count: Int, ofAllMagnitudes: Bool) -> [Double] {
        (0..<count).map { _ in
            ofAllMagnitudes
                ? Double(
                    sign: .plus,
                    exponent: Int.random(in: -900...900, using: &random),
                    significand: 1 + random.unit()
                )
                : Double.random(in: 0.1...3, using: &random)
        }
    }
}
