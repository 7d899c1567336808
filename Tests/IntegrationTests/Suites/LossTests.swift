// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite("A loss over HTTP") struct LossTests {
    struct Known: Sendable, CustomTestStringConvertible {
        let loss: String
        let body: String
        let value: Double
        let gradient: [Double]

        var testDescription: String { "\(loss) \(body)" }
    }

    struct Refused: Sendable, CustomTestStringConvertible {
        let loss: String
        let body: String
        let type: String
        let pointer: String

        var testDescription: String { "\(loss) \(body)" }
    }

    /// Worked out by hand; the logarithms are the C library's, good to an ulp.
    static let known: [Known] = [
        Known(
            loss: "mse",
            body: #"{"predictions": [3, 1], "targets": [1, 2]}"#,
            value: 2.5,
            gradient: [2, -1]
        ),
        Known(
            loss: "mae",
            body: #"{"predictions": [3, 1, 5, 5], "targets": [1, 2, 5, 1]}"#,
            value: 1.75,
            gradient: [0.25, -0.25, 0, 0.25]
        ),
        Known(
            loss: "huber",
            body: #"{"predictions": [0.5, 4], "targets": [0, 1], "delta": 2}"#,
            value: 2.0625,
            gradient: [0.25, 1]
        ),
        Known(
            loss: "hinge",
            body: #"{"predictions": [0.5, -2, 3, 1], "targets": [1, 1, 1, 1]}"#,
            value: 0.875,
            gradient: [-0.25, -0.25, 0, 0]
        ),
        Known(
            loss: "squared-hinge",
            body: #"{"predictions": [0.5, 2], "targets": [1, -1], "reduction": "sum"}"#,
            value: 9.25,
            gradient: [-1, 6]
        ),
        Known(
            loss: "binary-cross-entropy",
            body: #"{"predictions": [0.5, 0.25], "targets": [1, 0]}"#,
            value: (log(2) + log(4.0 / 3)) / 2,
            gradient: [-1, 2.0 / 3]
        ),
        Known(
            loss: "binary-cross-entropy",
            body: #"{"predictions": [0, 0], "targets": [1, 0], "from_logits": true}"#,
            value: log(2),
            gradient: [-0.25, 0.25]
        ),
        Known(
            loss: "categorical-cross-entropy",
            body: #"{"predictions": [[0, 0], [0, 0]], "targets": [0, 1], "from_logits": true}"#,
            value: log(2),
            gradient: [-0.25, 0.25, 0.25, -0.25]
        ),
        Known(
            loss: "categorical-cross-entropy",
            body: #"{"predictions": [[0.25, 0.75]], "targets": [[0, 1]]}"#,
            value: log(4.0 / 3),
            gradient: [0, -4.0 / 3]
        ),
        Known(
            loss: "kl-divergence",
            body: #"{"predictions": [[0.5, 0.5]], "targets": [[0.25, 0.75]]}"#,
            value: 0.75 * log(3) - log(2),
            gradient: [-0.5, -1.5]
        ),
    ]

    static let refused: [Refused] = [
        Refused(
            loss: "mse",
            body: #"{"predictions": [1, 2], "targets": [[1, 2]]}"#,
            type: "shape-mismatch",
            pointer: "/targets"
        ),
        Refused(
            loss: "mae",
            body: #"{"predictions": [1], "targets": [1], "delta": 1}"#,
            type: "unknown-field",
            pointer: "/delta"
        ),
        Refused(
            loss: "huber",
            body: #"{"predictions": [1], "targets": [1], "delta": 0}"#,
            type: "out-of-range",
            pointer: "/delta"
        ),
        Refused(
            loss: "hinge",
            body: #"{"predictions": [1, 2], "targets": [1, 0.5]}"#,
            type: "outside-domain",
            pointer: "/targets/1"
        ),
        Refused(
            loss: "squared-hinge",
            body: #"{"predictions": [1], "targets": [2]}"#,
            type: "outside-domain",
            pointer: "/targets/0"
        ),
        Refused(
            loss: "binary-cross-entropy",
            body: #"{"predictions": [0.5, 1.5], "targets": [1, 0]}"#,
            type: "outside-domain",
            pointer: "/predictions/1"
        ),
        Refused(
            loss: "binary-cross-entropy",
            body: #"{"predictions": [0], "targets": [1], "epsilon": 0}"#,
            type: "not-finite",
            pointer: "/predictions/0"
        ),
        Refused(
            loss: "categorical-cross-entropy",
            body: #"{"predictions": [[1, 2], [3, 4]], "targets": [0, 2], "from_logits": true}"#,
            type: "outside-domain",
            pointer: "/targets/1"
        ),
        Refused(
            loss: "categorical-cross-entropy",
            body: #"""
                {"predictions": [[1, 2]], "targets": [0], "from_logits": true,
                 "class_weights": [1, 2, 3]}
                """#,
            type: "wrong-length",
            pointer: "/class_weights"
        ),
        Refused(
            loss: "kl-divergence",
            body: #"{"predictions": [[0.5, 0.5]], "targets": [[0.5, 0.4]]}"#,
            type: "not-a-distribution",
            pointer: "/targets/0"
        ),
    ]

    @Test("has the known value and gradient", arguments: known)
    func value(known: Known) throws {
        let client = try ServerProcess.shared.client()
        let answer = try client.ask(.post("/v1/losses/\(known.loss)", known.body))
        #expect(answer.status == 200, "\(answer.text)")
        let json = try answer.json()
        let actual = [json["loss"]?.number ?? .nan] + (json["gradient"]?.numbers ?? [])
        let expected = [known.value] + known.gradient
        #expect(actual.count == expected.count)
        for (actual, expected) in zip(actual, expected) {
            // The expectation is itself up to three roundings away from the truth.
            #expect(abs(actual - expected) <= 4 * expected.ulp, "\(answer.text)")
        }
    }

    @Test("names the element that it refuses", arguments: refused)
    func refusal(refused: Refused) throws {
        let client = try ServerProcess.shared.client()
        let answer = try client.ask(.post("/v1/losses/\(refused.loss)", refused.body))
        let problem = try answer.expectProblem(422, refused.type)
        #expect(problem["pointer"] == .string(refused.pointer), "\(answer.text)")
    }

    @Test("is tested here with good and with bad input, whichever it is")
    func completeness() throws {
        let list = try ServerProcess.shared.client().ask(.get("/v1/losses")).json()["losses"]
        let names = Set((list?.array ?? []).compactMap { $0["name"]?.string })
        #expect(!names.isEmpty)
        #expect(names == Set(Self.known.map { $0.loss }))
        #expect(names == Set(Self.refused.map { $0.loss }))
    }

    @Test("says what it was divided by, and only what was asked for")
    func outputs() throws {
        let client = try ServerProcess.shared.client()
        let body = #"{"predictions": [3, 1], "targets": [1, 2], "weights": [1, 3], "#
        let all = try client.ask(
            .post("/v1/losses/mse", body + #""outputs": ["elements", "hessian", "loss"]}"#)
        )
        #expect(
            try all.json() == [
                "loss": 1.75, "hessian": [0.5, 1.5], "elements": [4, 1], "normalizer": 4,
            ]
        )
        let none = try client.ask(.post("/v1/losses/mse", body + #""reduction": "none"}"#))
        #expect(
            try none.json() == ["loss": [4, 3], "gradient": [4, -6], "normalizer": 1]
        )
    }

    @Test("takes penalties beside it and by themselves")
    func penalties() throws {
        let client = try ServerProcess.shared.client()
        let answer = try client.ask(
            .post(
                "/v1/losses/mse",
                #"""
                {"predictions": 3, "targets": 1, "regularization": [
                  {"penalty": "l1", "parameters": [1, -2], "strength": 0.5},
                  {"penalty": "l2", "parameters": [[4]], "strength": 0.25}]}
                """#
            )
        )
        let json = try answer.json()
        #expect(json["data_loss"] == 4)
        let terms = json["regularization"]?.array ?? []
        #expect(terms.count == 2)
        #expect(terms.first == ["value": 1.5, "gradient": [0.5, -0.5]])
        let alone = try client.ask(
            .post("/v1/penalties/l2", #"{"parameters": [[4]], "strength": 0.25}"#)
        )
        #expect(try alone.json() == terms.last)
        let total = terms.compactMap { $0["value"]?.number }.reduce(4, +)
        #expect(json["loss"]?.number == total)
    }
}
