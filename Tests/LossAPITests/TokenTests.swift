// SPDX-License-Identifier: Apache-2.0

import Formats
import Foundation
import HTTP
import HTTPTypes
import LossAPI
import Testing

@Suite("A request with the tokens of responses")
struct TokenTests {
    private let client = Client()
    private static let dpo = "/v1/losses/dpo"
    private static let kto = "/v1/losses/kto"

    /// Two pairs, whose masked tokens are anything.
    private static let pairs = """
        "chosen":[[-0.5,-1,null],[-0.25,-2,-1]],"rejected":[[-1,-1],[-3,null]],\
        "reference_chosen":[-1.25,-3],"reference_rejected":[[-2,-1],[-1,5]],\
        "chosen_mask":[[true,true,false],[1,1,1]],"rejected_mask":[[1,1],[1,0]]
        """
    /// The same with a number for each response.
    private static let sums = """
        "chosen":[-1.5,-3.25],"rejected":[-2,-3],"reference_chosen":[-1.25,-3],\
        "reference_rejected":[-3,-1]
        """

    private func result(_ path: String, _ members: String) throws -> [String: Any] {
        let response = client.send(.post, path, "{\(members)}")
        #expect(response.status == .ok, "\(String(decoding: response.body, as: UTF8.self))")
        return try client.json(response)
    }

