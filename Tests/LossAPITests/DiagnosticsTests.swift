// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import LossAPI
import Testing

@Suite("The output diagnostics")
struct DiagnosticsTests {
    private let tensors = TensorClient()
    private static let members =
        #"{"chosen":[-1,-2],"rejected":[-2,-1.5],"log_probability":null}"#
    private static let object =
        #"{"count":2,"accuracy":0.5,"margin":0.125,"rewards_chosen":-0.75,"rewards_rejected":-0.875}"#

    @Test("is an object in JSON, and text in other formats")
    func formats() throws {
        let path = "/v1/losses/cpo"
        let query = "beta=0.5&outputs=loss,diagnostics"
        let json = tensors.client.send(.post, path + "?" + query, Self.members)
        let text = String(decoding: json.body, as: UTF8.self)
        #expect(text.contains(#""diagnostics":"# + Self.object), "\(text)")
        let body = safetensors([tensor("chosen", [-1, -2]), tensor("rejected", [-2, -1.5])])
        let (results, texts) = try tensors.read(tensors.send(body, path, query: query))
        #expect(results.keys.sorted() == ["loss"])
        #expect(texts["diagnostics"] == Self.object)
        let table = tensors.send(
            Array("chosen,rejected\n-1,-2\n-2,-1.5\n".utf8),
            path,
            query: query,
            type: "text/csv",
            accept: "text/csv"
        )
        let lines = String(decoding: table.body, as: UTF8.self).split(separator: "\n")
        #expect(
            lines.first
                == "loss,normalizer,diagnostics.count,diagnostics.accuracy,diagnostics.margin,diagnostics.rewards_chosen,diagnostics.rewards_rejected"
        )
        #expect(lines.last?.hasSuffix(",2,2,0.5,0.125,-0.75,-0.875") == true)
        let rows = tensors.send(
            Array("chosen,rejected\n-1,-2\n-2,-1.5\n".utf8),
            path,
            query: "beta=0.5&outputs=elements,diagnostics",
            type: "text/csv",
            accept: "text/csv"
        )
        let name = try #require(HTTPField.Name("Loss-Diagnostics"))
        #expect(rows.fields[name] == Self.object)
    }

    @Test("is refused for losses that have none")
    func refusal() throws {
        let response = tensors.client.send(
            .post,
            "/v1/losses/huber",
            #"{"predictions":[1],"targets":[1],"outputs":["diagnostics"]}"#
        )
        #expect(
            try tensors.client.detail(response).contains(
                "outputs[0] is \"diagnostics\", but must be"
            )
        )
    }
}
