// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTP
import HTTPTypes
import Testing

/// The outputs that map single numbers: `prox` of penalties and `link` of losses.
@Suite("Maps of predictions and parameters")
struct MapTests {
    private let client = Client()

    @Test("are within 4 ulp of references, or 2^-98 of the number")
    func references() throws {
        let samples = try goldenRecords("maps")
        #expect(samples.count >= 150)
        for sample in samples {
            let response = try client.send(sample)
            let result = try client.json(response)
            #expect(response.status == .ok, "\(sample): \(result)")
            let body = try #require(sample["body"] as? String)
            let request = try #require(
                JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
            )
            let given = numbers(request["parameters"] ?? request["predictions"] ?? [])
            for (name, value) in try #require(sample["expected"] as? [String: Any]) {
                let (own, expected) = (exact(result[name] as Any), exact(value))
                #expect(own.count == expected.count && !own.isEmpty)
                for (index, (one, other)) in zip(own, expected).enumerated() {
                    let tolerance = max(4 * other.ulp, 0x1p-98 * given[index].magnitude)
                    #expect(
                        (one - other).magnitude <= tolerance,
                        "\(body) at \(index): \(one), not \(other)"
                    )
                }
            }
        }
    }

    /// The numbers of nested arrays, read from their text: JSONSerialization reads many digits as a
    /// decimal number.
    private func exact(_ value: Any) -> [Double] {
        (value as? [Any])?.flatMap { exact($0) } ?? Double("\(value)").map { [$0] } ?? []
    }

    @Test("a step is multiplied by the weight and divided by the denominator of each loss")
    func weights() throws {
        let body = #"""
            {"parameters":[3,-3,null,0.5],"weights":[1,2,1,0],"missing":"skip","reduction":"mean",
            "strength":1.5,"step":2,"outputs":["prox"]}
            """#
        let result = try client.json(client.send(.post, "/v1/penalties/l1", body))
        let prox = try #require(result["prox"] as? [Any])
        // The denominator is 3: steps of 2/3, 4/3 and 0, times 1.5.
        #expect(prox[0] as? Double == 2 && prox[1] as? Double == -1 && prox[3] as? Double == 0.5)
        #expect(!(prox[2] is Double))
    }

    @Test("exist where the loss has them, and the refusal lists what it has")
    func refusals() throws {
        for (path, fields, output) in [
            ("losses/mse", #""predictions":[1],"targets":[1]"#, "prox"),
            ("losses/huber", #""predictions":[1],"targets":[1]"#, "link"),
            ("penalties/l1", #""parameters":[1]"#, "link"),
            ("penalties/orthogonal", #""parameters":[[1,2],[3,4]]"#, "prox"),
        ] {
            let body = #"{\#(fields),"outputs":["\#(output)"]}"#
            let response = client.send(.post, "/v1/\(path)", body)
            #expect(response.status == .unprocessableContent)
            let problem = try client.json(response)
            #expect(problem["pointer"] as? String == "/outputs/0")
            let allowed = try #require(problem["allowed"] as? [String])
            #expect(allowed.contains("loss") && !allowed.contains(output))
        }
        let step = #"{"parameters":[1],"outputs":["prox"],"step":0}"#
        let refused = try client.json(client.send(.post, "/v1/penalties/l1", step))
        #expect(refused["pointer"] as? String == "/step")
        let far = #"{"predictions":[1,710],"targets":[1,1],"log_input":true,"outputs":["link"]}"#
        let infinite = try client.json(client.send(.post, "/v1/losses/poisson_nll", far))
        #expect(infinite["pointer"] as? String == "/predictions/1")
        #expect(infinite["type"] as? String == "/problems/not-finite")
    }

    @Test("are right where products overflow or vanish")
    func extremes() throws {
        for (penalty, fields, expected) in [
            ("log_sum", #""parameters":[1e155,-1e300]"#, [1e155, -1e300]),
            ("log_sum", #""parameters":[1e160],"strength":0"#, [1e160]),
            ("log_sum", #""parameters":[1e160],"weights":[0]"#, [1e160]),
            ("scad", #""parameters":[1e-162],"strength":0,"step":3"#, [1e-162]),
            (
                "scad", #""parameters":[6e302],"strength":1e300,"gamma":2.5,"step":610"#, [6e302]
            ),
            ("mcp", #""parameters":[1],"strength":1.7e308"#, [0]),
            (
                "l0_5", #""parameters":[1e-310,1e300,5],"strength":1e-200,"step":1e-200"#,
                [0, 1e300, 5]
            ),
            ("l2_3", #""parameters":[1,1e300,0],"strength":1e308,"step":1e10"#, [0, 1e300, 0]),
            ("slope", #""parameters":[[1,-1e300]],"strength":1e308,"step":1e10"#, [0, 0]),
            (
                "slope", #""parameters":[[1e308,-1e308,1e308]],"strength":0"#,
                [1e308, -1e308, 1e308]
            ),
            (
                "tv", #""parameters":[[1e308,-1e308,1e308,1e308]],"strength":1e308,"step":1e10"#,
                [5e307, 5e307, 5e307, 5e307]
            ),
            ("tv", #""parameters":[[1e308,-1e308]],"strength":0"#, [1e308, -1e308]),
            (
                "nuclear",
                #""parameters":[[8.98846567431158e307,0],[0,1e-300]],"strength":4.49423283715579e307"#,
                [0x1p1022, 0, 0, 0]
            ),
            ("scad", #""parameters":[1],"strength":1.7e308"#, [0]),
        ] {
            let body = #"{\#(fields),"outputs":["prox"]}"#
            let result = try client.json(client.send(.post, "/v1/penalties/\(penalty)", body))
            #expect(numbers(result["prox"] as Any) == expected, "\(penalty) \(body): \(result)")
        }
        let far = #"{"parameters":[1],"step":1e308,"weights":[10],"outputs":["prox"]}"#
        let refused = try client.json(client.send(.post, "/v1/penalties/l1", far))
        #expect(refused["pointer"] as? String == "/parameters/0")
    }

    @Test(
        "are refused where an option moves what predictions estimate",
        arguments: [
            ("squared_hinge", #""margin":2"#, "margin"),
            ("bce_with_logits", #""pos_weight":5"#, "pos_weight"),
            ("bce", #""label_smoothing":0.1"#, "label_smoothing"),
        ]
    )
    func movedMinimizers(loss: String, field: String, option: String) throws {
        let fields = #""predictions":[0.5],"targets":[1],"outputs":["link"]"#
        let own = try client.json(client.send(.post, "/v1/losses/\(loss)", "{\(fields),\(field)}"))
        #expect(own["type"] as? String == "/problems/conflicting-options")
        #expect(own["pointer"] as? String == "/\(option)")
        let plain = try client.json(client.send(.post, "/v1/losses/\(loss)", "{\(fields)}"))
        #expect(plain["link"] != nil)
    }

    @Test("keep missing predictions missing")
    func missing() throws {
        let body = #"""
            {"predictions":[[0,0],[1,null]],"targets":[0,1],"from_logits":true,"missing":"skip",
            "outputs":["link"]}
            """#
        let result = try client.json(client.send(.post, "/v1/losses/cross_entropy", body))
        let link = try #require(result["link"] as? [[Any]])
        #expect(link[0][0] as? Double == 0.5)
        #expect(!(link[1][0] is Double) && !(link[1][1] is Double))
    }
}
