// SPDX-License-Identifier: Apache-2.0

import Foundation
import LossFacts
import LossFunctions
import SeededRandom
import TestSupport
import Testing

/// The division into segments, and losses whose values are known without a reference implementation.
@Suite("A loss of segments")
struct SegmentTests {
    private func loss(_ name: String, _ options: [String: OptionValue] = [:]) throws -> Loss {
        let entry = try #require(Catalogue.loss(named: name)).entry
        return try entry.loss(OptionValues(options, for: entry.facts.options))
    }

    private func ranking(
        _ predictions: [Double],
        _ targets: [Double],
        ids: [Double]? = nil,
        lengths: [Double]? = nil
    ) -> LossRequest {
        func tensor(_ values: [Double]) -> Tensor { Tensor(shape: [values.count], values: values) }
        var request = LossRequest(inputs: [
            tensor(predictions), tensor(targets), ids.map(tensor), lengths.map(tensor),
        ])
        request.outputs = [.loss, .gradient, .hessian, .elements]
        return request
    }

    @Test("is the same for ids and for lengths, and for ids in any order")
    func grouping() throws {
        let loss = try loss("lambdarank_ndcg")
        let (predictions, targets) = ([0.2, 1.7, -0.4, 2, 0.5, 0.1], [1.0, 0, 2, 0, 3, 1])
        let plain = try loss.evaluate(ranking(predictions, targets, lengths: [3, 2, 1]))
        #expect(plain.normalizer == 3)
        let byID = try loss.evaluate(ranking(predictions, targets, ids: [7, 7, 7, -1, -1, 0]))
        #expect(byID == plain)
        // The queries alternate.
        let order = [3, 0, 5, 1, 4, 2]
        let ids: [Double] = [7, 7, 7, -1, -1, 0]
        let mixed = try loss.evaluate(
            ranking(
                order.map { predictions[$0] },
                order.map { targets[$0] },
                ids: order.map { ids[$0] }
            )
        )
        let gradient = try #require(plain.gradient).values
        #expect(mixed.gradient?.values == order.map { gradient[$0] })
        // In the order in which the ids first occur.
        let elements = try #require(plain.elements).values
        #expect(mixed.elements?.values == [elements[1], elements[0], elements[2]])
        #expect(mixed.loss == plain.loss)
    }

    @Test("of an ensemble gives equal members their mean rank, and the target no sign")
    func ties() throws {
        func gradients(_ members: [Double], _ target: Double, fair: Bool) throws -> LossResult {
            let loss = try loss("crps_ensemble", fair ? ["estimator": .choice("fair")] : [:])
            var request = LossRequest(inputs: [
                Tensor(shape: [1, members.count], values: members),
                Tensor(shape: [1], values: [target]),
            ])
            request.outputs = [.loss, .gradient]
            request.gradientOf = [0, 1]
            return try loss.evaluate(request)
        }
        // Of ranks 0, 1, 2 and 3, the equal members have 1.5.
        let equal = try gradients([2, 1, 2, 3], 0, fair: false)
        #expect(equal.gradients[0].tensor.values == [0.25, 0.4375, 0.25, 0.0625])
        #expect(equal.gradients[1].tensor.values == [-1])
        let hit = try gradients([1, 2, 3], 2, fair: true)
        #expect(hit.gradients[0].tensor.values == [0, 0, 0])
        #expect(hit.gradients[1].tensor.values == [0])
        let single = try gradients([3], 1, fair: true)
        #expect(single.loss == Tensor(2))
        #expect(single.gradients[0].tensor.values == [1])
    }

    @Test("has loss 0 for a query without relevant documents, and for an empty one")
    func irrelevant() throws {
        let loss = try loss("lambdarank_ndcg")
        let result = try loss.evaluate(ranking([3, 1, 2], [0, 0, 1], lengths: [2, 0, 1]))
        #expect(result.elements?.values == [0, 0, 0])
        #expect(result.gradient?.values == [0, 0, 0])
    }

    @Test("weighs a query, its derivatives, and the denominator")
    func weights() throws {
        let loss = try loss("lambdarank_ndcg")
        var request = ranking([0, 1, 0, 1], [1, 0, 1, 0], lengths: [2, 2])
        request.weights = Tensor(shape: [2], values: [1, 3])
        let result = try loss.evaluate(request)
        let gradient = try #require(result.gradient).values
        #expect(result.normalizer == 4 && gradient[2] == 3 * gradient[0])
    }

