// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import TestSupport
import Testing

@Suite("Every loss in the catalogue")
struct CataloguePropertyTests {
    private static let names = Catalogue.losses.map { $0.facts.name }
    private static let everything: Outputs = [.loss, .gradient, .hessian, .elements]

    private func variants(_ name: String) throws -> [Loss] {
        try #require(Catalogue.loss(named: name)).entry.variants()
    }

    @Test(
        "has a gradient and a Hessian that agree with finite differences",
        arguments: Catalogue.losses.map { $0.facts }.filter { $0.hasDerivatives }.map { $0.name }
    )
    func derivatives(name: String) throws {
        var samples = Samples(seed: 11)
        for loss in try variants(name) {
            let batch = samples.batch(for: loss, weights: samples.weights(for: loss))
            let exact = try loss.evaluate(batch, Self.everything, .mean)
            let first = loss.facts.signature.primary[0]
            let gradient = try #require(exact.gradient).values
            let hessian = try #require(exact.hessian).values
            // Central differences have an error of h² times the next derivative, below 1e-7 here, plus
            // the rounding of the loss divided by h, about 1e-11.
            let step = 1e-5
            for offset in gradient.indices {
                let up = try loss.evaluate(
                    batch.shifted(first, at: offset, by: step),
                    Self.everything,
                    .mean
                )
                let down = try loss.evaluate(
                    batch.shifted(first, at: offset, by: -step),
                    Self.everything,
                    .mean
                )
                let slope = (try up.total() - down.total()) / (2 * step)
                #expect((slope - gradient[offset]).magnitude <= 1e-6 * max(1, slope.magnitude))
                let curvature =
                    (try #require(up.gradient).values[offset]
                        - #require(down.gradient).values[offset]) / (2 * step)
                #expect(
                    (curvature - hessian[offset]).magnitude <= 1e-5 * max(1, curvature.magnitude)
                )
            }
        }
    }

    @Test(
        "of rows has derivatives in its targets that agree with finite differences",
        arguments: Catalogue.losses.map { $0.facts }.filter {
            $0.signature.unit == .row
                && $0.signature.inputs.dropFirst().first?.role == .differentiable
        }.map { $0.name }
    )
    func derivativesOfTargets(name: String) throws {
        var samples = Samples(seed: 21)
        for loss in try variants(name) {
            let batch = samples.batch(for: loss)
            func result(_ batch: Batch) throws -> LossResult {
                var request = batch.request([.loss, .gradient, .hessian], .mean)
                request.gradientOf = [1]
                return try loss.evaluate(request)
            }
            let exact = try result(batch)
            let step = 1e-5
            for offset in batch.targets.values.indices {
                let up = try result(batch.shifted(1, at: offset, by: step))
                let down = try result(batch.shifted(1, at: offset, by: -step))
                let gradient = exact.gradients[0].tensor.values[offset]
                let slope = (try up.total() - down.total()) / (2 * step)
                #expect((slope - gradient).magnitude <= 1e-6 * max(1, slope.magnitude))
                let difference =
                    up.gradients[0].tensor.values[offset] - down.gradients[0].tensor.values[offset]
                let (curvature, hessian) = (
                    difference / (2 * step), exact.hessians[0].tensor.values[offset]
                )
                #expect((curvature - hessian).magnitude <= 1e-5 * max(1, curvature.magnitude))
            }
        }
    }

    @Test("computes the requested outputs and no others, reproducibly", arguments: names)
    func outputs(name: String) throws {
        var samples = Samples(seed: 12)
        for loss in try variants(name) {
            let batch = samples.batch(for: loss)
            let all = try loss.evaluate(batch, Self.everything, .mean)
            for bits in UInt16(1)..<16 {
                let wanted = Outputs(rawValue: bits)
                let some = try loss.evaluate(batch, wanted, .mean)
                #expect(some.loss == (wanted.contains(.loss) ? all.loss : nil))
                #expect(some.gradient == (wanted.contains(.gradient) ? all.gradient : nil))
                #expect(some.hessian == (wanted.contains(.hessian) ? all.hessian : nil))
                #expect(some.elements == (wanted.contains(.elements) ? all.elements : nil))
                #expect(some.normalizer == all.normalizer)
            }
        }
    }

