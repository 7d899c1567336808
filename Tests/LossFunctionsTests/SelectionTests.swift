// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import SeededRandom
import TestSupport
import Testing

/// Masks, missing values, denominators and requested derivatives, over the whole catalogue.
@Suite("Every loss, with a part of its batch")
struct SelectionTests {
    private static let names = Catalogue.losses.map { $0.facts.name }
    /// The losses of which a batch has more than one.
    private static let divisible = Catalogue.losses
        .filter { $0.facts.signature.unit != .batch }.map { $0.facts.name }
    private static let everything: Outputs = [.loss, .gradient, .hessian, .elements, .statistics]
    private static let rows = [1, 2, 4]

    private func variants(_ name: String) throws -> [Loss] {
        try #require(Catalogue.loss(named: name)).entry.variants()
    }

    /// The batch with only some of its rows, or groups of elements.
    private func part(_ batch: Batch, _ rows: [Int]) -> Batch {
        func part(_ tensor: Tensor) -> Tensor {
            let length = tensor.values.count / Samples.shape[0]
            return Tensor(
                shape: [rows.count * tensor.shape[0] / Samples.shape[0]]
                    + tensor.shape.dropFirst(),
                values: rows.flatMap { tensor.values[($0 * length)..<(($0 + 1) * length)] }
            )
        }
        return Batch(
            batch.inputs.map(part),
            weights: batch.weights.map(part),
            omitted: batch.omitted
        )
    }

    /// The batch with nothing but missing values in the other rows, except for what divides it.
    private func missing(_ batch: Batch, but rows: [Int], _ signature: Signature) -> [Tensor?] {
        batch.inputs.enumerated().map { index, tensor in
            guard !batch.omitted.contains(index) else { return nil }
            guard index != signature.grouping?.ids else { return tensor }
            let length = tensor.values.count / Samples.shape[0]
            return Tensor(
                shape: tensor.shape,
                values: tensor.values.indices.map {
                    rows.contains($0 / length) ? tensor.values[$0] : .nan
                },
                hasMissing: true
            )
        }
    }

    private func rows(of tensor: Tensor?, _ rows: [Int]) throws -> [Double] {
        let tensor = try #require(tensor)
        let length = tensor.values.count / Samples.shape[0]
        return rows.flatMap { tensor.values[($0 * length)..<(($0 + 1) * length)] }
    }

    @Test("leaves out masked losses, as if they were absent", arguments: divisible)
    func mask(name: String) throws {
        try expectLeftOut(name) { request, count in
            request.mask = Tensor(
                shape: [count],
                values: (0..<count).map { Self.rows.contains($0) ? 1 : 0 }
            )
        }
    }

    @Test("skips losses with missing values, as if they were absent", arguments: divisible)
    func skip(name: String) throws {
        try expectLeftOut(name) { request, _ in request.skipsMissing = true }
    }

    private func expectLeftOut(
        _ name: String,
        _ leaveOut: (_ request: inout LossRequest, _ count: Int) -> Void
    ) throws {
        var samples = Samples(seed: 61)
        for loss in try variants(name) {
            let batch = samples.batch(for: loss, weights: samples.weights(for: loss))
            let count = Samples.shape[0]
            for reduction in Reduction.allCases {
                var request = batch.request(Self.everything, reduction)
                request.inputs = missing(batch, but: Self.rows, loss.facts.signature)
                leaveOut(&request, count)
                let some = try loss.evaluate(request)
                let only = try loss.evaluate(part(batch, Self.rows), Self.everything, reduction)
                #expect(some.normalizer == only.normalizer, "\(reduction)")
                if reduction != .none { #expect(some.loss == only.loss, "\(reduction)") }
                #expect(try rows(of: some.gradient, Self.rows) == only.gradient?.values)
                #expect(try rows(of: some.hessian, Self.rows) == only.hessian?.values)
                #expect(try rows(of: some.elements, Self.rows) == only.elements?.values)
                let others = (0..<count).filter { !Self.rows.contains($0) }
                #expect(try rows(of: some.gradient, others).allSatisfy { $0 == 0 })
                #expect(try rows(of: some.hessian, others).allSatisfy { $0 == 0 })
                #expect(try rows(of: some.elements, others).allSatisfy { $0.isNaN })
                #expect(some.statistics?.count == only.statistics?.count)
                #expect(some.statistics?.standardError == only.statistics?.standardError)
            }
        }
    }

    @Test("refuses missing values with their place, unless they are left out", arguments: divisible)
    func refusal(name: String) throws {
        var samples = Samples(seed: 62)
        for loss in try variants(name) {
            let batch = samples.batch(for: loss)
            var request = batch.request(.loss, .mean)
            request.inputs = missing(batch, but: [0, 1, 2, 4, 5], loss.facts.signature)
            let first = loss.facts.signature.inputs[0].name
            let place = Tensor.place(
                of: batch.predictions.values.count / 2,
                in: batch.predictions.shape
            )
            #expect(throws: LossError.missingValue(input: first, place: place)) {
                try loss.evaluate(request)
            }
        }
    }

