// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("Whole requests with golden results") struct GoldenRequestTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let loss: String
        let body: JSON
        let expected: JSON

        var testDescription: String { "\(loss): \(name)" }
    }

    /// The cases; empty if the file is missing, which the test of their number reports.
    static let cases = (try? load()) ?? []

    private static func load() throws -> [Case] {
        let cases = try Repository.json("Tests/Golden/reductions.json")["cases"]?.array ?? []
        return try cases.map { item in
            Case(
                name: try #require(item["name"]?.string),
                loss: try #require(item["loss"]?.string),
                body: try #require(item["body"]),
                expected: try #require(item["expected"])
            )
        }
    }

    @Test("exist")
    func number() throws {
        #expect(try Self.load().count >= 40)
    }

    @Test("are within a few ulp of the true values", arguments: cases)
    func responses(item: Case) throws {
        let outputs: JSON = ["outputs": ["loss", "gradient", "hessian"]]
        let request = item.body.merging(outputs).text
        let response = try ServerProcess.shared.client().send(
            .post("/v1/losses/\(item.loss)", request)
        )
        #expect(response.status == 200, "\(response.text)")
        let json = try response.json()
        for output in ["loss", "gradient", "hessian", "normalizer"] {
            let actual = try #require(json[output], "\(output)")
            // Without a reduction the normalizer is 1.
            let expected =
                item.expected[output] == .null ? "1" : try #require(item.expected[output])
            #expect(actual.shape == expected.shape, "\(output)")
            let decimals = expected.decimals
            let largest = decimals.map { abs($0) }.max() ?? 0
            #expect(actual.numbers.count == decimals.count, "\(output)")
            for (actual, expected) in zip(actual.numbers, decimals) {
                #expect(
                    isNear(actual, expected, largest: largest),
                    "\(output) \(actual) \(expected)"
                )
            }
        }
    }

    /// The bound of a number in a result: at most eight roundings of half an ulp.
    ///
    /// They are those of an exponential, its sum, a quotient, smoothing, class weight, weight and
    /// normalizer; 4 ulp is the maximum measured, and another C library may add one. If a probability
    /// nearly cancels its target, the difference has the error of these two, which are about as large
    /// as the largest number of the result before it is divided: half an ulp of that, of which 0.6 was
    /// measured.
    private func isNear(_ actual: Double, _ expected: Double, largest: Double) -> Bool {
        let distance = abs(actual - expected)
        return distance <= 5 * expected.ulp || distance <= 0x1p-53 * largest
    }
}
extension JSON {
    /// The numbers in the strings of a nested array, in order, rounded to the nearest double.
    fileprivate var decimals: [Double] {
        switch self {
        case .string(let text): [Double(text) ?? .nan]
        case .array(let elements): elements.flatMap { $0.decimals }
        default: []
        }
    }
}
