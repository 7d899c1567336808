// SPDX-License-Identifier: Apache-2.0

import Formats
import Foundation
import HTTP
import HTTPTypes
import LossAPI
import Testing

@Suite("A request with sequences of different lengths")
struct SequenceRequestTests {
    private let client = Client()
    private static let ppo = "/v1/losses/ppo"
    private static let gspo = "/v1/losses/gspo"
    private static let dpo = "/v1/losses/dpo"

    /// Two sequences of three tokens and one, with an advantage each.
    private static let packed = """
        "logprobs":[-1.25,-0.5,-3,-0.75],"old_logprobs":[-1.5,-0.5,-2.5,-1.25],"advantages":[1,-0.5]
        """
    /// The same in rows that are filled up.
    private static let padded = """
        "logprobs":[[-1.25,-0.5,-3],[-0.75,null,null]],\
        "old_logprobs":[[-1.5,-0.5,-2.5],[-1.25,null,null]],"advantages":[1,-0.5]
        """
    private static let lengths = #","lengths":[3,1]"#
    private static let reduction = #","reduction":"mean_of_means""#
    /// Two pairs of responses of different lengths.
    private static let pairs = """
        "chosen":[-0.5,-1,-0.25,-2,-1],"chosen_lengths":[2,3],"rejected":[-1,-1,-3],\
        "rejected_lengths":[2,1],"reference_chosen":[-1.25,-3],"reference_rejected":[-2,-1,-1],\
        "log_probability":"sum"
        """

    private func result(_ path: String, _ members: String) throws -> [String: Any] {
        let response = client.send(.post, path, "{\(members)}")
        #expect(response.status == .ok, "\(String(decoding: response.body, as: UTF8.self))")
        return try client.json(response)
    }

    @Test("has the loss of rows that are filled up, and gradients in its own shapes")
    func sequences() throws {
        let outputs = #","gradient_of":["logprobs","advantages"]"# + Self.reduction
        let own = try result(Self.ppo, Self.packed + Self.lengths + outputs)
        let rows = try result(
            Self.ppo,
            Self.padded + #","mask":[[1,1,1],[1,0,0]]"# + outputs
        )
        #expect(own["loss"] as? Double == rows["loss"] as? Double)
        #expect(own["normalizer"] as? Double == 2)
        let gradients = try #require(own["gradients"] as? [String: [Double]])
        let whole = try #require(rows["gradients"] as? [String: Any])
        let tokens = try #require(whole["logprobs"] as? [[Double]])
        #expect(gradients["logprobs"] == tokens[0] + [tokens[1][0]])
        #expect(gradients["advantages"] == whole["advantages"] as? [Double])
        let sequence = try result(
            Self.gspo,
            Self.packed + Self.lengths + #","token_mask":[true,true,false,true]"#
        )
        let rowsOfTokens = try result(
            Self.gspo,
            Self.padded.replacing("null", with: "-9") + #","token_mask":[[1,1,0],[1,0,0]]"#
        )
        #expect(sequence["loss"] as? Double == rowsOfTokens["loss"] as? Double)
        #expect((sequence["gradient"] as? [Double])?.count == 4)
    }

    @Test("takes tensors in every format")
    func formats() throws {
        let expected =
            try result(Self.ppo, Self.packed + Self.lengths + Self.reduction)["loss"] as? Double
        let tensors = TensorClient()
        let arrays = [
            tensor("logprobs", [-1.25, -0.5, -3, -0.75]),
            tensor("old_logprobs", [-1.5, -0.5, -2.5, -1.25]), tensor("advantages", [1, -0.5]),
            tensor("lengths", [3, 1]),
        ]
        let body = safetensors(arrays)
        let (results, _) = try tensors.read(
            tensors.send(body, Self.ppo, query: "reduction=mean_of_means")
        )
        #expect(results["loss"]?.values.first == expected)
        #expect(results["gradient"]?.shape == [4])
        var archive = try #require(EncodedTensors.npz(arrays, metadata: [], .double))
        let response = tensors.send(
            archive.next(.max),
            Self.ppo,
            query: "reduction=mean_of_means",
            type: "application/x-npz",
            accept: "application/json"
        )
        #expect(try client.json(response)["loss"] as? Double == expected)
        let inputs = arrays.map { array in
            let type = array.name == "lengths" ? "INT32" : "FP64"
            let data = array.values.map { $0 == $0.rounded() ? "\(Int($0))" : "\($0)" }
            return
                #"{"name":"\#(array.name)","shape":\#(array.shape),"datatype":"\#(type)","data":["#
                + data.joined(separator: ",") + "]}"
        }
        let inferred = client.send(
            .post,
            "/v2/models/ppo/infer",
            #"{"parameters":{"reduction":"mean_of_means"},"outputs":[{"name":"loss"}],"inputs":["#
                + inputs.joined(separator: ",") + "]}"
        )
        let outputs = try #require(try client.json(inferred)["outputs"] as? [[String: Any]])
        #expect((outputs[0]["data"] as? [Double])?.first == expected)
    }