    @Test("has the sum 0 if no loss is left, and refuses a mean", arguments: names)
    func nothing(name: String) throws {
        var samples = Samples(seed: 63)
        for loss in try variants(name) {
            let batch = samples.batch(for: loss)
            for reduction in Reduction.allCases {
                var request = batch.request([.loss, .gradient], reduction)
                request.mask = Tensor(0)
                if reduction == .sum || reduction == .none {
                    let result = try loss.evaluate(request)
                    #expect(result.gradient?.values.allSatisfy { $0 == 0 } == true)
                    if reduction == .sum { #expect(result.loss == Tensor(0)) }
                } else {
                    #expect(throws: LossError.nothingToAverage(.mask), "\(reduction)") {
                        try loss.evaluate(request)
                    }
                    request.normalizer = 3
                    if reduction.acceptsNormalizer {
                        #expect(try loss.evaluate(request).loss == Tensor(0))
                    }
                }
            }
        }
    }

    @Test("has the same bits if the returned denominator is sent back", arguments: names)
    func normalizer(name: String) throws {
        var samples = Samples(seed: 64)
        for loss in try variants(name) {
            let batch = samples.batch(for: loss, weights: samples.weights(for: loss))
            for reduction in [Reduction.mean, .meanOfSums] {
                let plain = try loss.evaluate(batch, Self.everything, reduction)
                var request = batch.request(Self.everything, reduction)
                request.normalizer = plain.normalizer
                #expect(try loss.evaluate(request) == plain)
                request.normalizer = 2 * plain.normalizer
                let half = try loss.evaluate(request)
                #expect(try #require(half.loss).values[0] == #require(plain.loss).values[0] / 2)
            }
        }
    }

