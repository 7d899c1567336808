// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTP
import HTTPTypes
import LossAPI
import Testing

@Suite("Whole requests")
struct WholeRequestTests {
    private let client = Client()

    @Test("agree with high-precision reference values in every reduction, weighting and axis")
    func golden() throws {
        let file = repository.appending(path: "Tests/Golden/reductions.json")
        let golden = try #require(
            JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any]
        )
        for sample in try #require(golden["cases"] as? [[String: Any]]) {
            let name = try #require(sample["name"] as? String)
            let loss = try #require(sample["loss"] as? String)
            var body = try #require(sample["body"] as? [String: Any])
            body["outputs"] = ["loss", "gradient", "hessian"]
            let data = try JSONSerialization.data(withJSONObject: body)
            let response = client.send(
                .post,
                "/v1/losses/\(loss)",
                String(decoding: data, as: UTF8.self)
            )
            let result = try client.json(response)
            #expect(response.status == .ok, "\(name): \(result)")
            let expected = try #require(sample["expected"] as? [String: Any])
            for (member, value) in expected {
                // Without a reduction the normalizer is 1.
                let wanted = value is NSNull ? ["1"] : flat(value)
                let got = flat(try #require(result[member], "\(name) \(member)"))
                try #require(got.count == wanted.count, "\(name) \(member)")
                for (one, other) in zip(got, wanted) {
                    let actual = try #require(Double(one))
                    let truth = try #require(Double(other))
                    // A few roundings, of the terms if those of a logit's gradient cancel.
                    let scale = max(truth.magnitude, member == "gradient" ? 0.0625 : 0)
                    #expect((actual - truth).magnitude <= 6 * scale.ulp, "\(name) \(member)")
                }
            }
        }
    }

    /// The numbers of nested arrays as text.
    private func flat(_ value: Any) -> [String] {
        if let array = value as? [Any] { return array.flatMap { flat($0) } }
        if let text = value as? String { return [text] }
        return ["\(value)"]
    }

    @Test("take false and true for 0 and 1 in a mask, alone and in an array")
    func booleanMask() throws {
        for (mask, loss) in [("true", 2.5), ("[true,false]", 1), ("[false,true]", 4)] {
            let body = #"{"predictions":[1,2],"targets":[0,0],"mask":\#(mask)}"#
            let result = try client.json(client.send(.post, "/v1/losses/mse", body))
            #expect(result["loss"] as? Double == loss)
        }
    }

    @Test("with a penalty return the total and its terms")
    func regularization() throws {
        let body = """
            {"predictions":[0,0],"targets":[1,3],"regularization":[\
            {"parameters":[0.5,-1.5],"strength":2,"penalty":"l1"},\
            {"penalty":"ridge","parameters":3,"strength":0.5}]}
            """
        let result = try client.json(client.send(.post, "/v1/losses/mse", body))
        #expect(result["data_loss"] as? Double == 5)
        #expect(result["loss"] as? Double == 5 + 4 + 4.5)
        let terms = try #require(result["regularization"] as? [[String: Any]])
        #expect(terms.map { $0["loss"] as? Double } == [4, 4.5])
        #expect(terms[0]["gradient"] as? [Double] == [2, -2])
        #expect(terms[1]["gradient"] as? Double == 3)
    }

    @Test("count the steps of a loss and of all its penalties together")
    func steps() throws {
        let penalty = #"{"penalty":"nuclear","parameters":[[1,2],[3,4]]}"#
        let body = #"{"predictions":[1],"targets":[0],"regularization":[\#(penalty),\#(penalty)]}"#
        // Each has 2·2·2·2 + 40·2·2·2 + 400·2·2 + 400 steps.
        let response = Client { $0.steps = 2 * 2_336 - 1 }.send(.post, "/v1/losses/mse", body)
        #expect(response.status == .contentTooLarge)
        let detail = try #require(try client.json(response)["detail"] as? String)
        #expect(detail.contains("needs 4672 steps, which exceeds the limit of 4671"))
        let enough = Client { $0.steps = 2 * 2_336 }.send(.post, "/v1/losses/mse", body)
        #expect(enough.status == .ok)
    }

    @Test("accept aliases of a loss, with the options that they imply")
    func aliases() throws {
        let body = #"{"predictions":[40],"targets":[1]}"#
        let byName = client.send(
            .post,
            "/v1/losses/binary_cross_entropy",
            #"{"predictions":[40],"targets":[1],"from_logits":true}"#
        )
        #expect(client.send(.post, "/v1/losses/bce_with_logits", body).body == byName.body)
        let repeated = client.send(
            .post,
            "/v1/losses/bce_with_logits",
            #"{"predictions":[40],"targets":[1],"from_logits":true}"#
        )
        #expect(repeated.body == byName.body)
    }

    @Test("accept null for optional fields")
    func nulls() throws {
        let body = """
            {"predictions":[[1,2]],"targets":[0],"weights":null,"class_weights":null,\
            "ignore_index":null,"from_logits":true}
            """
        #expect(client.send(.post, "/v1/losses/categorical_cross_entropy", body).status == .ok)
    }
}
