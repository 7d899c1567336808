// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite("A large body") struct LargeBodyTests {
    private struct Evaluation: Decodable {
        let loss: Double
        let gradient: [Double]
        let normalizer: Double
    }

    private static let count = 200_000

    /// Numbers with few bits, so that all of the arithmetic below is exact.
    private static let predictions = (0..<count).map { Double($0 % 4_093) / 64 }
    private static let targets = (0..<count).map { Double($0 % 1_021) / 32 }

    @Test("is answered with the exact loss and gradient of all its numbers")
    func exact() throws {
        let answer = try ServerProcess.shared.client().ask(
            .post("/v1/losses/mse", bytes: Self.body)
        )
        #expect(answer.status == 200)
        try expectExact(answer)
    }

    @Test("is answered the same when it comes in chunks")
    func chunked() throws {
        let question = Question(
            "POST",
            "/v1/losses/mse",
            fields: ["Content-Type": "application/json"],
            body: .chunked(Self.body, chunk: 10_000)
        )
        try expectExact(try ServerProcess.shared.client().ask(question))
    }

    @Test("does not keep small requests waiting, and all are answered right")
    func besideSmall() throws {
        let large = [Question.post("/v1/losses/mse", bytes: Self.body)]
        let small = (0..<100).map { _ in
            Question.post("/v1/losses/mse", #"{"predictions": 3, "targets": 1}"#)
        }
        let crowd = try CurlCrowd(ServerProcess.shared.url, asking: [large, small, large, small])
        let answers = try crowd.ask()
        for index in [0, 2] { try expectExact(try #require(answers[index].first)) }
        for index in [1, 3] {
            #expect(answers[index].count == 100)
            for answer in answers[index] { #expect(try answer.json()["loss"] == 4) }
        }
    }

    private static var body: [UInt8] {
        let lists = [predictions, targets].map { list in list.map { "\($0)" }.joined(separator: ",")
        }
        return Array(#"{"predictions":[\#(lists[0])],"targets":[\#(lists[1])]}"#.utf8)
    }

    private func expectExact(_ answer: Answer) throws {
        let evaluation = try JSONDecoder().decode(Evaluation.self, from: Data(answer.body))
        // In 64ths the differences are integers below 2^12 and the sum of their squares is one
        // below 2^42: no rounding but that of the last division, of which there is one right result.
        let errors = zip(Self.predictions, Self.targets).map { Int(($0 - $1) * 64) }
        let squares = errors.map { $0 * $0 }.reduce(0, +)
        #expect(evaluation.loss == Double(squares) / 4_096 / Double(Self.count))
        #expect(evaluation.normalizer == Double(Self.count))
        let gradient = errors.map { 2 * (Double($0) / 64) / Double(Self.count) }
        // Multiplying by the reciprocal of the count, as a loop over an array well may, rounds once
        // more than dividing by it: half an ulp for the reciprocal, half for the product.
        let distances = zip(evaluation.gradient, gradient).map { abs($0 - $1) / $1.ulp }
        #expect(evaluation.gradient.count == Self.count)
        #expect(distances.max() ?? .infinity <= 1)
    }
}