    @Test("has the loss of their sums, and gradients in their shapes")
    func sums() throws {
        let all =
            #","outputs":["loss","gradient","elements","statistics","partial"],"weights":[1,3]"#
        let own = try result(Self.dpo, Self.pairs + all + #","log_probability":"sum""#)
        let plain = try result(Self.dpo, Self.sums + all)
        #expect(own["loss"] as? Double == plain["loss"] as? Double)
        #expect(own["normalizer"] as? Double == 4)
        #expect(own["elements"] as? [Double] == plain["elements"] as? [Double])
        #expect(own["partial"] as? NSDictionary == plain["partial"] as? NSDictionary)
        let gradients = try #require(own["gradients"] as? [String: [[Double]]])
        let sums = try #require(plain["gradients"] as? [String: [Double]])
        let (chosen, rejected) = (try #require(sums["chosen"]), try #require(sums["rejected"]))
        #expect(
            gradients["chosen"] == [[chosen[0], chosen[0], 0], [chosen[1], chosen[1], chosen[1]]]
        )
        #expect(gradients["rejected"] == [[rejected[0], rejected[0]], [rejected[1], 0]])
    }

    @Test("takes the field in the query, and tokens in binary formats and lines")
    func formats() throws {
        let plain = try result(Self.dpo, Self.sums)["loss"] as? Double
        let query = Self.dpo + "?log_probability=sum"
        #expect(try result(query, Self.pairs)["loss"] as? Double == plain)
        let tensors = TensorClient()
        let arrays = [
            tensor("chosen", [-0.5, -1, .nan, -0.25, -2, -1], shape: [2, 3]),
            tensor("rejected", [-1, -1, -3, .nan], shape: [2, 2]),
            tensor("reference_chosen", [-1.25, -3]),
            tensor("reference_rejected", [-2, -1, -1, 5], shape: [2, 2]),
            tensor("chosen_mask", [1, 1, 0, 1, 1, 1], shape: [2, 3]),
            tensor("rejected_mask", [1, 1, 1, 0], shape: [2, 2]),
        ]
        let response = tensors.send(
            safetensors(arrays, [("log_probability", "sum")]),
            Self.dpo
        )
        let (results, _) = try tensors.read(response)
        #expect(results["loss"]?.values.first == plain)
        #expect(results["gradients.chosen"]?.shape == [2, 3])
        let lines = """
            {"chosen":[-0.5,-1,null],"rejected":[-1,-1],"reference_chosen":-1.25,"reference_rejected":[-2,-1],"chosen_mask":[true,true,false],"rejected_mask":[1,1]}
            {"chosen":[-0.25,-2,-1],"rejected":[-3,null],"reference_chosen":-3,"reference_rejected":[-1,5],"chosen_mask":[true,true,true],"rejected_mask":[1,0]}

            """
        let table = tensors.send(
            Array(lines.utf8),
            Self.dpo,
            query: "log_probability=sum",
            type: "application/x-ndjson",
            accept: "application/json"
        )
        #expect(try client.json(table)["loss"] as? Double == plain)
    }

    @Test("is an evaluation, a term of an objective, and a check")
    func computations() throws {
        let loss = try #require(
            try result(Self.dpo, Self.sums + #","reduction":"sum""#)["loss"] as? Double
        )
        let term = #"{"loss":"dpo","log_probability":"sum","reduction":"sum"}"#
        let inputs = #""inputs":{\#(Self.pairs)}"#
        let objective = try result("/v1/objectives", inputs + #","terms":[\#(term)]"#)
        #expect(objective["objective"] as? Double == loss)
        let gradients = try #require(objective["gradients"] as? [String: [[Double]]])
        #expect(gradients["chosen"]?[0][2] == 0)
        let evaluation = try result("/v1/evaluations", inputs + #","losses":[\#(term)]"#)
        let losses = try #require(evaluation["losses"] as? [[String: Any]])
        #expect(losses[0]["value"] as? Double == loss)
        // The text has every digit of the numbers.
        let text = String(
            decoding: client.send(.post, "/v1/objectives", "{\(inputs),\"terms\":[\(term)]}").body,
            as: UTF8.self
        )
        let claim = try #require(text.firstMatch(of: /"gradients":(.*)}/)).output.1
        let check = try result(
            "/v1/check",
            #""loss":"dpo","log_probability":"sum","reduction":"sum",\#(Self.pairs),"#
                + #""gradients":\#(claim)"#
        )
        let compared = try #require(check["gradients"] as? [String: [String: Any]])
        #expect(compared["rejected"]?["agreement"] as? String == "equal")
    }

    @Test("takes false and true for the numbers of an input that are 0 or 1")
    func flags() throws {
        let rest = #""logprobs":[-1,-2],"reference_logprobs":[-2,-1]"#
        let own = try result(Self.kto, rest + #","labels":[true,false]"#)
        let plain = try result(Self.kto, rest + #","labels":[1,0]"#)
        #expect(own["loss"] as? Double == plain["loss"] as? Double)
        let skipped = try result(Self.kto, rest + #","labels":[true,null],"missing":"skip""#)
        #expect(skipped["skipped"] as? Int == 1)
        let response = client.send(
            .post,
            "/v1/losses/huber",
            #"{"predictions":[true],"targets":[1]}"#
        )
        #expect(response.status.kind == .clientError)
        let tokens = try result(
            "/v1/losses/gspo",
            #""logprobs":[[-1,-2]],"old_logprobs":[[-1,-2]],"advantages":[1],"#
                + #""token_mask":[[true,false]]"#
        )
        #expect(tokens["loss"] as? Double == -1)
    }

    /// A refused request and a part of the sentence.
    struct Refusal: Sendable {
        let path: String
        let members: String
        let pointer: String
        let sentence: String
    }

    private static let refusals: [Refusal] = [
        Refusal(
            path: dpo,
            members: pairs,
            pointer: "/chosen",
            sentence:
                "The shape of chosen is [2, 3], but must be B, with one number for each response. With "
                + "\"log_probability\": \"sum\" or \"mean\", the last dimension has the tokens"
        ),
        Refusal(
            path: dpo,
            members: sums + #","chosen_mask":[1,1]"#,
            pointer: "/chosen_mask",
            sentence: "Masks and lengths of tokens need \"log_probability\""
        ),
        Refusal(
            path: dpo,
            members: sums + #","log_probability":"sum""#,
            pointer: "/chosen",
            sentence:
                "The shape of chosen is [2], but with log_probability it must be * B T, in which * stands for "
                + "any dimensions or none and T for the tokens of a response: omit log_probability"
        ),
        Refusal(
            path: dpo,
            members: sums + #","log_probability":"total""#,
            pointer: "/log_probability",
            sentence: "must be \"sum\" or \"mean\""
        ),
        Refusal(
            path: dpo,
            members: sums + #","token_mask":[1,1]"#,
            pointer: "/token_mask",
            sentence: "Use \"chosen_mask\" and \"rejected_mask\"."
        ),
        Refusal(
            path: kto,
            members:
                #""logprobs":[-1],"reference_logprobs":[-2],"labels":[1],"attention_mask":[1]"#,
            pointer: "/attention_mask",
            sentence: "Use \"token_mask\"."
        ),
        Refusal(
            path: "/v1/losses/huber",
            members: #""predictions":[1],"targets":[1],"log_probability":"sum""#,
            pointer: "/log_probability",
            sentence: "Other losses have it, but not this one"
        ),
        Refusal(
            path: kto,
            members: """
                "logprobs":[[-1,-2],[-1,-1]],"reference_logprobs":[-2,-1],"labels":[1,0],\
                "token_mask":[[true,true],[false,false]],"log_probability":"mean"
                """,
            pointer: "/logprobs/1",
            sentence: "No token of logprobs[1] counts, so that there is no mean"
        ),
        Refusal(
            path: "/v1/losses/orpo",
            members:
                #""chosen":[[-1,-2],[1,1]],"rejected":[-1,-2],"log_probability":"mean""#,
            pointer: "/chosen/1",
            sentence: "The mean of the tokens of chosen[1] is 1, but must be"
        ),
        Refusal(
            path: dpo,
            members: pairs.replacing("true,true,false", with: "true,true,true")
                + #","log_probability":"sum""#,
            pointer: "/chosen/0/2",
            sentence: "chosen[0, 2] is null."
        ),
        Refusal(
            path: "/v1/losses/rrhf",
            members: #""logprobs":[[[-1,-2]]],"rewards":[[1]]"#,
            pointer: "/logprobs",
            sentence: "must be B K, with one number for each response."
        ),
    ]

    @Test("is refused by a sentence that says what would be accepted", arguments: refusals)
    func problems(refusal: Refusal) throws {
        let response = client.send(.post, refusal.path, "{\(refusal.members)}")
        #expect(response.status.kind == .clientError)
        let problem = try client.json(response)
        let detail = try #require(problem["detail"] as? String)
        #expect(detail.contains(refusal.sentence), "\(detail)")
        #expect(problem["pointer"] as? String == refusal.pointer, "\(detail)")
    }

    @Test("is described in the catalogue and in the schema")
    func documents() throws {
        let entry = try client.json(client.send(.get, "/v1/losses/simpo"))
        let inputs = try #require(entry["inputs"] as? [[String: Any]])
        let tokens = try #require(inputs[1]["tokens"] as? [String: String])
        #expect(
            tokens == [
                "shape": "* B T", "mask": "rejected_mask", "lengths": "rejected_lengths",
                "usual": "mean",
            ]
        )
        let schema = try client.json(client.send(.get, "/v1/losses/kto/schema"))
        let properties = try #require(schema["properties"] as? [String: [String: Any]])
        #expect(properties["log_probability"] != nil && properties["token_mask"] != nil)
        #expect(properties["labels"]?["$ref"] as? String == "#/$defs/flags")
        let config = try client.json(client.send(.get, "/v2/models/dpo/config"))
        let names = (config["input"] as? [[String: Any]])?.compactMap { $0["name"] as? String }
        #expect(
            names?.suffix(6) == [
                "weights", "mask", "chosen_mask", "rejected_mask", "chosen_lengths",
                "rejected_lengths",
            ]
        )
    }
}
