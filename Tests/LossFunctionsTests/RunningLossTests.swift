// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import SeededRandom
import TestSupport
import Testing

@Suite("A loss whose rows arrive in parts")
struct RunningLossTests {
    private static let losses = Catalogue.losses
        .filter { !$0.facts.signature.hasSegments }.map { $0.facts.name }
    private static let outputs: Outputs = [.loss, .statistics, .partial]

    /// Some of the rows of a tensor.
    private static func part(_ tensor: Tensor, _ rows: Range<Int>) -> Tensor {
        let length = tensor.shape.dropFirst().reduce(1, *)
        let values = tensor.values[(rows.lowerBound * length)..<(rows.upperBound * length)]
        return Tensor(
            shape: [rows.count] + tensor.shape.dropFirst(),
            values: Array(values),
            hasMissing: values.contains { $0.isNaN }
        )
    }

    /// The result of a request whose rows are cut at some places.
    private static func result(
        _ loss: Loss,
        _ request: LossRequest,
        cutAt ends: [Int]
    ) throws -> LossResult? {
        let count = request.inputs[0]?.shape[0] ?? 0
        var running = RunningLoss(loss, like: request)
        for (start, end) in zip([0] + ends, ends + [count]) {
            _ = try running?.add(
                request.inputs.map { $0.map { part($0, start..<end) } },
                weights: request.weights.map { part($0, start..<end) },
                mask: request.mask.map { part($0, start..<end) }
            )
        }
        return try running?.result()
    }

    @Test("has the result of all rows, to the last bit", arguments: losses)
    func wholes(name: String) throws {
        var samples = Samples(seed: 93)
        let entry = try #require(Catalogue.loss(named: name)).entry
        for (variant, loss) in try entry.variants().enumerated() {
            let batch = samples.batch(for: loss, rows: 60)
            for reduction in [Reduction.mean, .sum, .elementMean, .batchMean] {
                var request = batch.request(Self.outputs, reduction)
                if variant % 2 == 1 || reduction == .sum {
                    request.weights = Tensor(
                        shape: [60],
                        values: (0..<60).map { _ in
                            Double.random(in: 0.1...3, using: &samples.random)
                        }
                    )
                }
                if reduction != .sum {
                    let kept = (0..<60).map { _ in Bool.random(using: &samples.random) ? 1.0 : 0 }
                    request.mask = Tensor(shape: [60], values: kept)
                }
                let whole = try loss.evaluate(request)
                for ends in [[], [1], [30], [1, 2, 17, 17, 59]] {
                    let parts = try Self.result(loss, request, cutAt: ends)
                    #expect(parts == whole, "\(name), \(reduction), \(ends)")
                }
            }
        }
    }

    private static func squares(_ targets: [Double]) throws -> (Loss, LossRequest) {
        let loss = try #require(Catalogue.loss(named: "squared_error")).entry.loss(.none)
        let predictions = Tensor(
            shape: [targets.count],
            values: targets.map { $0.isNaN ? 7 : 2 * $0 }
        )
        let shape = [targets.count]
        let hasMissing = targets.contains { $0.isNaN }
        var request = LossRequest(inputs: [
            predictions, Tensor(shape: shape, values: targets, hasMissing: hasMissing),
        ])
        request.outputs = outputs
        return (loss, request)
    }

    @Test("skips missing values in any part")
    func missing() throws {
        var (loss, request) = try Self.squares([1, .nan, .nan, 4, -0.5, .nan])
        request.skipsMissing = true
        let whole = try loss.evaluate(request)
        #expect(whole.skipped == 3)
        #expect(try Self.result(loss, request, cutAt: [1, 3]) == whole)
        request.skipsMissing = false
        #expect(throws: LossError.missingValue(input: "targets", place: [1])) {
            try Self.result(loss, request, cutAt: [1, 3])
        }
    }

    @Test("has errors with their places in all rows")
    func places() throws {
        let loss = try #require(Catalogue.loss(named: "bce")).entry.loss(.none)
        var request = LossRequest(inputs: [
            Tensor(shape: [4], values: [0.5, 0.5, 0.5, 1.5]),
            Tensor(shape: [4], values: [0, 1, 1, 0]),
        ])
        request.outputs = [.loss]
        #expect {
            try Self.result(loss, request, cutAt: [2])
        } throws: { error in
            if case LossError.outsideDomain("predictions", [3], 1.5, _) = error {
                true
            } else {
                false
            }
        }
        let (squares, overflow) = try Self.squares([1, 2, 1e200])
        #expect(throws: LossError.notFinite(.loss, input: "predictions", place: [2])) {
            try Self.result(squares, overflow, cutAt: [1, 2])
        }
    }

    @Test("is refused where nothing is left to average, as all rows are")
    func nothing() throws {
        var (loss, request) = try Self.squares([1, 2, 3])
        request.mask = Tensor(shape: [3], values: [0, 0, 0])
        #expect(throws: LossError.nothingToAverage(.mask)) {
            try Self.result(loss, request, cutAt: [1])
        }
        request.mask = nil
        request.weights = Tensor(shape: [3], values: [0, 0, 0])
        #expect(throws: LossError.nothingToAverage(.weights)) {
            try Self.result(loss, request, cutAt: [1])
        }
        request.reduction = .sum
        request.outputs = .loss
        #expect(try Self.result(loss, request, cutAt: [1])?.loss == Tensor(0))
        let (_, empty) = try Self.squares([])
        #expect(throws: LossError.empty(input: "predictions")) {
            try Self.result(loss, empty, cutAt: [])
        }
    }

    @Test("does not exist if rows depend on each other, or are results themselves")
    func others() throws {
        let (loss, request) = try Self.squares([1, 2])
        #expect(RunningLoss(loss, like: request) != nil)
        for outputs in [Outputs.gradient, .elements, [.loss, .hessian]] {
            var other = request
            other.outputs = outputs
            #expect(RunningLoss(loss, like: other) == nil)
        }
        for reduction in [Reduction.none, .meanOfMeans, .meanOfSums] {
            var other = request
            other.reduction = reduction
            #expect(RunningLoss(loss, like: other) == nil)
        }
        let entry = try #require(Catalogue.loss(named: "categorical_cross_entropy")).entry
        let rows = LossRequest(inputs: [
            Tensor(shape: [2, 3], values: [0.2, 0.3, 0.5, 0.1, 0.1, 0.8]),
            Tensor(shape: [2], values: [0, 1]),
        ])
        for (axis, exists) in [(-1.0, true), (1, true), (0, false), (-2, false)] {
            let options = try OptionValues(["axis": .number(axis)], for: entry.facts.options)
            var request = rows
            request.outputs = .loss
            #expect((RunningLoss(try entry.loss(options), like: request) != nil) == exists)
        }
        for name in ["dice", "ctc", "triplet_margin"] {
            guard let found = Catalogue.loss(named: name), found.facts.signature.hasSegments else {
                continue
            }
            let loss = try found.entry.loss(.none)
            #expect(RunningLoss(loss, like: request) == nil)
        }
    }
}
