// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import LossAPI
import Testing

/// Requests of every category on which JSON parsers are known to disagree.
@Suite("The syntax of a request")
struct SyntaxTests {
    private let client = Client()

    @Test("is rejected at its first invalid byte", arguments: SyntaxCases.refused)
    func refused(sample: SyntaxCases.Refused) throws {
        let response = client.send(.post, "/v1/losses/mse", bytes: sample.body)
        let problem = try client.json(response)
        #expect(response.status == .badRequest, "\(problem)")
        #expect(problem["type"] as? String == "/problems/malformed-json")
        #expect(problem["reason"] as? String == sample.reason)
        #expect(problem["position"] as? Int == sample.position)
    }

    @Test("has the same error however the body is split")
    func refusedInPieces() throws {
        for sample in SyntaxCases.refused {
            let whole = client.send(.post, "/v1/losses/mse", bytes: sample.body)
            for size in [1, 2, 3] {
                let response = client.send(
                    .post,
                    "/v1/losses/mse",
                    bytes: sample.body,
                    pieceSize: size
                )
                #expect(response.body == whole.body, "\(sample.testDescription)")
            }
        }
    }

    @Test("is accepted if it is valid", arguments: SyntaxCases.wellFormed)
    func wellFormed(sample: SyntaxCases.WellFormed) throws {
        let response = client.send(.post, "/v1/losses/mse", bytes: Array(sample.body.utf8))
        let document = try client.json(response)
        #expect(document["position"] == nil, "\(document)")
        guard let kind = sample.kind else {
            #expect(response.status == .ok, "\(document)")
            return
        }
        #expect(response.status == .unprocessableContent, "\(document)")
        #expect(document["type"] as? String == ProblemKind.service(kind).type)
    }
}