    @Test("reduces the items of the first dimension separately", arguments: divisible)
    func nested(name: String) throws {
        var samples = Samples(seed: 65)
        for loss in try variants(name) {
            let batch = samples.batch(for: loss, weights: samples.weights(for: loss))
            let count = Samples.shape[0]
            for (outer, inner) in [(Reduction.meanOfMeans, Reduction.mean), (.meanOfSums, .sum)] {
                let whole = try loss.evaluate(batch, Self.everything, outer)
                let items = try (0..<count).map {
                    try loss.evaluate(part(batch, [$0]), Self.everything, inner)
                }
                var sum = ExactSum()
                for item in items { sum.add(try #require(item.loss).values[0]) }
                #expect(whole.loss == Tensor(sum.value(dividedBy: Double(count))))
                for (item, result) in items.enumerated() {
                    let own = try #require(result.gradient).values
                    for (slope, expected) in zip(try rows(of: whole.gradient, [item]), own) {
                        #expect(ulps(slope, from: expected / Double(count)) <= 4)
                    }
                }
            }
        }
    }

    @Test("counts items without losses as empty_rows states")
    func emptyRows() throws {
        let loss = try #require(Catalogue.loss(named: "mae")).entry.loss(.none)
        let batch = Batch(
            predictions: Tensor(shape: [2, 2], values: [1, 3, 5, 7]),
            targets: Tensor(shape: [2, 2], values: [0, 0, 0, 0])
        )
        var request = batch.request(.lossAndGradient, .meanOfMeans)
        request.mask = Tensor(shape: [2], values: [1, 0])
        #expect(try loss.evaluate(request).loss == Tensor(2))
        request.emptyRows = .zero
        #expect(try loss.evaluate(request).loss == Tensor(1))
    }

    @Test("has derivatives for every input that agree with finite differences", arguments: names)
    func derivatives(name: String) throws {
        var samples = Samples(seed: 66)
        for loss in try variants(name) where loss.facts.hasDerivatives {
            let inputs = loss.facts.signature.differentiable
            let batch = samples.batch(for: loss, weights: samples.weights(for: loss))
            var request = batch.request([.loss, .gradient, .hessian], .mean)
            request.gradientOf = inputs
            let exact = try loss.evaluate(request)
            #expect(exact.gradients.map { $0.input } == inputs)
            let step = 1e-5
            for (derivative, second) in zip(exact.gradients, exact.hessians) {
                for offset in derivative.tensor.values.indices {
                    func shifted(by step: Double) throws -> LossResult {
                        var request = request
                        let tensor = batch.inputs[derivative.input]
                        var values = tensor.values
                        values[offset] += step
                        request.inputs[derivative.input] = Tensor(
                            shape: tensor.shape,
                            values: values
                        )
                        request.gradientOf = [derivative.input]
                        return try loss.evaluate(request)
                    }
                    let (up, down) = (try shifted(by: step), try shifted(by: -step))
                    let slope =
                        (try #require(up.loss).values[0] - #require(down.loss).values[0])
                        / (2 * step)
                    let own = derivative.tensor.values[offset]
                    #expect((slope - own).magnitude <= 1e-6 * max(1, slope.magnitude))
                    let curvature =
                        (try #require(up.gradient).values[offset]
                            - #require(down.gradient).values[offset]) / (2 * step)
                    let ownCurvature = second.tensor.values[offset]
                    #expect(
                        (curvature - ownCurvature).magnitude <= 1e-5 * max(1, curvature.magnitude)
                    )
                }
            }
        }
    }

    @Test("has surrogates that are not negative and not below their lower bound", arguments: names)
    func surrogates(name: String) throws {
        // The derivatives of padding, beyond the lengths of a sequence, remain 0.
        let entry = try #require(Catalogue.loss(named: name)).entry
        let mayHavePadding = entry.facts.signature.inputs.contains { $0.name == "target_lengths" }
        var samples = Samples(seed: 67)
        for loss in try entry.variants() {
            let batch = samples.batch(for: loss)
            var request = batch.request(.hessian, .sum)
            request.hessianKind = .positive
            let hessian = try #require(try loss.evaluate(request).hessian).values
            #expect(hessian.allSatisfy { $0 >= 0 })
            request.hessianFloor = 0.25
            let raised = try #require(try loss.evaluate(request).hessian).values
            for (raised, own) in zip(raised, hessian) {
                #expect(raised == max(own, 0.25) || mayHavePadding && own == 0 && raised == 0)
            }
            request.hessianScale = 2
            let scaled = try #require(try loss.evaluate(request).hessian).values
            for (scaled, own) in zip(scaled, hessian) {
                #expect(scaled == max(2 * own, 0.25) || mayHavePadding && own == 0 && scaled == 0)
            }
            request.mask = Tensor(0)
            let masked = try #require(try loss.evaluate(request).hessian).values
            #expect(masked.allSatisfy { $0 == 0 })
        }
    }

    @Test("refuses an infinite loss whose weight is 0, with every reduction and output")
    func infiniteLoss() throws {
        let loss = try #require(Catalogue.loss(named: "mse")).entry.loss(.none)
        for rows in [[0, 1], [1, 0]] {
            let batch = Batch(
                predictions: Tensor(shape: [2, 1], values: rows.map { $0 == 0 ? 0 : 1e200 }),
                targets: Tensor(shape: [2, 1], values: [0, 0]),
                weights: Tensor(shape: [2], values: rows.map { $0 == 0 ? 1 : 0 })
            )
            for reduction in Reduction.allCases {
                for outputs: Outputs in [.loss, .elements, [.loss, .elements], .statistics] {
                    #expect(throws: LossError.self, "\(reduction) \(outputs)") {
                        try loss.evaluate(batch, outputs, reduction)
                    }
                }
            }
        }
    }

    @Test("has statistics of the losses")
    func statistics() throws {
        let loss = try #require(Catalogue.loss(named: "mae")).entry.loss(.none)
        let batch = Batch(
            predictions: Tensor(shape: [2, 2], values: [1, 4, 2, 5]),
            targets: Tensor(shape: [2, 2], values: [0, 0, 0, 0])
        )
        let statistics = try #require(loss.evaluate(batch, .statistics, .mean).statistics)
        #expect(statistics.count == 4 && statistics.mean == 3)
        // The deviations are -2, 1, -1 and 2.
        #expect(statistics.variance == 10.0 / 3)
        #expect(ulps(try #require(statistics.standardError), from: (10.0 / 12).squareRoot()) <= 1)
        #expect(statistics.least == .init(loss: 1, place: [0, 0]))
        #expect(statistics.greatest == .init(loss: 5, place: [1, 1]))
        let one = Batch(predictions: Tensor(2), targets: Tensor(0))
        let single = try #require(loss.evaluate(one, .statistics, .mean).statistics)
        #expect(single.variance == nil && single.standardError == nil && single.mean == 2)
    }

    @Test("is correct where weights differ by more than the range of doubles")
    func extremeWeights() throws {
        let loss = try #require(Catalogue.loss(named: "mae")).entry.loss(.none)
        func mean(_ predictions: [Double], _ weights: [Double]) throws -> LossResult {
            let shape = [predictions.count]
            return try loss.evaluate(
                Batch(
                    predictions: Tensor(shape: shape, values: predictions),
                    targets: Tensor(shape: shape, values: [Double](repeating: 0, count: shape[0])),
                    weights: Tensor(shape: shape, values: weights)
                ),
                .lossAndGradient,
                .mean
            )
        }
        // By exact fractions of the doubles given.
        #expect(try mean([0, 1e308], [1e300, 1e-300]).loss == Tensor(9.999999999999999e-293))
        #expect(try mean([0, 1e300], [1e10, 1e-305]).loss == Tensor(1e-15))
        #expect(try mean([1.7e308, 0, 1], [1.9, 1.9, 1]).loss?.values[0].isFinite == true)
        #expect(
            try mean([Double(bitPattern: 102), 0], [1, 3.975609756097561]).loss?.values[0]
                .bitPattern == 21
        )
        #expect(
            try mean([1, 1, 1], [0x1p1000, 0x1p947, 1e-250]).normalizer == 1.0715086071862676e301
        )
        let tiny = Double(bitPattern: 2_024)
        let small = try mean([3, 0], [tiny, tiny])
        #expect(small.gradient?.values == [0.5, 0] && small.loss == Tensor(1.5))
    }
}