    @Test("is a term of an objective, an evaluation, and a check")
    func computations() throws {
        let inputs = #""inputs":{\#(Self.packed)\#(Self.lengths)}"#
        let loss = try result(Self.ppo, Self.packed + Self.lengths + Self.reduction)
        let value = try #require(loss["loss"] as? Double)
        let term = #"{"loss":"ppo"\#(Self.reduction)}"#
        let objective = try result("/v1/objectives", inputs + #","terms":[\#(term)]"#)
        #expect(objective["objective"] as? Double == value)
        let sums = #","losses":[{"loss":"ppo","reduction":"sum"}]"#
        let evaluation = try result("/v1/evaluations", inputs + sums)
        let losses = try #require(evaluation["losses"] as? [[String: Any]])
        let sum = try result(Self.ppo, Self.packed + Self.lengths + #","reduction":"sum""#)
        #expect(losses[0]["value"] as? Double == sum["loss"] as? Double)
        let text = String(
            decoding: client.send(
                .post,
                Self.ppo,
                "{\(Self.packed)\(Self.lengths)\(Self.reduction)}"
            ).body,
            as: UTF8.self
        )
        let claim = try #require(text.firstMatch(of: /"gradient":(\[[^\]]*\])/)).output.1
        let check = try result(
            "/v1/check",
            #""loss":"ppo",\#(Self.packed)\#(Self.lengths)\#(Self.reduction),"gradient":\#(claim)"#
        )
        #expect((check["gradient"] as? [String: Any])?["agreement"] as? String == "equal")
    }

    @Test("divides the losses of rows")
    func rows() throws {
        let logits = #""predictions":[[2,0.5],[0.1,1.2],[0,0]],"targets":[0,1,1]"#
        let own = try result(
            "/v1/losses/causal_lm_cross_entropy",
            logits
                + #","lengths":[2,0,1],"reduction":"mean_of_means","outputs":["loss","elements"]"#
        )
        let losses = try #require(own["elements"] as? [Double])
        #expect(own["normalizer"] as? Double == 2)
        let mean = ((losses[0] + losses[1]) / 2 + losses[2]) / 2
        // The decimals of the test's parser may be off by an ulp.
        #expect((try #require(own["loss"] as? Double) - mean).magnitude <= 1e-15)
        let sequences = try result(
            "/v1/losses/causal_lm_cross_entropy",
            logits + #","lengths":[2,0,1],"reduction":"batch_mean""#
        )
        #expect(sequences["normalizer"] as? Double == 2)
    }

    @Test("combines the tokens of responses")
    func responses() throws {
        let own = try result(Self.dpo, Self.pairs)
        let sums = try result(
            Self.dpo,
            #""chosen":[-1.5,-3.25],"rejected":[-2,-3],"reference_chosen":[-1.25,-3],"#
                + #""reference_rejected":[-3,-1]"#
        )
        #expect(own["loss"] as? Double == sums["loss"] as? Double)
        let gradients = try #require(own["gradients"] as? [String: [Double]])
        let responses = try #require(sums["gradients"] as? [String: [Double]])
        let (chosen, rejected) = (
            try #require(responses["chosen"]), try #require(responses["rejected"])
        )
        #expect(gradients["chosen"] == [chosen[0], chosen[0], chosen[1], chosen[1], chosen[1]])
        #expect(gradients["rejected"] == [rejected[0], rejected[0], rejected[1]])
    }

    /// A refused request, with the type of the problem and a part of the sentence.
    struct Refusal: Sendable {
        let path: String
        let members: String
        let type: String
        let pointer: String
        let sentence: String
    }

    private static let refusals: [Refusal] = [
        Refusal(
            path: ppo,
            members: packed + #","lengths":[3,2]"#,
            type: "shape-mismatch",
            pointer: "/lengths",
            sentence:
                "The numbers of lengths add up to 5, but must add up to 4, the length of logprobs."
        ),
        Refusal(
            path: gspo,
            members: packed + #","lengths":[3,2]"#,
            type: "shape-mismatch",
            pointer: "/lengths",
            sentence:
                "The numbers of lengths add up to 5, but must add up to 4, the length of logprobs."
        ),
        Refusal(
            path: ppo,
            members: packed + #","lengths":[5,-1]"#,
            type: "outside-domain",
            pointer: "/lengths/0",
            sentence: "lengths[0] is 5, but must be an integer from 0 to 4."
        ),
        Refusal(
            path: ppo,
            members: packed + #","lengths":[4,-1]"#,
            type: "outside-domain",
            pointer: "/lengths/1",
            sentence: "lengths[1] is -1, but must be an integer from 0 to 4."
        ),
        Refusal(
            path: ppo,
            members: packed + #","lengths":[2.5,1.5]"#,
            type: "outside-domain",
            pointer: "/lengths/0",
            sentence: "lengths[0] is 2.5, but must be an integer from 0 to 4."
        ),
        Refusal(
            path: ppo,
            members: packed + #","lengths":[3,null]"#,
            type: "wrong-kind",
            pointer: "/lengths/1",
            sentence: "/lengths/1 is null, but a number is expected."
        ),
        Refusal(
            path: ppo,
            members: packed + #","lengths":4"#,
            type: "shape-mismatch",
            pointer: "/lengths",
            sentence: "The shape of lengths is [], but must be B."
        ),
        Refusal(
            path: ppo,
            members: packed + #","lengths":[2,1,1]"#,
            type: "shape-mismatch",
            pointer: "/advantages",
            sentence: "The shape of advantages is [2]; accepted: shape [3] or shape [4]."
        ),
        Refusal(
            path: gspo,
            members: packed + #","lengths":[2,1,1]"#,
            type: "shape-mismatch",
            pointer: "/advantages",
            sentence:
                "The shape of advantages is [2], that of lengths [3]. Shapes are not broadcast; accepted: [3]."
        ),
        Refusal(
            path: ppo,
            members: packed + lengths + #","mask":[1,0,1]"#,
            type: "shape-mismatch",
            pointer: "/mask",
            sentence: "The shape of mask is [3]; accepted: a number or shape [2] or shape [4]."
        ),
        Refusal(
            path: ppo,
            members: packed + lengths + #","weights":[1,-2]"#,
            type: "outside-domain",
            pointer: "/weights/1",
            sentence: "weights[1] is -2"
        ),
        Refusal(
            path: ppo,
            members: packed.replacing("[1,-0.5]", with: "[1,null]") + lengths,
            type: "missing-value",
            pointer: "/advantages/1",
            sentence: "advantages[1] is null."
        ),
        Refusal(
            path: ppo,
            members: padded + #","lengths":[3,1]"#,
            type: "shape-mismatch",
            pointer: "/logprobs",
            sentence:
                "The shape of logprobs is [2, 3], but with lengths it must be [N], with the "
                + "elements of all sequences one after the other. Omit lengths"
        ),
        Refusal(
            path: gspo,
            members: padded.replacing("null", with: "0") + #","lengths":[3,1]"#,
            type: "shape-mismatch",
            pointer: "/logprobs",
            sentence:
                "The shape of logprobs is [2, 3], but with lengths it must be [N]"
        ),
        Refusal(
            path: gspo,
            members: packed + lengths + #","token_mask":[1,1]"#,
            type: "shape-mismatch",
            pointer: "/token_mask",
            sentence:
                "The shape of token_mask is [2], that of logprobs [4]. Shapes are not broadcast; accepted: [4]."
        ),
        Refusal(
            path: ppo,
            members:
                #""logprobs":[-1,-2],"old_logprobs":[-1,-2],"advantages":[1,2],"lengths":[2,0]"#,
            type: "shape-mismatch",
            pointer: "/advantages",
            sentence:
                "advantages has 2 numbers, which could be those of 2 sequences or of their 2 elements: leave "
                + "out sequences without elements."
        ),
        Refusal(
            path: ppo,
            members: #""logprobs":[[-1,-2,-3],[-1]]"#,
            type: "ragged-array",
            pointer: "/logprobs/1",
            sentence:
                "Send sequences of different lengths one after the other, in one dimension, and their lengths "
                + "in \"lengths\""
        ),
        Refusal(
            path: "/v1/losses/nt_xent",
            members: #""embeddings":[[1,0],[0,1]],"labels":[0,0],"lengths":[1,1]"#,
            type: "unknown-field",
            pointer: "/lengths",
            sentence: "Other losses have it, but not this one"
        ),
        Refusal(
            path: dpo,
            members: pairs.replacing(#","log_probability":"sum""#, with: ""),
            type: "conflicting-options",
            pointer: "/chosen_lengths",
            sentence: "Masks and lengths of tokens need \"log_probability\""
        ),
        Refusal(
            path: dpo,
            members: pairs.replacing(#""rejected_lengths":[2,1],"#, with: ""),
            type: "shape-mismatch",
            pointer: "/rejected",
            sentence:
                "The shape of rejected is [3], but must be [2], with one number for each response, or with "
                + "rejected_lengths [N], with the tokens of all responses one after the other."
        ),
        Refusal(
            path: dpo,
            members: pairs.replacing("[2,1]", with: "[1,1,1]"),
            type: "shape-mismatch",
            pointer: "/rejected_lengths",
            sentence: "The shape of rejected_lengths is [3], that of chosen_lengths [2]."
        ),
        Refusal(
            path: dpo,
            members: pairs.replacing("[2,1]", with: "[2,2]"),
            type: "shape-mismatch",
            pointer: "/rejected_lengths",
            sentence:
                "The numbers of rejected_lengths add up to 4, but must add up to 3, the length of rejected."
        ),
        Refusal(
            path: dpo,
            members: #""chosen":[-1,-2],"rejected":[-1,-2],"reference_chosen":[-1,-2],"#
                + #""reference_rejected":[-1,-2],"chosen_lengths":[3,2],"log_probability":"sum""#,
            type: "conflicting-options",
            pointer: "/chosen_lengths",
            sentence:
                "chosen_lengths does not apply to chosen with one number for each response: omit it."
        ),
        Refusal(
            path: dpo,
            members: pairs + #","rejected_mask":[1,1]"#,
            type: "shape-mismatch",
            pointer: "/rejected_mask",
            sentence: "The shape of rejected_mask is [2], that of rejected [3]."
        ),
        Refusal(
            path: dpo,
            members: pairs.replacing("sum", with: "mean") + #","chosen_mask":[0,0,1,1,1]"#,
            type: "undefined-loss",
            pointer: "/chosen_lengths/0",
            sentence: "No token of chosen_lengths[0] counts, so that there is no mean"
        ),
    ]

    @Test("is refused by a sentence that says what would be accepted", arguments: refusals)
    func problems(refusal: Refusal) throws {
        let response = client.send(.post, refusal.path, "{\(refusal.members)}")
        #expect(response.status.code == 422)
        let problem = try client.json(response)
        let detail = try #require(problem["detail"] as? String)
        #expect(detail.contains(refusal.sentence), "\(detail)")
        #expect(problem["type"] as? String == "/problems/" + refusal.type, "\(detail)")
        #expect(problem["pointer"] as? String == refusal.pointer, "\(detail)")
    }

    @Test("has no columns in a table")
    func tables() throws {
        let response = TensorClient().send(
            Array("predictions,targets,lengths\n1,2,1\n".utf8),
            type: "text/csv"
        )
        #expect(response.status.code == 422)
        let detail = try client.detail(response)
        #expect(detail.contains("lengths has a number for each sequence"), "\(detail)")
    }

    @Test("is described in the catalogue, the schemas and the examples")
    func documents() throws {
        let entry = try client.json(client.send(.get, "/v1/losses/ppo"))
        let inputs = try #require(entry["inputs"] as? [[String: Any]])
        #expect(inputs.map { $0["by_sequence"] as? Bool ?? false } == [false, false, true])
        let schema = try client.json(client.send(.get, "/v1/losses/gspo/schema"))
        let properties = try #require(schema["properties"] as? [String: [String: Any]])
        #expect(properties["lengths"] != nil)
        let examples = try client.json(client.send(.get, "/v1/losses/ppo/examples"))
        let list = try #require(examples["examples"] as? [[String: Any]])
        let example = try #require(list.first { $0["name"] as? String == "sequences" })
        #expect((example["request"] as? [String: Any])?["lengths"] as? [Int] == [3, 1])
        #expect((example["response"] as? [String: Any])?["loss"] is Double)
    }
}