    @Test("reduces by exact sums over its elements", arguments: names)
    func reductions(name: String) throws {
        var samples = Samples(seed: 13)
        for loss in try variants(name) {
            let weights = samples.weights(for: loss)
            let batch = samples.batch(for: loss, weights: weights)
            let each = try loss.evaluate(batch, Self.everything, .none)
            let elements = try #require(each.elements).values
            var sum = ExactSum()
            var total = ExactSum()
            for (element, weight) in zip(elements, weights.values) {
                sum.add(element, times: weight)
                total.add(weight)
            }
            let count = Double(elements.count)
            let denominators: [Reduction: Double] = [
                .mean: total.value, .sum: 1,
                .batchMean: Double(Samples.lossShape(of: loss).first ?? 1),
                .elementMean: count,
            ]
            for (reduction, denominator) in denominators {
                let evaluation = try loss.evaluate(batch, Self.everything, reduction)
                #expect(evaluation.normalizer == denominator)
                // The sum and the quotient are rounded once each.
                #expect(ulps(try evaluation.total(), from: sum.value / denominator) <= 1)
                let slopes = try #require(each.gradient).values
                for (slope, own) in zip(try #require(evaluation.gradient).values, slopes) {
                    // Roundings of weight and normalizer in both results: a few ulp.
                    #expect(ulps(slope, from: own / denominator) <= 4)
                }
            }
        }
    }

    @Test("does not depend on the order of its losses", arguments: names)
    func order(name: String) throws {
        var samples = Samples(seed: 14)
        for loss in try variants(name) {
            let batch = samples.batch(for: loss)
            let straight = try loss.evaluate(batch, Self.everything, .mean)
            let reversed = try loss.evaluate(batch.withRowsReversed(), Self.everything, .mean)
            // The sums within a loss of the whole batch are rounded in another order.
            let tolerance = loss.facts.signature.unit == .batch ? 1.0 : 0
            #expect(ulps(try straight.total(), from: try reversed.total()) <= tolerance)
        }
    }

    @Test("ignores the scale of weights in a mean", arguments: names)
    func scale(name: String) throws {
        var samples = Samples(seed: 15)
        for loss in try variants(name) {
            let weights = samples.weights(for: loss)
            let batch = samples.batch(for: loss, weights: weights)
            let plain = try loss.evaluate(batch, Self.everything, .mean)
            for exponent in [-1_000, -3, 900] {
                let scaled = Tensor(
                    shape: weights.shape,
                    values: weights.values.map {
                        $0 * Double(sign: .plus, exponent: exponent, significand: 1)
                    }
                )
                let evaluation = try loss.evaluate(
                    Batch(batch.inputs, weights: scaled, omitted: batch.omitted),
                    Self.everything,
                    .mean
                )
                #expect(evaluation.loss == plain.loss)
                #expect(evaluation.gradient == plain.gradient)
            }
        }
    }

