// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import SeededRandom
import TestSupport
import Testing

@Suite("Moments of losses")
struct MomentTests {
    private static let names = Catalogue.losses.map { $0.facts.name }
    /// The losses of which a batch has more than one.
    private static let divisible = Catalogue.losses
        .filter { $0.facts.signature.unit != .batch }.map { $0.facts.name }

    private func partial(_ loss: Loss, _ request: LossRequest) throws -> LossPartial {
        var request = request
        request.outputs = [.loss, .partial]
        let moments = try #require(try loss.evaluate(request).moments)
        return LossPartial(loss, [.init(moments)])
    }

    /// Some of the 60 rows of a batch, or groups of elements.
    private func part(_ batch: Batch, _ rows: Range<Int>) -> LossRequest {
        func part(_ tensor: Tensor) -> Tensor {
            let length = tensor.values.count / 60
            return Tensor(
                shape: [rows.count * tensor.shape[0] / 60] + tensor.shape.dropFirst(),
                values: Array(
                    tensor.values[(rows.lowerBound * length)..<(rows.upperBound * length)]
                )
            )
        }
        var request = Batch(
            batch.inputs.map(part),
            weights: batch.weights.map(part),
            omitted: batch.omitted
        )
        .request(.partial, .sum)
        request.offset = rows.lowerBound
        return request
    }

    @Test("merge into those of the whole for every split, order and tree", arguments: divisible)
    func cuts(name: String) throws {
        var samples = Samples(seed: 91)
        let entry = try #require(Catalogue.loss(named: name)).entry
        for (variant, loss) in try entry.variants().enumerated() {
            let shape = Samples.lossShape(of: loss, rows: 60)
            let batch = samples.batch(
                for: loss,
                rows: 60,
                weights: variant % 2 == 0 ? nil : weights(shape, &samples)
            )
            // The offset of a part counts losses, of which a row of elements has four.
            let width = shape.reduce(1, *) / 60
            let whole = try partial(loss, part(batch, 0..<60))
            for _ in 0..<100 {
                let ends =
                    ([0, 60] + (0..<7).map { _ in Int.random(in: 0...60, using: &samples.random) })
                    .sorted()
                var parts: [LossPartial] = []
                for (start, end) in zip(ends, ends.dropFirst()) where start < end {
                    var request = part(batch, start..<end)
                    request.offset *= width
                    parts.append(try partial(loss, request))
                }
                parts.shuffle(using: &samples.random)
                while parts.count > 1 {
                    let other = parts.remove(
                        at: Int.random(in: parts.indices, using: &samples.random)
                    )
                    try parts[Int.random(in: parts.indices, using: &samples.random)].merge(other)
                }
                #expect(parts[0] == whole)
            }
        }
    }

    private func weights(_ shape: [Int], _ samples: inout Samples) -> Tensor {
        Tensor(
            shape: shape,
            values: (0..<shape.reduce(1, *)).map { _ in
                Double.random(in: 0.1...3, using: &samples.random)
            }
        )
    }

    @Test("give the losses and statistics of a single request, to the last bit", arguments: names)
    func results(name: String) throws {
        var samples = Samples(seed: 92)
        let entry = try #require(Catalogue.loss(named: name)).entry
        for loss in try entry.variants() {
            for isWeighted in [false, true] {
                let weights = isWeighted ? samples.weights(for: loss) : nil
                let batch = samples.batch(for: loss, weights: weights)
                let moments = try partial(loss, batch.request(.partial, .sum)).total()
                for reduction in [Reduction.sum, .mean, .elementMean] {
                    let result = try loss.evaluate(batch, [.loss, .statistics], reduction)
                    let normalizer = try #require(moments.normalizer(of: reduction))
                    #expect(normalizer == result.normalizer)
                    #expect(result.loss == Tensor(moments.loss(dividedBy: normalizer)))
                    let statistics = try Statistics(moments, input: "predictions") {
                        Tensor.place(of: $0, in: Samples.lossShape(of: loss))
                    }
                    #expect(result.statistics == statistics)
                    if reduction == .mean {
                        #expect(result.loss == Tensor(statistics.mean))
                    }
                }
            }
        }
    }

    @Test("respect masks, weights and ignored classes, as requests do")
    func leftOut() throws {
        let options: [String: OptionValue] = [
            "from_logits": .flag(true), "class_weights": .list([0.3, 0.7, 0.11]),
            "ignore_index": .number(2),
        ]
        let entry = try #require(Catalogue.loss(named: "categorical_cross_entropy")).entry
        let loss = try entry.loss(OptionValues(options, for: entry.facts.options))
        var request = LossRequest(inputs: [
            Tensor(shape: [5, 3], values: (0..<15).map { Double($0 * $0 % 7) / 3 }),
            Tensor(shape: [5], values: [0, 1, 2, 1, 0]),
        ])
        request.weights = Tensor(shape: [5], values: [0.1, 2, 3, 0.7, 5])
        request.mask = Tensor(shape: [5], values: [1, 1, 1, 0, 1])
        request.outputs = [.loss, .partial]
        for reduction in [Reduction.sum, .mean, .elementMean] {
            request.reduction = reduction
            let result = try loss.evaluate(request)
            let moments = try #require(result.moments)
            let normalizer = try #require(moments.normalizer(of: reduction))
            #expect(normalizer == result.normalizer)
            #expect(result.loss == Tensor(moments.loss(dividedBy: normalizer)))
        }
    }

