// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTP
import HTTPTypes
import Testing

/// Tests/Golden/public.json: numbers from the tests and the documentation of libraries.
@Suite("The values that libraries publish")
struct PublicValueTests {
    private let client = Client()

    @Test("agree with the results within their tolerance, or differ as stated")
    func values() throws {
        for sample in try goldenRecords("public") {
            let source = try #require(sample["source"] as? String)
            let response = try client.send(sample)
            let result = try client.json(response)
            guard let ours = sample["ours"] as? [String: Any] else {
                #expect(response.status == .ok, "\(source): \(result)")
                let tolerance = try #require(sample["tolerance"] as? Double, "\(source)")
                let expected = try #require(sample["expected"] as? [String: Any], "\(source)")
                try compare(result, expected, source) { _, _ in tolerance }
                continue
            }
            #expect(sample["differs"] is String, "\(source)")
            if let problem = ours["problem"] as? String {
                #expect(result["type"] as? String == "/problems/\(problem)", "\(source)")
            } else {
                #expect(response.status == .ok, "\(source): \(result)")
                try compare(result, ours, source) { number, _ in 1e-12 * number.magnitude }
            }
        }
    }

    @Test("are at least 150 that agree, of more than ten libraries and most losses")
    func count() throws {
        let agreeing = try goldenRecords("public").filter { $0["differs"] == nil }
        #expect(agreeing.count >= 150)
        let sources = agreeing.compactMap { $0["source"] as? String }
        #expect(sources.count == agreeing.count)
        let libraries = Set(sources.map { $0.prefix { $0 != " " } })
        #expect(libraries.count > 10)
        let losses = Set(agreeing.compactMap { ($0["loss"] ?? $0["penalty"]) as? String })
        #expect(losses.count >= 40)
    }
}
