// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("Real input") struct RealInputTests {
    /// No examples, no names: the test of their number fails then.
    static let names = (try? Repository.names(in: "examples/expected", ending: ".json")) ?? []

    @Test("is there, and each expected answer has its question")
    func files() throws {
        let questions = try Repository.names(in: "examples", ending: ".json")
        #expect(Self.names.count >= 7)
        #expect(Set(Self.names).isSubset(of: questions))
    }

    @Test("gets what PyTorch answers", arguments: names)
    func answers(name: String) throws {
        let client = try ServerProcess.shared.client()
        let body = try Repository.json("examples/\(name).json")
        let cases = try Repository.json("examples/expected/\(name).json")["cases"]?.array ?? []
        #expect(!cases.isEmpty)
        for item in cases {
            let loss = try #require(item["loss"]?.string)
            let question = body.merging(item["options"] ?? [:])
            let answer = try client.ask(.post("/v1/losses/\(loss)", question.text))
            #expect(answer.status == 200, "\(answer.text.prefix(500))")
            let json = try answer.json()
            for output in ["loss", "gradient"] {
                let expected = try #require(item["expected"]?[output])
                let actual = try #require(json[output])
                #expect(actual.shape == expected.shape, "\(loss) \(output)")
                let distant = zip(actual.numbers, expected.numbers).first { !isNear($0, $1) }
                #expect(distant == nil, "\(loss) \(output)")
            }
        }
    }

    /// PyTorch's own error is the bound.
    ///
    /// Where a sigmoid or softmax is nearly certain it subtracts
    /// two numbers near 1, which costs up to 2^-53 absolutely before the division by the number of
    /// rows, of which there are at least 178. Elsewhere its sums of up to 600 terms are good to
    /// about 600 * 2^-53 of their size.
    private func isNear(_ actual: Double, _ expected: Double) -> Bool {
        abs(actual - expected) <= max(1e-15, 1e-12 * abs(expected))
    }

    @Test(
        "of the README is answered",
        arguments: [
            ("tiny-regression", "losses/mse", 0.5625), ("tiny-regression", "losses/mae", 0.625),
            ("tiny-regression", "losses/huber", 0.28125),
            ("tiny-binary", "losses/binary_cross_entropy", 0.2797765635793423),
            ("tiny-multiclass-indices", "losses/categorical_cross_entropy", 1.5568820565987254),
            ("with-regularization", "losses/huber", 0.0369), ("penalty-l2", "penalties/l2", 0.1069),
        ]
    )
    func readme(name: String, path: String, value: Double) throws {
        let body = try Repository.bytes("examples/\(name).json")
        let answer = try ServerProcess.shared.client().ask(.post("/v1/\(path)", bytes: body))
        let json = try answer.json()
        let actual = try #require((json["loss"] ?? json["value"])?.number, "\(answer.text)")
        // Worked out by hand or in Python: a few roundings of one ulp each.
        #expect(abs(actual - value) <= 4 * value.ulp, "\(answer.text)")
    }
}
