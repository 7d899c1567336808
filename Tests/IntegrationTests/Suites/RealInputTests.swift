// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("Real input") struct RealInputTests {
    /// The names; empty if the examples are missing, which the test of their number reports.
    static let names = (try? Repository.names(in: "examples/expected", ending: ".json")) ?? []

    @Test("exists, and each expected result has its request")
    func files() throws {
        let requests = try Repository.names(in: "examples", ending: ".json")
        #expect(Self.names.count >= 7)
        #expect(Set(Self.names).isSubset(of: requests))
    }

    @Test("has the results of PyTorch", arguments: names)
    func responses(name: String) throws {
        let client = try ServerProcess.shared.client()
        let body = try Repository.json("examples/\(name).json")
        let cases = try Repository.json("examples/expected/\(name).json")["cases"]?.array ?? []
        #expect(!cases.isEmpty)
        for item in cases {
            let loss = try #require(item["loss"]?.string)
            let request = body.merging(item["options"] ?? [:])
            let response = try client.send(.post("/v1/losses/\(loss)", request.text))
            #expect(response.status == 200, "\(response.text.prefix(500))")
            let json = try response.json()
            for output in ["loss", "gradient"] {
                let expected = try #require(item["expected"]?[output])
                let actual = try #require(json[output])
                #expect(actual.shape == expected.shape, "\(loss) \(output)")
                let distant = zip(actual.numbers, expected.numbers).first { !isNear($0, $1) }
                #expect(distant == nil, "\(loss) \(output)")
            }
        }
    }

    /// The bound is PyTorch's own error.
    ///
    /// If a sigmoid or softmax is nearly certain, it subtracts two numbers near 1, with an absolute
    /// error of up to 2^-53 before the division by the number of rows, which is at least 178. Otherwise
    /// its sums of up to 600 terms have a relative error of about 600 * 2^-53.
    private func isNear(_ actual: Double, _ expected: Double) -> Bool {
        abs(actual - expected) <= max(1e-15, 1e-12 * abs(expected))
    }

    @Test(
        "has the expected result",
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
        let response = try ServerProcess.shared.client().send(.post("/v1/\(path)", bytes: body))
        let json = try response.json()
        let actual = try #require(json["loss"]?.number, "\(response.text)")
        // Computed by hand or in Python: a few roundings of one ulp each.
        #expect(abs(actual - value) <= 4 * value.ulp, "\(response.text)")
    }
}
