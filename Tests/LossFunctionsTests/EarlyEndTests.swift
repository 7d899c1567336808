// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import Synchronization
import TestSupport
import Testing

@Suite("An evaluation that is cancelled")
struct EarlyEndTests {
    /// A flag that is set when it has been read a number of times.
    private final class Countdown: CancellationFlag {
        /// The number of times that it has been read.
        let reads = Atomic(0)
        private let last: Int

        init(_ last: Int = .max) { self.last = last }

        var isCancelled: Bool { reads.add(1, ordering: .relaxed).newValue > last }
    }

    private static let everything: Outputs = [.loss, .gradient, .hessian, .elements, .statistics]
    private static let names = (Catalogue.losses + Catalogue.penalties).map { $0.facts.name }

    private func variants(_ name: String) throws -> [Loss] {
        try #require((Catalogue.losses + Catalogue.penalties).first { $0.facts.name == name })
            .variants()
    }

    /// Evaluates a request and returns the number of times that its flag is read.
    private func reads(_ loss: Loss, _ request: LossRequest) throws -> Int {
        let flag = Countdown()
        _ = try loss.evaluate(request, unless: flag)
        return flag.reads.load(ordering: .relaxed)
    }

    @Test("beforehand has no result, whatever the loss", arguments: names)
    func before(name: String) throws {
        var samples = Samples(seed: 41)
        for loss in try variants(name) {
            for outputs in [Self.everything, [.loss], [.gradient]] {
                let request = samples.batch(for: loss).request(outputs, .mean)
                #expect(throws: LossError.cancelled) {
                    try loss.evaluate(request, unless: Countdown(0))
                }
            }
        }
    }

    @Test("midway ends at the next block", arguments: names)
    func midway(name: String) throws {
        var samples = Samples(seed: 42)
        for loss in try variants(name) {
            let request = samples.batch(for: loss, rows: 2_000).request(Self.everything, .mean)
            // 8,000 numbers are read once for every 2,048 of them or less.
            let count = try reads(loss, request)
            #expect(count >= 4)
            for last in [1, count / 2, count - 1] {
                let flag = Countdown(last)
                #expect(throws: LossError.cancelled) {
                    try loss.evaluate(request, unless: flag)
                }
                #expect(flag.reads.load(ordering: .relaxed) == last + 1)
            }
        }
    }

    @Test("within a long row ends at the next strip")
    func longRow() throws {
        let entry = try #require(Catalogue.loss(named: "categorical_cross_entropy")).entry
        let loss = try entry.loss(
            OptionValues(["from_logits": .flag(true)], for: entry.facts.options)
        )
        var request = LossRequest(inputs: [
            Tensor(shape: [1, 100_000], values: (0..<100_000).map { Double($0 % 7) }),
            Tensor(shape: [1], values: [3]),
        ])
        request.outputs = [.loss, .gradient]
        let count = try reads(loss, request)
        #expect(count > 10)
        let flag = Countdown(count / 2)
        #expect(throws: LossError.cancelled) { try loss.evaluate(request, unless: flag) }
        #expect(flag.reads.load(ordering: .relaxed) == count / 2 + 1)
    }
}