    @Test("accepts one weight, one per row, and one per loss", arguments: names)
    func weightShapes(name: String) throws {
        var samples = Samples(seed: 16)
        for loss in try variants(name) {
            let batch = samples.batch(for: loss)
            func weighted(_ weights: Tensor) throws -> LossResult {
                try loss.evaluate(
                    Batch(batch.inputs, weights: weights, omitted: batch.omitted),
                    Self.everything,
                    .sum
                )
            }
            let rows = Samples.shape[0]
            let one = try weighted(Tensor(2))
            let losses = Samples.lossShape(of: loss)
            for shape in [Array(losses.prefix(1)), losses] {
                let each = Array(repeating: 2.0, count: shape.reduce(1, *))
                #expect(one == (try weighted(Tensor(shape: shape, values: each))))
            }
            #expect(throws: LossError.self) {
                try weighted(
                    Tensor(shape: [rows + 1], values: Array(repeating: 2, count: rows + 1))
                )
            }
        }
    }

    @Test("rejects numbers outside its domains, with their place", arguments: names)
    func domains(name: String) throws {
        var samples = Samples(seed: 17)
        for loss in try variants(name) {
            let batch = samples.batch(for: loss)
            for index in batch.inputs.indices
            where loss.domain(index) != .real && !batch.omitted.contains(index) {
                let outlier = Samples.outlier(of: loss.domain(index))
                let input = loss.facts.signature.inputs[index].name
                let shape = batch.inputs[index].shape
                let offset = min(9, batch.inputs[index].values.count - 1)
                let place = Tensor.place(of: offset, in: shape)
                let bad = batch.replacing(index, at: offset, by: outlier)
                let error = #expect(throws: LossError.self) {
                    try loss.evaluate(bad, Self.everything, .mean)
                }
                switch error {
                case .outsideDomain(input: input, place: place, value: outlier, _): break
                case .notAClassIndex(input: input, place: place, value: outlier, _, _): break
                default: Issue.record("\(name): \(String(describing: error))")
                }
            }
        }
    }

    @Test("rejects empty inputs and mismatched shapes", arguments: names)
    func shapes(name: String) throws {
        var samples = Samples(seed: 18)
        for loss in try variants(name) {
            let batch = samples.batch(for: loss)
            let nothing = batch.inputs.map {
                Tensor(shape: [0] + $0.shape.dropFirst(), values: [])
            }
            let first = loss.facts.signature.inputs[0].name
            #expect(throws: LossError.empty(input: first)) {
                try loss.evaluate(
                    Batch(nothing, omitted: batch.omitted),
                    Self.everything,
                    .mean
                )
            }
            for input in batch.inputs.indices.dropFirst() where !batch.omitted.contains(input) {
                var inputs = batch.inputs
                let values = inputs[input].values
                inputs[input] = Tensor(shape: [values.count, 1], values: values)
                #expect(throws: LossError.self) {
                    try loss.evaluate(
                        Batch(inputs, omitted: batch.omitted),
                        Self.everything,
                        .mean
                    )
                }
            }
        }
    }

    @Test("returns finite numbers or an error for inputs of any size", arguments: names)
    func finiteness(name: String) throws {
        var samples = Samples(seed: 20)
        for loss in try variants(name) {
            for size in [1e100, 1e200, 1e308, .greatestFiniteMagnitude] {
                let weights = samples.weights(for: loss)
                var batch = samples.batch(
                    for: loss,
                    weights: Tensor(
                        shape: weights.shape,
                        values: weights.values.map { $0 / 3 * size }
                    )
                )
                if loss.domain(0) == .real {
                    batch = batch.replacing(0, at: 3, by: size)
                    batch = batch.replacing(0, at: 4, by: -size)
                }
                for reduction in Reduction.allCases {
                    guard let evaluation = try? loss.evaluate(batch, Self.everything, reduction)
                    else {
                        continue
                    }
                    let numbers = [
                        evaluation.loss, evaluation.gradient, evaluation.hessian,
                        evaluation.elements,
                    ]
                    .flatMap { $0?.values ?? [] }
                    #expect(numbers.allSatisfy { $0.isFinite } && evaluation.normalizer.isFinite)
                    #expect(!numbers.contains { $0.bitPattern == (-0.0 as Double).bitPattern })
                }
            }
        }
    }

    @Test("rejects weights that are negative or all zero", arguments: names)
    func weights(name: String) throws {
        var samples = Samples(seed: 19)
        for loss in try variants(name) {
            var batch = samples.batch(for: loss, weights: Tensor(0))
            let divided: [Reduction] = [.mean, .meanOfMeans]
            for reduction in divided {
                #expect(throws: LossError.nothingToAverage(.weights)) {
                    try loss.evaluate(batch, Self.everything, reduction)
                }
            }
            for reduction in Reduction.allCases where !divided.contains(reduction) {
                let result = try loss.evaluate(batch, Self.everything, reduction)
                for zeros in [result.loss, result.gradient, result.hessian] {
                    #expect(zeros?.values.allSatisfy { $0 == 0 } == true, "\(reduction)")
                }
            }
            let shape = Array(Samples.lossShape(of: loss).prefix(1))
            let place = shape.map { _ in 3 }
            batch = Batch(
                batch.inputs,
                weights: shape.isEmpty
                    ? Tensor(-1) : Tensor(shape: shape, values: [1, 1, 1, -1, 1, 1]),
                omitted: batch.omitted
            )
            let error = #expect(throws: LossError.self) {
                try loss.evaluate(batch, Self.everything, .mean)
            }
            guard case .outsideDomain(input: "weights", place: place, value: -1, _) = error else {
                Issue.record("\(name): \(String(describing: error))")
                continue
            }
        }
    }
}

extension LossResult {
    /// The loss, if it is a single number.
    fileprivate func total() throws -> Double {
        try #require(loss).values[0]
    }
}

extension Batch {
    fileprivate func shifted(_ input: Int, at offset: Int, by step: Double) -> Batch {
        replacing(input, at: offset, by: inputs[input].values[offset] + step)
    }

    fileprivate func replacing(_ input: Int, at offset: Int, by value: Double) -> Batch {
        func replaced(_ tensor: Tensor) -> Tensor {
            var values = tensor.values
            values[offset] = value
            return Tensor(shape: tensor.shape, values: values)
        }
        var inputs = inputs
        inputs[input] = replaced(inputs[input])
        return Batch(inputs, weights: weights, omitted: omitted)
    }

    fileprivate func withRowsReversed() -> Batch {
        func reversed(_ tensor: Tensor) -> Tensor {
            let length = tensor.values.count / tensor.shape[0]
            let rows = (0..<tensor.shape[0]).reversed().flatMap {
                tensor.values[($0 * length)..<(($0 + 1) * length)]
            }
            return Tensor(shape: tensor.shape, values: Array(rows))
        }
        return Batch(inputs.map { reversed($0) }, omitted: omitted)
    }
}