    @Test("keep the variance of losses near 1e9")
    func cancellation() throws {
        let loss = try #require(Catalogue.loss(named: "absolute_error")).entry.loss(.none)
        let predictions = (0..<1_000).map { 1e9 + Double($0 % 8) / 8 }
        let shape = [predictions.count]
        let batch = Batch(
            predictions: Tensor(shape: shape, values: predictions),
            targets: Tensor(shape: shape, values: [Double](repeating: 0, count: shape[0]))
        )
        let statistics = try #require(try loss.evaluate(batch, .statistics, .mean).statistics)
        // The variance of eighths from 0 to 7 of equal frequency is 63/12 of 1/64, times n/(n - 1).
        let variance = 63.0 / 12 / 64
        #expect(statistics.variance == variance * 1_000 / 999)
        let error = try #require(statistics.standardError)
        #expect(ulps(error, from: (variance / 999).squareRoot()) <= 1)
    }

    @Test("are exact where squares overflow and underflow")
    func extremes() throws {
        let loss = try #require(Catalogue.loss(named: "absolute_error")).entry.loss(.none)
        func statistics(_ losses: [Double], _ weights: [Double]?) throws -> Statistics {
            let shape = [losses.count]
            let batch = Batch(
                predictions: Tensor(shape: shape, values: losses),
                targets: Tensor(shape: shape, values: [Double](repeating: 0, count: shape[0])),
                weights: weights.map { Tensor(shape: shape, values: $0) }
            )
            return try #require(try loss.evaluate(batch, .statistics, .mean).statistics)
        }
        let tiny = try statistics([0x1p-1000, 0x1.8p-999], [0x1p-1074, 0x1p-1074])
        #expect(tiny.mean == 0x1p-999 && tiny.variance == 0 && tiny.standardError == 0x1p-1000)
        let large = try statistics([1e300, 1e300, 1e300], [1e300, 1e-300, 3])
        #expect(large.mean == 1e300 && large.variance == 0 && large.standardError == 0)
        // The variance is beyond the largest double.
        #expect(throws: LossError.notFinite(.statistics, input: "predictions", place: [])) {
            try statistics([1e300, 0], nil)
        }
    }

    @Test("merge only with those of the same loss, options and numerics")
    func mismatches() throws {
        func partial(
            _ name: String,
            _ options: [String: OptionValue],
            _ numerics: Int = 1
        ) throws
            -> LossPartial
        {
            let entry = try #require(Catalogue.loss(named: name)).entry
            let loss = try entry.loss(OptionValues(options, for: entry.facts.options))
            return LossPartial(loss, numerics: numerics, [.init(.none)])
        }
        var own = try partial("huber", [:])
        try own.merge(partial("huber", ["delta": .number(1)]))
        #expect(throws: LossPartial.Mismatch.option("delta", .number(1), .number(2))) {
            try own.merge(partial("huber", ["delta": .number(2)]))
        }
        #expect(throws: LossPartial.Mismatch.loss("huber", "hinge")) {
            try own.merge(partial("hinge", [:]))
        }
        #expect(throws: LossPartial.Mismatch.numerics(1, 2)) {
            try own.merge(partial("huber", [:], 2))
        }
        let most = Moments(count: .max, least: nil, greatest: nil) { _ in .zero }
        let entry = try #require(Catalogue.loss(named: "huber")).entry
        // A count, or a sum, beyond the range of numbers.
        let large = try #require(ExactNumber("1p4199"))
        let half = Moments(count: 1, least: nil, greatest: nil) { _ in large }
        for moments in [most, half] {
            var full = try LossPartial(entry.loss(.none), [.init(moments)])
            #expect(throws: LossPartial.Mismatch.tooLarge) { try full.merge(full) }
        }
        // One that only nears the end of the range is in it.
        let opposite = Moments(count: 1, least: nil, greatest: nil) { _ in -large }
        var sum = try LossPartial(entry.loss(.none), [.init(half)])
        for moments in [opposite, opposite, half] {
            try sum.merge(LossPartial(entry.loss(.none), [.init(moments)]))
        }
        #expect(try sum.total()[.loss].isZero)
    }

    @Test("of groups are merged by key, in the order of their bytes")
    func groups() throws {
        let loss = try #require(Catalogue.loss(named: "huber")).entry.loss(.none)
        func moments(_ count: Int) -> Moments {
            Moments(count: count, least: nil, greatest: nil) { _ in ExactNumber(count) }
        }
        var one = LossPartial(
            loss,
            [.init(key: "b", moments(1)), .init(key: "é", moments(2)), .init(moments(4))]
        )
        let other = LossPartial(
            loss,
            [
                .init(key: "z", moments(8)), .init(key: "b", moments(16)),
                .init(key: "", moments(32)),
            ]
        )
        try one.merge(other)
        #expect(one.groups.map { $0.key } == [nil, "", "b", "z", "é"])
        #expect(one.groups.map { $0.moments.count } == [4, 32, 17, 8, 2])
        #expect(try one.total() == moments(63))
    }
}
