// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("A loss over HTTP") struct LossTests {
    @Test("has the known value and gradient", arguments: known)
    func value(known: Known) throws {
        let client = try ServerProcess.shared.client()
        let response = try client.send(.post("/v1/losses/\(known.loss)", known.body))
        #expect(response.status == 200, "\(response.text)")
        let json = try response.json()
        let actual = [json["loss"]?.number ?? .nan] + (json["gradient"]?.numbers ?? [])
        let expected = [known.value] + known.gradient
        #expect(actual.count == expected.count)
        for (actual, expected) in zip(actual, expected) {
            // The expected value itself has up to three roundings.
            #expect(abs(actual - expected) <= 4 * expected.ulp, "\(response.text)")
        }
    }

    @Test("names the rejected element", arguments: refused)
    func refusal(refused: Refused) throws {
        let client = try ServerProcess.shared.client()
        let response = try client.send(.post("/v1/losses/\(refused.loss)", refused.body))
        let problem = try response.expectProblem(422, refused.type)
        #expect(problem["pointer"] == .string(refused.pointer), "\(response.text)")
    }

    @Test("returns the normalizer and the requested outputs only")
    func outputs() throws {
        let client = try ServerProcess.shared.client()
        let body = #"{"predictions": [3, 1], "targets": [1, 2], "weights": [1, 3], "#
        let all = try client.send(
            .post("/v1/losses/mse", body + #""outputs": ["elements", "hessian", "loss"]}"#)
        )
        #expect(
            try all.json() == [
                "loss": 1.75, "hessian": [0.5, 1.5], "elements": [4, 1], "normalizer": 4,
            ]
        )
        let none = try client.send(.post("/v1/losses/mse", body + #""reduction": "none"}"#))
        #expect(
            try none.json() == ["loss": [4, 3], "gradient": [4, -6], "normalizer": 1]
        )
    }

    @Test("accepts penalties, added and separately")
    func penalties() throws {
        let client = try ServerProcess.shared.client()
        let response = try client.send(
            .post(
                "/v1/losses/mse",
                #"""
                {"predictions": 3, "targets": 1, "regularization": [
                  {"penalty": "l1", "parameters": [1, -2], "strength": 0.5},
                  {"penalty": "l2", "parameters": [[4]], "strength": 0.25}]}
                """#
            )
        )
        let json = try response.json()
        #expect(json["data_loss"] == 4)
        let terms = json["regularization"]?.array ?? []
        #expect(terms.count == 2)
        #expect(terms.first == ["loss": 1.5, "gradient": [0.5, -0.5], "normalizer": 1])
        let alone = try client.send(
            .post("/v1/penalties/l2", #"{"parameters": [[4]], "strength": 0.25}"#)
        )
        #expect(try alone.json() == terms.last)
        let total = terms.compactMap { $0["loss"]?.number }.reduce(4, +)
        #expect(json["loss"]?.number == total)
    }
}
