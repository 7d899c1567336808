// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import LossAPI
import Testing

/// Every category of bodies that parsers of JSON are known to disagree on, asked as questions.
@Suite("The syntax of a question")
struct SyntaxTests {
    private let client = Client()

    @Test("is refused at its first wrong byte", arguments: SyntaxCases.refused)
    func refused(sample: SyntaxCases.Refused) throws {
        let response = client.send(.post, "/v1/losses/mse", bytes: sample.body)
        let problem = try client.json(response)
        #expect(response.status == .badRequest, "\(problem)")
        #expect(problem["type"] as? String == "/problems/malformed-json")
        #expect(problem["reason"] as? String == sample.reason)
        #expect(problem["position"] as? Int == sample.position)
    }

    @Test("is refused in the same place in whatever pieces it comes")
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

    @Test("is not what is wrong where it is sound", arguments: SyntaxCases.sound)
    func sound(sample: SyntaxCases.Sound) throws {
        let response = client.send(.post, "/v1/losses/mse", bytes: Array(sample.body.utf8))
        let answer = try client.json(response)
        #expect(answer["position"] == nil, "\(answer)")
        guard let kind = sample.kind else {
            #expect(response.status == .ok, "\(answer)")
            return
        }
        #expect(response.status == .unprocessableContent, "\(answer)")
        #expect(answer["type"] as? String == ProblemKind.question(kind).type)
    }
}