    @Test("ignores the frames and the targets beyond the lengths")
    func lengths() throws {
        let loss = try loss("ctc", ["from_logits": .flag(true)])
        var random = SplitMix(state: 71)
        let frames = (0..<30).map { _ in 4 * random.unit() - 2 }
        var whole = LossRequest(inputs: [
            Tensor(shape: [2, 5, 3], values: frames),
            Tensor(shape: [2, 3], values: [1, 2, 99.5, 2, 1, 2]),
            Tensor(shape: [2], values: [3, 5]), Tensor(shape: [2], values: [2, 3]),
        ])
        whole.reduction = .none
        whole.outputs = [.loss, .gradient, .hessian]
        whole.hessianKind = .positive
        whole.hessianFloor = 0.125
        let result = try loss.evaluate(whole)
        for (item, (count, targets)) in [(3, [1.0, 2]), (5, [2, 1, 2])].enumerated() {
            let own = Array(frames[(15 * item)..<(15 * item + 3 * count)])
            let part = try loss.evaluate(
                LossRequest(inputs: [
                    Tensor(shape: [count, 3], values: own),
                    Tensor(shape: [targets.count], values: targets), nil, nil,
                ])
            )
            #expect(result.loss?.values[item] == part.loss?.values[0])
            let gradient = try #require(result.gradient).values[(15 * item)..<(15 * item + 15)]
            #expect(Array(gradient.prefix(3 * count)) == part.gradient?.values)
            #expect(gradient.dropFirst(3 * count).allSatisfy { $0 == 0 })
            let hessian = try #require(result.hessian).values[(15 * item)..<(15 * item + 15)]
            #expect(hessian.prefix(3 * count).allSatisfy { $0 >= 0.125 })
            #expect(hessian.dropFirst(3 * count).allSatisfy { $0 == 0 })
        }
    }

    /// All ways are equally probable: C(T + S, T - S) alignments of S different classes with T frames.
    @Test("counts the alignments of long sequences", arguments: [(60, 7), (300, 40), (1_000, 120)])
    func counting(frames: Int, targets: Int) throws {
        let loss = try loss("ctc", ["from_logits": .flag(true)])
        let classes = 5
        let result = try loss.evaluate(
            LossRequest(inputs: [
                Tensor(
                    shape: [frames, classes],
                    values: [Double](repeating: 0, count: frames * classes)
                ),
                Tensor(shape: [targets], values: (0..<targets).map { Double(1 + $0 % 4) }),
                nil, nil,
            ])
        )
        // log C(n, k) as a sum of logarithms of quotients.
        let (n, k) = (frames + targets, frames - targets)
        let counted = (0..<k).reduce(0.0) { $0 + Double(n - $1).ratioLogarithm(to: Double(k - $1)) }
        let expected = Double(frames) * Double(classes).ratioLogarithm(to: 1) - counted
        let value = try #require(result.loss).values[0]
        // The sum of up to a thousand logarithms in doubles.
        #expect((value - expected).magnitude <= 1e-12 * counted)
        // Each frame's derivatives sum to 0.
        let gradient = try #require(result.gradient).values
        for frame in 0..<frames {
            let sum = gradient[(frame * classes)..<((frame + 1) * classes)].reduce(0, +)
            // Each number is below 1 and rounded, as are their sums.
            #expect(sum.magnitude <= 1e-15)
        }
    }

    @Test("has loss and gradient 0 with zero_infinity where there is no alignment")
    func infinity() throws {
        let loss = try loss("ctc", ["zero_infinity": .flag(true)])
        let result = try loss.evaluate(
            LossRequest(inputs: [
                Tensor(shape: [2, 1, 2], values: [0.5, 0.5, 0.25, 0.75]),
                Tensor(shape: [2, 2], values: [1, 1, 1, 1]), nil,
                Tensor(shape: [2], values: [2, 1]),
            ])
        )
        let gradient = try #require(result.gradient).values
        #expect(gradient.prefix(2) == [0, 0] && gradient[3] < 0)
    }

    @Test("states its steps, and refuses more of them before it computes")
    func steps() throws {
        let loss = try loss("lambdarank_ndcg")
        var request = ranking([1, 2, 3], [0, 1, 2], lengths: [1, 2])
        request.stepLimit = 1_032
        #expect(try loss.evaluate(request).loss != nil)
        request.stepLimit = 1_031
        #expect(throws: LossError.tooManySteps(1_032, limit: 1_031)) { try loss.evaluate(request) }
        // A query that is left out takes no time.
        request.mask = Tensor(shape: [2], values: [0, 1])
        #expect(try loss.evaluate(request).loss != nil)
        let size: Work.Size = "2 N N + 3 K"
        #expect(size.value { $0 == "N" ? 5 : 7 } == 71)
        #expect(size.value { _ in .max } == .max)
        let least: Work.Size = "7 min(N,K) N + 2 K"
        #expect(least.value { $0 == "N" ? 5 : 3 } == 111)
    }
}

extension Double {
    /// The logarithm of the quotient of two numbers.
    fileprivate func ratioLogarithm(to other: Double) -> Double { log(self / other) }
}
