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

    /// Numbers with few bits, so that the arithmetic below is exact.
    private static let predictions = (0..<count).map { Double($0 % 4_093) / 64 }
    private static let targets = (0..<count).map { Double($0 % 1_021) / 32 }

    @Test("has the exact loss and gradient")
    func exact() throws {
        let response = try ServerProcess.shared.client().send(
            .post("/v1/losses/mse", bytes: Self.body)
        )
        #expect(response.status == 200)
        try expectExact(response)
    }

    @Test("has the same result in chunks")
    func chunked() throws {
        let request = Request(
            "POST",
            "/v1/losses/mse",
            fields: ["Content-Type": "application/json"],
            body: .chunked(Self.body, chunk: 10_000)
        )
        try expectExact(try ServerProcess.shared.client().send(request))
    }

    @Test("does not delay small requests, and all results are correct")
    func besideSmall() throws {
        let large = [Request.post("/v1/losses/mse", bytes: Self.body)]
        let small = (0..<100).map { _ in
            Request.post("/v1/losses/mse", #"{"predictions": 3, "targets": 1}"#)
        }
        let crowd = try CurlCrowd(ServerProcess.shared.url, sending: [large, small, large, small])
        let responses = try crowd.send()
        for index in [0, 2] { try expectExact(try #require(responses[index].first)) }
        for index in [1, 3] {
            #expect(responses[index].count == 100)
            for response in responses[index] { #expect(try response.json()["loss"] == 4) }
        }
    }

    private static var body: [UInt8] {
        let lists = [predictions, targets].map { list in list.map { "\($0)" }.joined(separator: ",")
        }
        return Array(#"{"predictions":[\#(lists[0])],"targets":[\#(lists[1])]}"#.utf8)
    }

    private func expectExact(_ response: Response) throws {
        let evaluation = try JSONDecoder().decode(Evaluation.self, from: Data(response.body))
        // In units of 1/64 the differences are integers below 2^12 and the sum of their squares is
        // below 2^42, so that only the final division rounds, to a unique result.
        let errors = zip(Self.predictions, Self.targets).map { Int(($0 - $1) * 64) }
        let squares = errors.map { $0 * $0 }.reduce(0, +)
        #expect(evaluation.loss == Double(squares) / 4_096 / Double(Self.count))
        #expect(evaluation.normalizer == Double(Self.count))
        let gradient = errors.map { 2 * (Double($0) / 64) / Double(Self.count) }
        // Multiplying by the reciprocal of the count, as an array loop may do, rounds twice: half an
        // ulp for the reciprocal, half for the product.
        let distances = zip(evaluation.gradient, gradient).map { abs($0 - $1) / $1.ulp }
        #expect(evaluation.gradient.count == Self.count)
        #expect(distances.max() ?? .infinity <= 1)
    }
}
