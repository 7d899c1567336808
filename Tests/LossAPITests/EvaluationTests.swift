// SPDX-License-Identifier: Apache-2.0

import Formats
import Foundation
import HTTP
import HTTPTypes
import LossAPI
import LossFacts
import LossFunctions
import Requests
import Testing

@Suite("An evaluation of a data set")
struct EvaluationTests {
    private let client = Client()
    private static let data = #""predictions":[0.2,0.9,0.4,0.7],"targets":[0,1,1,0]"#

    private func object(_ body: String, status: Int = 200) throws -> [String: Any] {
        let response = client.send(.post, "/v1/evaluations", body)
        #expect(response.status.code == status, "\(String(decoding: response.body, as: UTF8.self))")
        return try client.json(response)
    }

    private func first(_ result: [String: Any], _ list: String) throws -> [String: Any] {
        try #require((result[list] as? [[String: Any]])?.first)
    }

    @Test(
        "has the loss and the standard error of every loss that has them",
        arguments: Catalogue.losses.map { $0.facts.name }
    )
    func catalogue(name: String) throws {
        let examples = try client.json(client.send(.get, "/v1/losses/\(name)/examples"))
        let facts = try #require(Catalogue.loss(named: name)).facts
        for example in try #require(examples["examples"] as? [[String: Any]]) {
            var request = try #require(example["request"] as? [String: Any])
            let optional = [
                "regularization", "gradient_of", "outputs", "hessian_kind", "hessian_floor",
                "hessian_scale",
            ]
            for field in optional { request[field] = nil }
            guard ["mean", nil].contains(request["reduction"] as? String) else { continue }
            let inputs = facts.signature.inputs.map { $0.name } + facts.signature.tokenMasks
            var term = request.filter {
                !inputs.contains($0.key) && !["weights", "mask", "missing"].contains($0.key)
            }
            term["loss"] = name
            var body: [String: Any] = [
                "inputs": request.filter { inputs.contains($0.key) }, "losses": [term],
            ]
            for field in ["weights", "mask", "missing"] { body[field] = request[field] }
            request["outputs"] = ["loss", "statistics"]
            let whole = try client.json(
                client.send(
                    .post,
                    "/v1/losses/\(name)",
                    bytes: Array(try JSONSerialization.data(withJSONObject: request))
                )
            )
            let response = client.send(
                .post,
                "/v1/evaluations",
                bytes: Array(try JSONSerialization.data(withJSONObject: body))
            )
            let own = try first(client.json(response), "losses")
            #expect(own["value"] as? Double == whole["loss"] as? Double, "\(name)")
            guard own["reason"] == nil, let error = own["standard_error"] as? Double else {
                continue
            }
            let statistics = try #require(whole["statistics"] as? [String: Any])
            #expect(error == statistics["standard_error"] as? Double, "\(name)")
        }
    }

    @Test("of a group is that of its rows alone")
    func groups() throws {
        let losses =
            #""losses":["squared_error",{"loss":"binary_cross_entropy","name":"bce"}],"metrics":["accuracy","f1"]"#
        let whole = try object(#"{"inputs":{\#(Self.data)},"groups":["b","a","b","a"],\#(losses)}"#)
        let groups = try #require(whole["groups"] as? [[String: Any]])
        #expect(groups.map { $0["group"] as? String } == ["a", "b"])
        let rows = [
            #""predictions":[0.9,0.7],"targets":[1,0]"#,
            #""predictions":[0.2,0.4],"targets":[0,1]"#,
        ]
        for (group, rows) in zip(groups, rows) {
            let alone = try object(#"{"inputs":{\#(rows)},\#(losses)}"#)
            for list in ["losses", "metrics"] {
                let (own, other) = (
                    try #require(group[list] as? [[String: Any]]),
                    try #require(alone[list] as? [[String: Any]])
                )
                for (one, two) in zip(own, other) {
                    for member in ["value", "standard_error"] {
                        #expect(one[member] as? Double == two[member] as? Double, "\(one)")
                    }
                }
            }
        }
    }

    @Test("has normal intervals and paired differences")
    func intervals() throws {
        let body =
            #"{"inputs":{\#(Self.data)},"losses":["mse"],"baseline":{"predictions":[0.5,0.5,0.5,0.5]},"confidence":0.6826894921370859,"worst":2}"#
        let loss = try first(object(body), "losses")
        let value = try #require(loss["value"] as? Double)
        let error = try #require(loss["standard_error"] as? Double)
        let interval = try #require(loss["interval"] as? [Double])
        // The probability of one standard deviation.
        #expect(
            abs(interval[1] - value - error) < 4e-16 && abs(value - error - interval[0]) < 4e-16
        )
        let baseline = try #require(loss["baseline"] as? [String: Any])
        #expect(baseline["value"] as? Double == 0.25)
        let differences = [0.04, 0.01, 0.36, 0.49].map { $0 - 0.25 }
        let mean = differences.reduce(0, +) / 4
        let deviation = (differences.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 12)
            .squareRoot()
        #expect(abs(try #require(baseline["difference"] as? Double) - mean) < 1e-15)
        #expect(abs(try #require(baseline["standard_error"] as? Double) - deviation) < 1e-15)
        let worst = try #require(loss["worst"] as? [[String: Any]])
        #expect(worst.map { $0["place"] as? [Int] } == [[3], [2]])
    }

    @Test(
        "of every metric has a value or a reason",
        arguments: MetricCatalogue.metrics.map { $0.facts.name }
    )
    func metrics(name: String) throws {
        let facts = try #require(MetricCatalogue.metric(named: name)).entry.facts
        var inputs: [String: Any] = [
            "predictions": [0.2, 0.9, 0.4, 0.7], "targets": [0, 1, 1, 0],
        ]
        for other in facts.inputNames.dropFirst(2) { inputs[other] = [1, 0, 1, 1] }
        let body: [String: Any] = ["inputs": inputs, "metrics": [name]]
        let data = try JSONSerialization.data(withJSONObject: body)
        let response = client.send(.post, "/v1/evaluations", bytes: Array(data))
        // A metric that reads inputs of another shape, or needs an option, says so.
        guard response.status == .ok else {
            #expect(response.status == .unprocessableContent)
            return
        }
        let metric = try first(client.json(response), "metrics")
        #expect(metric["metric"] as? String == name)
        #expect(metric["value"] is NSNull ? metric["reason"] is String : metric["reason"] == nil)
    }

    @Test("has metrics whose options say in JSON Schema which values they accept")
    func schemas() throws {
        let list = try client.json(client.send(.get, "/v1/metrics"))["metrics"] as? [[String: Any]]
        for metric in try #require(list) {
            for option in try #require(metric["options"] as? [[String: Any]]) {
                let schema = try #require(option["schema"] as? [String: Any], "\(option)")
                #expect(schema["type"] as? String == option["type"] as? String, "\(option)")
            }
        }
        func schema(_ metric: String, _ name: String) throws -> [String: Any] {
            let found = try #require(list?.first { $0["name"] as? String == metric })
            let options = try #require(found["options"] as? [[String: Any]])
            let option = options.first { $0["name"] as? String == name }
            return try #require(option?["schema"] as? [String: Any])
        }
        let precision = try #require(list?.first { $0["name"] as? String == "precision" })
        let implied = try #require(precision["implies"] as? [String: [String: String]])
        #expect(implied["precision_macro"] == ["average": "macro"])
        let average = try schema("roc_auc", "average")["enum"] as? [String]
        #expect(average == ["macro", "weighted", "none"])
        let bins = try schema("brier", "bins")
        #expect(bins["minimum"] as? Double == 1 && bins["maximum"] as? Double == 1_000)
        let tau = try schema("d2", "tau")
        #expect(
            tau["exclusiveMinimum"] as? Double == 0 && tau["exclusiveMaximum"] as? Double == 1
        )
    }

    @Test("has options whose integers have a least and a greatest value")
    func integers() throws {
        func check(_ value: Any, _ path: String) {
            if let list = value as? [Any] { for item in list { check(item, path) } }
            guard let object = value as? [String: Any] else { return }
            let types = object["type"].map { ($0 as? [String]) ?? [$0 as? String ?? ""] } ?? []
            if types.contains("integer") {
                #expect(object["minimum"] is Int && object["maximum"] is Int, "\(path): \(object)")
                #expect((object["maximum"] as? Int ?? .max) <= 1 << 53 - 1, "\(path)")
            }
            for (key, member) in object { check(member, path + "/" + key) }
        }
        for loss in Catalogue.losses {
            let path = "/v1/losses/\(loss.facts.name)/schema"
            let schema = try client.json(client.send(.get, path))
            let properties = try #require(schema["properties"] as? [String: Any])
            for option in loss.facts.options {
                check(try #require(properties[option.name]), path + "/" + option.name)
            }
        }
        let metrics = try client.json(client.send(.get, "/v1/metrics"))["metrics"]
        for metric in try #require(metrics as? [[String: Any]]) {
            for option in try #require(metric["options"] as? [[String: Any]]) {
                check(try #require(option["schema"]), "\(metric["name"] ?? "")")
            }
        }
    }

    @Test(
        "is refused with the place",
        arguments: [
            (#"{"inputs":{D},"losses":["mze"]}"#, "/losses/0", "not-allowed"),
            (#"{"inputs":{D},"metrics":["f1_skore"]}"#, "/metrics/0", "not-allowed"),
            (#"{"inputs":{D,"x":[1]},"losses":["mse"]}"#, "/inputs/x", "unknown-field"),
            (
                #"{"inputs":{D},"losses":["mse"],"baseline":{"p":[1]}}"#, "/baseline/p",
                "unknown-field"
            ),
            (
                #"{"inputs":{D},"losses":[{"loss":"huber","delta":-1}]}"#, "/losses/0/delta",
                "out-of-range"
            ),
            (
                #"{"inputs":{D},"losses":[{"loss":"huber","outputs":["loss"]}]}"#,
                "/losses/0/outputs", "unknown-field"
            ),
            (
                #"{"inputs":{D},"losses":[{"weights":[1],"loss":"huber"}]}"#, "/losses/0/weights",
                "unknown-field"
            ),
            (
                #"{"inputs":{D},"losses":[{"loss":"huber","missing":"skip"}]}"#,
                "/losses/0/missing", "unknown-field"
            ),
            (#"{"inputs":{D},"losses":[3]}"#, "/losses/0", "wrong-kind"),
            (
                #"{"inputs":{"predictions":[[1,2,3],[0,1,5]],"targets":[0,1]},"metrics":["f1"]}"#,
                "/metrics/0", "not-allowed"
            ),
            (
                #"{"inputs":{D},"losses":["mse"],"baseline":{"predictions":[1,2]}}"#,
                "/baseline/predictions", "shape-mismatch"
            ),
            (
                #"{"inputs":{D},"losses":["mse",{"loss":"mse","inputs":{"targets":"nope"}}]}"#,
                "/inputs/nope", "missing-field"
            ),
            (
                #"{"inputs":{D},"metrics":["mse",{"metric":"mse","inputs":{"targets":"nope"}}]}"#,
                "/inputs/nope", "missing-field"
            ),
            (#"{"inputs":{D},"losses":["mse"],"groups":[null,"a"]}"#, "/groups/0", "wrong-kind"),
            (
                #"{"inputs":{D},"losses":["mse",{"loss":"huber","name":"mse"}]}"#,
                "/losses/1/name", "conflicting-options"
            ),
            (
                #"{"inputs":{D},"metrics":[{"metric":"mae","name":"mse"},"mse"]}"#,
                "/metrics/0/name", "conflicting-options"
            ),
            (
                #"{"inputs":{D},"metrics":[{"metric":"precision_micro","average":"macro"}]}"#,
                "/metrics/0/average", "conflicting-options"
            ),
            (
                #"{"inputs":{"predictions":[[1,2],[0,1]],"targets":[0,1]},"metrics":[{"metric":"accuracy","threshold":0.5}]}"#,
                "/metrics/0/threshold", "conflicting-options"
            ),
            (
                #"{"inputs":{D},"metrics":[{"metric":"top_k_accuracy","k":1}]}"#,
                "/inputs/predictions", "shape-mismatch"
            ),
            (
                #"{"inputs":{"embeddings":[[1,0],[0,1],[1,1]],"labels":[0,0,1]},"losses":["nt_xent"],"groups":[1,2]}"#,
                "/groups", "shape-mismatch"
            ),
            (
                #"{"inputs":{"embeddings":[[1,0],[0,1],[1,1]],"labels":[0,0,1]},"losses":[{"loss":"nt_xent","reduction":"none"}]}"#,
                "/losses/0/reduction", "not-allowed"
            ),
            (
                #"{"inputs":{D},"losses":[{"loss":"huber","step":1}]}"#, "/losses/0/step",
                "unknown-field"
            ),
            (
                #"{"inputs":{D},"losses":[{"loss":"huber","reduction":"none"}]}"#,
                "/losses/0/reduction", "not-allowed"
            ),
            (#"{"inputs":{D},"losses":[{"delta":1}]}"#, "/losses/0/loss", "missing-field"),
            (
                #"{"inputs":{D},"metrics":[{"metric":"f1","averag":"macro"}]}"#,
                "/metrics/0/averag", "unknown-field"
            ),
            (
                #"{"inputs":{"predictions":[1,2],"targets":[0]},"losses":["mse"]}"#,
                "/inputs/targets", "shape-mismatch"
            ),
            (
                #"{"inputs":{"predictions":[1,null],"targets":[0,1]},"losses":["mse"]}"#,
                "/inputs/predictions/1", "missing-value"
            ),
            (
                #"{"inputs":{"predictions":[1,2]},"losses":["mse"]}"#, "/inputs/targets",
                "missing-field"
            ),
            (#"{"inputs":{D},"losses":["mse"],"groups":["a"]}"#, "/groups", "shape-mismatch"),
            (
                #"{"inputs":{D},"losses":["mse"],"groups":["a",1,"b","b"]}"#, "/groups/1",
                "wrong-kind"
            ),
            (
                #"{"inputs":{D},"losses":["mse"],"weights":[1,-1,1,1]}"#, "/weights/1",
                "outside-domain"
            ),
            (#"{"inputs":{D},"losses":["mse"],"confidence":1}"#, "/confidence", "out-of-range"),
            (#"{"inputs":{D},"losses":["mse"],"worst":0.5}"#, "/worst", "out-of-range"),
            (#"{"inputs":{D}}"#, "/losses", "missing-field"),
            (
                #"{"inputs":{D},"losses":[{"loss":"mse","coefficient":2}]}"#,
                "/losses/0/coefficient", "unknown-field"
            ),
            (
                #"{"inputs":{D},"metrics":[{"metric":"r2","inputs":{"prediction":"targets"}}]}"#,
                "/metrics/0/inputs/prediction", "unknown-field"
            ),
            (
                #"{"inputs":{D},"losses":["mse"],"baseline":{"predictions":[1,null,3,4]}}"#,
                "/baseline/predictions/1", "missing-value"
            ),
            (
                #"{"inputs":{D},"metrics":["r2"],"baseline":{"predictions":[1,null,3,4]}}"#,
                "/baseline/predictions/1", "missing-value"
            ),
            (#"{"inputs":{D},"loses":["mse"]}"#, "/loses", "unknown-field"),
            (
                #"{"inputs":{D},"losses":[{"loss":"mse","name":"x"}],"metrics":[{"metric":"mse","name":"x"}]}"#,
                "/metrics/0/name", "conflicting-options"
            ),
            (
                #"{"inputs":{D},"losses":["mse"],"metrics":[{"metric":"mae","name":"mse"}]}"#,
                "/metrics/0/name", "conflicting-options"
            ),
            (
                #"{"inputs":{D},"losses":[{"loss":"mae","name":"mse"}],"metrics":["mse"]}"#,
                "/losses/0/name", "conflicting-options"
            ),
            (#"{"inputs":{D},"losses":[{"loss":null}]}"#, "/losses/0/loss", "missing-field"),
            (
                #"{"inputs":{D},"metrics":[{"metric":"d2","tau":0.5}]}"#, "/metrics/0/tau",
                "conflicting-options"
            ),
            (
                #"{"inputs":{D},"metrics":[{"metric":"f1","average":"macro","pos_label":1}]}"#,
                "/metrics/0/pos_label", "conflicting-options"
            ),
        ]
    )
    func refusals(body: String, pointer: String, type: String) throws {
        let body = body.replacing("D,", with: Self.data + ",").replacing(
            "{D}",
            with: "{\(Self.data)}"
        )
        let problem = try object(body, status: 422)
        #expect(problem["type"] as? String == "/problems/" + type, "\(problem)")
        #expect(problem["pointer"] as? String == pointer, "\(problem)")
    }

    @Test(
        "is refused in words that fit the request",
        arguments: [
            (
                "", #"{"inputs":{D},"losses":["accuracy"]}"#,
                "It is a metric, which /v1/evaluations computes"
            ),
            ("", #"{"inputs":{D},"metrics":["huber"]}"#, "It is a loss: name it in losses."),
            (
                "", #"{"inputs":{D},"losses":[{"loss":"mse","weights":1}]}"#,
                "It belongs beside the list"
            ),
            (
                "", #"{"inputs":{D},"metrics":[{"metric":"mae","k":1}]}"#,
                "Allowed fields: metric, name, inputs."
            ),
            (
                "", #"{"inputs":{"predictions":[[1,2,3]],"targets":[0]},"metrics":["f1"]}"#,
                #"set average"#
            ),
            ("", #"{"inputs":{D},"losses":[3]}"#, "the name of a loss, or an object"),
            (
                "", #"{"inputs":{D},"losses":["mse"],"groups":[1234567890123456789]}"#,
                "below 2^53 in magnitude"
            ),
            ("?groups=a,b", #"{"inputs":{D},"losses":["mse"]}"#, "groups belongs in the body"),
            (
                "?confidence=0.5", #"{"inputs":{D},"losses":["mse"],"confidence":0.9}"#,
                "in the query and in the body"
            ),
            (
                "?losses=mae", #"{"inputs":{D},"losses":["mse"]}"#, "in the query and in the body"
            ),
            (
                "", #"{"inputs":{D},"metrics":[{"metric":"d2","power":3}]}"#,
                #"power is an option of loss "half_tweedie_deviance", but loss is "squared_error""#
            ),
            (
                "",
                #"{"inputs":{D},"metrics":[{"metric":"d2","loss":"pinball","log_input":false}]}"#,
                #"but loss is "pinball""#
            ),
            (
                "", #"{"inputs":{D},"metrics":[{"metric":"d2","from_logits":false}]}"#,
                #"an option of loss "brier" or "binary_cross_entropy""#
            ),
            ("", #"{"inputs":{D},"losses":["rmse"]}"#, "It is a metric, which /v1/evaluations"),
            ("", #"{"inputs":{D},"losses":["l2"]}"#, "belongs in penalties of /v1/objectives."),
            (
                "", #"{"inputs":{D},"losses":["mse"],"metrics":[{"metric":"mae","name":"mse"}]}"#,
                #"Two elements have the name "mse""#
            ),
        ]
    )
    func sentences(query: String, body: String, sentence: String) throws {
        let body = body.replacing("{D}", with: "{\(Self.data)}")
        let response = client.send(.post, "/v1/evaluations" + query, body)
        #expect(response.status == .unprocessableContent)
        let detail = try client.json(response)["detail"] as? String
        #expect(detail?.contains(sentence) == true, "\(detail ?? "")")
    }

    @Test("names results as the request does")
    func names() throws {
        let result = try object(
            #"{"inputs":{\#(Self.data)},"losses":["MSE",{"loss":"mse","name":"own"}],"metrics":["precision_micro","precision_macro"]}"#
        )
        let losses = try #require(result["losses"] as? [[String: Any]])
        #expect(losses.map { $0["name"] as? String } == ["MSE", "own"])
        #expect(losses.map { $0["loss"] as? String } == ["squared_error", "squared_error"])
        let metrics = try #require(result["metrics"] as? [[String: Any]])
        #expect(metrics.map { $0["name"] as? String } == ["precision_micro", "precision_macro"])
    }

    @Test("reads null as a field that is omitted")
    func nulls() throws {
        let plain = try object(
            #"{"inputs":{\#(Self.data)},"losses":["huber"],"metrics":["accuracy"]}"#
        )
        let nulls = try object(
            #"{"inputs":{\#(Self.data)},"losses":[{"loss":"huber","name":null,"delta":null,"inputs":null,"reduction":null}],"metrics":[{"name":null,"metric":"accuracy","threshold":null,"inputs":{"targets":null}}],"groups":null,"baseline":null,"weights":null,"worst":null,"outputs":null,"reduction":null}"#
        )
        #expect(plain as NSDictionary == nulls as NSDictionary)
    }

    @Test("has the exact difference of metrics that nearly cancel")
    func differences() throws {
        let data = #""predictions":[1,2,3,4.5],"targets":[1.5,0,7,4]"#
        let baseline = #""baseline":{"predictions":[1.0000000000000002,2,3,4.5]}"#
        let result = try object(
            #"{"inputs":{\#(data)},\#(baseline),"metrics":["r2","rmse","mse","explained_variance","mae"]}"#
        )
        let metrics = try #require(result["metrics"] as? [[String: Any]])
        let differences = try metrics.map { metric in
            let other = try #require(metric["baseline"] as? [String: Any])
            return try #require(other["difference"] as? Double)
        }
        // From the error -1/2, the square falls by 2^-52 - 2^-104. All squares sum to 20.5.
        let change = 0x1p-52 - 0x1p-104
        let deviations = 28.1875
        let root = (20.5 / 4).squareRoot()
        #expect(abs(differences[0] + change / deviations) <= 1e-30)
        #expect(abs(differences[1] - change / 4 / (2 * root)) <= 1e-30)
        #expect(differences[4] == 0x1p-54)
    }

    @Test("reads tables and arrays without names as it reads JSON", arguments: [1, 9, .max])
    func tables(size: Int) throws {
        let query =
            "?losses=%5B%22mse%22,%7B%22loss%22:%22huber%22,%22inputs%22:%7B%22predictions%22:%22score%22%7D%7D%5D"
            + "&metrics=accuracy&worst=1"
        let json = client.send(
            .post,
            "/v1/evaluations" + query,
            #"{"inputs":{\#(Self.data),"score":[1,2,3,4]},"groups":["a","1","ä,\"b","a"],"baseline":{"predictions":[0,1,0,1]},"weights":[1,2,3,4]}"#
        )
        #expect(json.status == .ok)
        let csv = """
            groups,predictions,score,weights,targets,baseline.predictions
            a,0.2,1,1,0,0
            1,0.9,2,2,1,1
            "ä,""b",0.4,3,3,true,0
             a ,0.7,4,4,0,1

            """
        let ndjson = """
            {"groups":"a","predictions":0.2,"score":1,"weights":1,"targets":0,"baseline.predictions":0}
            {"groups":"1","predictions":0.9,"score":2,"weights":2,"targets":1,"baseline.predictions":1}
            {"groups":"ä,\\"b","predictions":0.4,"score":3,"weights":3,"targets":1,"baseline.predictions":0}
            {"baseline.predictions":1,"groups":"a","predictions":0.7,"score":4,"weights":4,"targets":0}
            """
        for (text, type) in [(csv, "text/csv"), (ndjson, "application/x-ndjson")] {
            let table = client.send(
                .post,
                "/v1/evaluations" + query,
                bytes: Array(text.utf8),
                pieceSize: size,
                fields: [.contentType: type]
            )
            #expect(
                String(decoding: table.body, as: UTF8.self)
                    == String(decoding: json.body, as: UTF8.self)
            )
        }
    }

    @Test("reads integers as groups of rows, and columns that the query chooses")
    func columns() throws {
        let query = "?losses=mse&worst=0"
        let json = client.send(
            .post,
            "/v1/evaluations" + query,
            #"{"inputs":{"predictions":[1,2],"targets":[0,0]},"groups":[7,-8]}"#
        )
        let texts = [
            (
                #"{"predictions":1,"targets":0,"groups":7}"# + "\n"
                    + #"{"predictions":2,"targets":0,"groups":-8.0}"#, "application/x-ndjson", ""
            ),
            (
                "id,p,t,g\nx,1,0,7\ny,2,0,-8\n", "text/csv",
                "&columns=predictions:p,targets:t,groups:g"
            ),
        ]
        for (text, type, columns) in texts {
            let table = client.send(
                .post,
                "/v1/evaluations" + query + columns,
                text,
                fields: [.contentType: type]
            )
            #expect(
                String(decoding: table.body, as: UTF8.self)
                    == String(decoding: json.body, as: UTF8.self)
            )
        }
    }

    @Test(
        "of rows is refused with the line",
        arguments: [
            ("predictions,targets\n1,x\n", "csv", "Line 2, column \"targets\"", "/targets/0"),
            ("predictions,targets\n1,\n", "csv", "Row 0 is in line 2.", "/inputs/targets/0"),
            (
                "predictions,targets,weights\n1,0,1\n1,0,NA\n", "csv",
                "weights[1] in line 3 is a missing value", "/weights/1"
            ),
            (
                "predictions,targets,groups\n1,0,a\n1,0,\n", "csv", "column \"groups\" has no text",
                "/groups/1"
            ),
            (
                "predictions,targets,groups\n1,0,\"\"\n", "csv", "column \"groups\" has no text",
                "/groups/0"
            ),
            (
                "predictions,targets,foo\n1,0,1\n", "csv",
                "chooses columns of other names, as in columns=predictions:score", "/foo"
            ),
            (
                #"{"predictions":1,"targets":0,"groups":"a"}"# + "\n"
                    + #"{"predictions":1,"targets":0,"groups":1}"#, "x-ndjson",
                "is a number, but those before it are strings", "/groups"
            ),
            (
                #"{"predictions":1,"targets":0,"groups":1}"# + "\n"
                    + #"{"predictions":1,"targets":0,"groups":"1"}"#, "x-ndjson",
                "is a string, but those before it are numbers", "/groups"
            ),
            (
                #"{"predictions":1,"targets":0,"groups":1.5}"#, "x-ndjson",
                "must be a string, or an integer below 2^53", "/groups"
            ),
            (
                #"{"predictions":1,"targets":0,"groups":null}"#, "x-ndjson", "has no text",
                "/groups"
            ),
        ]
    )
    func tableRefusals(text: String, type: String, sentence: String, pointer: String) throws {
        let response = client.send(
            .post,
            "/v1/evaluations?losses=mse",
            text,
            fields: [.contentType: type == "csv" ? "text/csv" : "application/x-ndjson"]
        )
        let problem = try client.json(response)
        let detail = problem["detail"] as? String ?? ""
        #expect(detail.contains(sentence), "\(detail)")
        #expect(problem["pointer"] as? String == pointer)
    }

    @Test("of rows needs losses in the query")
    func tableWithoutLosses() throws {
        for type in ["text/csv", "application/x-ndjson", "application/x-npy"] {
            let response = client.send(.post, "/v1/evaluations", "", fields: [.contentType: type])
            #expect(response.problem == "missing-field")
        }
    }

    @Test("has at most as many groups of rows as of arrays")
    func tableGroups() throws {
        let few = Client({ $0.groups = 1 })
        let response = few.send(
            .post,
            "/v1/evaluations?losses=mse",
            "predictions,targets,groups\n1,0,a\n1,0,b\n",
            fields: [.contentType: "text/csv"]
        )
        #expect(response.problem == "too-many-groups")
    }

    @Test("is where metrics are computed, as refusals and hints say")
    func directions() throws {
        let refused = try client.json(client.send(.post, "/v1/metrics", "{}"))
        #expect((refused["detail"] as? String)?.contains("go to /v1/evaluations.") == true)
        let search = try client.json(client.send(.get, "/v1/losses?name=accuracy"))
        #expect((search["hint"] as? String)?.contains("It is a metric") == true)
    }

    @Test("has at most 256 losses and metrics")
    func terms() throws {
        let terms = Array(repeating: #""mse""#, count: 257).joined(separator: ",")
        let problem = try object(
            #"{"inputs":{\#(Self.data)},"losses":[\#(terms)]}"#,
            status: 422
        )
        #expect(problem["type"] as? String == "/problems/wrong-length")
        #expect(problem["pointer"] as? String == "/losses")
    }

    @Test("of another model is that of its inputs alone")
    func otherModel() throws {
        let targets = #""targets":[0,2,1]"#
        let logits = ["[[2,0,1],[0,1,3],[1,0,0]]", "[[1,0,0],[2,1,0],[0,3,1]]"]
        let term = #"{"loss":"cross_entropy","from_logits":true,"class_weights":[1,5,0.25]}"#
        let losses = #""losses":[\#(term)],"metrics":["accuracy"],"groups":["a","b","a"]"#
        let both = try object(
            #"{"inputs":{"predictions":\#(logits[0]),\#(targets)},"baseline":{"predictions":\#(logits[1])},\#(losses)}"#
        )
        let alone = try object(#"{"inputs":{"predictions":\#(logits[1]),\#(targets)},\#(losses)}"#)
        for list in ["losses", "metrics"] {
            let other = try #require(try first(both, list)["baseline"] as? [String: Any])
            #expect(other["value"] as? Double == (try first(alone, list)["value"] as? Double))
        }
        let (groups, others) = (
            try #require(both["groups"] as? [[String: Any]]),
            try #require(alone["groups"] as? [[String: Any]])
        )
        for (group, other) in zip(groups, others) {
            let own = try #require(try first(group, "losses")["baseline"] as? [String: Any])
            #expect(own["value"] as? Double == (try first(other, "losses")["value"] as? Double))
        }
    }

    @Test("of two models is of the rows that neither lacks")
    func missing() throws {
        let body =
            #"{"inputs":{"predictions":[1,null,3],"targets":[0,0,0]},"baseline":{"predictions":[2,2,null]},"missing":"skip","losses":["absolute_error"],"metrics":["mae"]}"#
        let result = try object(body)
        let loss = try first(result, "losses")
        #expect(loss["value"] as? Double == 1 && loss["count"] as? Int == 1)
        let baseline = try #require(loss["baseline"] as? [String: Any])
        #expect(baseline["value"] as? Double == 2 && baseline["count"] as? Int == 1)
        #expect(baseline["difference"] as? Double == -1)
        let metric = try first(result, "metrics")
        #expect(metric["value"] as? Double == 1)
        let other = try #require(metric["baseline"] as? [String: Any])
        #expect(other["value"] as? Double == 2 && other["difference"] as? Double == -1)
    }

    @Test(
        "has null for what is too large for a double",
        arguments: [
            #"{"inputs":{"predictions":[1.7e308,0],"targets":[0,0]},"losses":["mae"],"metrics":["mae"]}"#,
            #"{"inputs":{"predictions":[1.7e308,0],"targets":[0,0]},"metrics":["mae"],"baseline":{"predictions":[-1.7e308,1.7e308]}}"#,
            #"{"inputs":{"predictions":[0.5,0.6],"targets":[1,0]},"metrics":["accuracy"],"confidence":0.9999999999999999}"#,
        ]
    )
    func extremes(body: String) throws {
        let result = try object(body)
        for list in ["losses", "metrics"] where result[list] != nil {
            let entry = try first(result, list)
            #expect(entry["value"] is Double)
            #expect(
                entry["interval"] is NSNull || (entry["interval"] as? [Double])?.count == 2
            )
        }
    }

    @Test("of a difference that is too large for a double is refused")
    func largeDifference() throws {
        let body =
            #"{"inputs":{"predictions":[1.7e308,-1.7e308,3],"targets":[-1,1,1]},"losses":["logistic_margin"],"baseline":{"predictions":[-1.7e308,1.7e308,1]}}"#
        let response = client.send(.post, "/v1/evaluations", body)
        #expect(response.status == .ok || response.status == .unprocessableContent)
    }

    @Test(
        "has no integer as a group that a double may have rounded",
        arguments: ["9007199254740992", "9007199254740993", "-9007199254740993"]
    )
    func largeGroups(group: String) throws {
        let problem = try object(
            #"{"inputs":{"predictions":[1,2],"targets":[0,0]},"losses":["mse"],"groups":[\#(group),1]}"#,
            status: 422
        )
        #expect(problem["pointer"] as? String == "/groups/0")
    }

    @Test("lists the greatest losses, the first of equal ones first, in whatever order they are")
    func worst() throws {
        for losses in [[1, 2, 3, 4, 5, 6, 7], [7, 6, 5, 4, 3, 2, 1], [2, 2, 1, 2, 9, 2, 9]] {
            let targets = losses.map { _ in "0" }.joined(separator: ",")
            let result = try object(
                #"{"inputs":{"predictions":\#(losses),"targets":[\#(targets)]},"losses":["mae"],"worst":3}"#
            )
            let worst = try #require(try first(result, "losses")["worst"] as? [[String: Any]])
            let expected = losses.indices.sorted {
                losses[$0] == losses[$1] ? $0 < $1 : losses[$0] > losses[$1]
            }
            #expect(worst.map { $0["place"] as? [Int] } == expected.prefix(3).map { [$0] })
        }
    }

    @Test("charges the classes of metrics by group, and counts their steps")
    func classes() throws {
        var evaluation = DataSetEvaluation(limits: ComputationLimits(steps: 1 << 28, groups: 10))
        for name in ["predictions", "targets"] {
            evaluation.data.set(name, Tensor(shape: [2], values: [0, 1]))
        }
        let before = evaluation.resultFootprint
        var term = Term(name: "confusion_matrix")
        term.fields = [("classes", .number(1_000))]
        evaluation.metrics = [term, term, term]
        // A double each, and its text.
        #expect(evaluation.resultFootprint - before >= 3 * 1_000_000 * (8 + 25))
        let error = #expect(throws: DataSetError.self) { try evaluation.result() }
        guard case .term(let place, .loss(.tooManySteps, _), _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(place.index == 2)
        let few = Client({ $0.steps = 100 })
        let refused = try few.json(
            few.send(
                .post,
                "/v1/evaluations",
                #"{"inputs":{"predictions":[0,1],"targets":[0,1]},"metrics":["f1"]}"#
            )
        )
        #expect(refused["pointer"] as? String == "/metrics/0")
        let detail = refused["detail"] as? String ?? ""
        #expect(detail.contains("of 100 (--steps)") && detail.contains("counts 128 steps"))
        #expect(!detail.contains("loss"))
    }

    @Test("has the same metrics, whatever losses share their sums")
    func shared() throws {
        let numbers =
            #""inputs":{"predictions":[1.5,2,null,0.1,-7,3],"targets":[1,2.5,0,0.3,2,9]},"missing":"skip""#
        let metrics =
            #""metrics":["r2","rmse","mae","mse","explained_variance",{"metric":"d2","loss":"absolute_error"},{"metric":"mape","epsilon":0.5},"mape"]"#
        let others = [
            "", #","weights":[1,2,0.25,0.1,3,0]"#, #","groups":["a","b","a","b","c","a"]"#,
            #","mask":[1,1,1,0,1,1],"groups":["a","b","a","b","c","a"],"weights":[1,2,3,4,0.1,6]"#,
            #","baseline":{"predictions":[1,1,1,1,1,1]}"#,
        ]
        for other in others {
            let alone = try object("{\(numbers),\(metrics)\(other)}")
            let losses =
                #""losses":["squared_error","absolute_error",{"loss":"absolute_percentage_error","epsilon":0.5},"absolute_percentage_error","huber",{"loss":"squared_error","inputs":{"predictions":"targets","targets":"predictions"}}]"#
            let together = try object("{\(numbers),\(losses),\(metrics)\(other)}")
            func values(_ result: [String: Any]) throws -> NSArray {
                let groups = result["groups"] as? [[String: Any]] ?? []
                return ([result] + groups).map { $0["metrics"] ?? "" } as NSArray
            }
            #expect(try values(alone) == values(together), "\(other)")
        }
    }

    @Test("divides groups by a denominator of one's own, as it does all")
    func normalizer() throws {
        let body =
            #"{"inputs":{"predictions":[1,2,3],"targets":[0,0,0]},"groups":["a","b","a"],"losses":[{"loss":"absolute_error","normalizer":8}]}"#
        let result = try object(body)
        #expect(try first(result, "losses")["value"] as? Double == 0.75)
        #expect(try first(result, "losses")["standard_error"] is NSNull)
        let groups = try #require(result["groups"] as? [[String: Any]])
        #expect(try groups.map { try first($0, "losses")["value"] as? Double } == [0.5, 0.25])
    }

    @Test("of a whole batch has a value and a difference, but no standard error")
    func batch() throws {
        let embeddings = "[[1,0],[0.9,0.1],[0,1],[0.1,0.9]]"
        let body =
            #"{"inputs":{"embeddings":\#(embeddings),"labels":[0,0,1,1]},"losses":["nt_xent"],"groups":["a","a","b","b"]}"#
        let response = client.send(.post, "/v1/evaluations", body)
        guard response.status == .ok else {
            // The inputs of the loss have other names.
            Issue.record("\(String(decoding: response.body, as: UTF8.self))")
            return
        }
        let loss = try first(client.json(response), "losses")
        #expect(loss["value"] is Double && loss["standard_error"] is NSNull)
        #expect(loss["reason"] is String)
    }

    @Test("is in JSON, which the client must accept")
    func acceptance() {
        let body = #"{"inputs":{\#(Self.data)},"losses":["mse"]}"#
        for (accept, status) in [("text/csv", 406), ("*/*", 200), ("application/json;q=0", 406)] {
            let fields: HTTPFields = [.contentType: "application/json", .accept: accept]
            let response = client.send(.post, "/v1/evaluations", body, fields: fields)
            #expect(response.status.code == status, "\(accept)")
        }
    }

    @Test("refuses groups of fractions, with the place")
    func fractions() throws {
        let header =
            #"{"__metadata__":{"losses":"mse"},"predictions":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"groups":{"dtype":"F64","shape":[1],"data_offsets":[8,16]}}"#
        func bytes(_ number: UInt64) -> [UInt8] {
            (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        }
        let body =
            bytes(UInt64(header.utf8.count)) + Array(header.utf8) + bytes(0)
            + bytes(0.5.bitPattern)
        let response = client.send(
            .post,
            "/v1/evaluations",
            bytes: body,
            fields: [.contentType: "application/vnd.safetensors"]
        )
        #expect(try client.json(response)["pointer"] as? String == "/groups/0")
    }

    @Test("reads tensors as it reads arrays")
    func tensors() throws {
        let header =
            #"{"__metadata__":{"losses":"mse,huber","metrics":"[\"accuracy\"]","format":"pt"},"predictions":{"dtype":"F64","shape":[4],"data_offsets":[0,32]},"targets":{"dtype":"F64","shape":[4],"data_offsets":[32,64]},"groups":{"dtype":"F64","shape":[4],"data_offsets":[64,96]}}"#
        func bytes(_ number: UInt64) -> [UInt8] {
            (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        }
        var body = bytes(UInt64(header.utf8.count)) + Array(header.utf8)
        for number in [0.2, 0.9, 0.4, 0.7, 0, 1, 1, 0, 7, 8, 7, 8] {
            body += bytes(number.bitPattern)
        }
        let binary = client.send(
            .post,
            "/v1/evaluations?worst=1",
            bytes: body,
            pieceSize: 50,
            fields: [.contentType: "application/vnd.safetensors"]
        )
        let text = client.send(
            .post,
            "/v1/evaluations",
            #"{"inputs":{\#(Self.data)},"losses":["mse","huber"],"metrics":["accuracy"],"groups":[7,8,7,8],"worst":1}"#
        )
        #expect(text.status == .ok)
        #expect(
            String(decoding: binary.body, as: UTF8.self)
                == String(decoding: text.body, as: UTF8.self)
        )
    }
}

@Suite("An objective")
struct ObjectiveTests {
    private let client = Client()

    @Test("is the sum of its parts, and so are its gradients")
    func sum() throws {
        let body = """
            {"inputs":{"mu":[0.2,1.7],"y":[0,5],"w":[0.5,-1.2]},"terms":[
            {"loss":"huber","inputs":{"predictions":"mu","targets":"y"},"coefficient":3},
            {"loss":"squared_error","inputs":{"predictions":"mu","targets":"y"},"coefficient":-0.5}],
            "penalties":[{"penalty":"l2","parameters":"w","coefficient":0.25}]}
            """
        let response = client.send(.post, "/v1/objectives", body)
        let result = try client.json(response)
        func single(_ path: String, _ body: String) throws -> (Double, [Double]) {
            let one = try client.json(client.send(.post, path, body))
            return (try #require(one["loss"] as? Double), numbers(one["gradient"] as Any))
        }
        let data = #"{"predictions":[0.2,1.7],"targets":[0,5]}"#
        let huber = try single("/v1/losses/huber", data)
        let square = try single("/v1/losses/squared_error", data)
        let penalty = try single("/v1/penalties/l2", #"{"parameters":[0.5,-1.2]}"#)
        let total = 3 * huber.0 - 0.5 * square.0 + 0.25 * penalty.0
        #expect(abs(try #require(result["objective"] as? Double) - total) <= 4 * total.ulp)
        let gradients = try #require(result["gradients"] as? [String: Any])
        for (own, (one, other)) in zip(numbers(gradients["mu"] as Any), zip(huber.1, square.1)) {
            #expect(abs(own - (3 * one - 0.5 * other)) <= 4 * own.ulp)
        }
        #expect(numbers(gradients["w"] as Any) == penalty.1.map { 0.25 * $0 })
        #expect(gradients["y"] == nil)
        let other = try client.json(
            client.send(
                .post,
                "/v1/objectives",
                body.replacing("\"penalties\"", with: "\"gradient_of\":[\"y\"],\"penalties\"")
            )
        )
        let own = try #require(other["gradients"] as? [String: Any])
        #expect(Array(own.keys) == ["y"])
        #expect(numbers(own["y"] as Any) == numbers(gradients["mu"] as Any).map { -$0 })
    }

    @Test("has the total derivative in an input with several uses")
    func uses() throws {
        let body =
            #"{"inputs":{"a":[1],"b":[3],"y":[0]},"terms":[{"loss":"mse","inputs":{"predictions":"a","targets":"b"}},{"loss":"mse","inputs":{"predictions":"b","targets":"y"}}]}"#
        let result = try client.json(client.send(.post, "/v1/objectives", body))
        let gradients = try #require(result["gradients"] as? [String: Any])
        #expect(Set(gradients.keys) == ["a", "b"])
        #expect(numbers(gradients["a"] as Any) == [-4] && numbers(gradients["b"] as Any) == [10])
    }

    @Test("refuses inputs that no term reads")
    func unused() throws {
        let body =
            #"{"inputs":{"predictions":[0.7,0.2],"targets":[1,0],"weights":[1,0]},"terms":["mse"]}"#
        let response = client.send(.post, "/v1/objectives", body)
        #expect(response.status == .unprocessableContent)
        #expect(try client.json(response)["pointer"] as? String == "/inputs/weights")
    }

    @Test(
        "is refused with the place",
        arguments: [
            (#"{"inputs":{"p":[1]}}"#, "/terms", "missing-field"),
            (#"{"inputs":{"p":[1]},"terms":["mze"]}"#, "/terms/0", "not-allowed"),
            (#"{"inputs":{"p":[1]},"penalties":["l3"]}"#, "/penalties/0", "not-allowed"),
            (
                #"{"inputs":{"p":[1]},"terms":["mse"],"gradient_of":["q"]}"#, "/gradient_of/0",
                "not-allowed"
            ),
            (
                #"{"inputs":{"p":[1]},"terms":[{"loss":"mse","inputs":{"predictoins":"p"}}]}"#,
                "/terms/0/inputs/predictoins", "unknown-field"
            ),
            (
                #"{"inputs":{"predictions":[1],"targets":[0]},"terms":[{"loss":"mse","reduction":"none"}]}"#,
                "/terms/0/reduction", "not-allowed"
            ),
            (
                #"{"inputs":{"predictions":[1],"targets":[0]},"terms":[{"loss":"mse","weights":[1]}]}"#,
                "/terms/0/weights", "unknown-field"
            ),
            (
                #"{"inputs":{"predictions":[1],"targets":[0]},"terms":["mse",{"loss":"mae","name":"mse"}]}"#,
                "/terms/1/name", "conflicting-options"
            ),
            (
                #"{"inputs":{"predictions":[1e300],"targets":[0]},"terms":[{"loss":"mae","coefficient":1e300}]}"#,
                "/terms", "not-finite"
            ),
            (#"{"inputs":{"p":[1]},"penalties":["huber"]}"#, "/penalties/0", "not-allowed"),
            (
                #"{"inputs":{"predictions":[1],"targets":[0]},"terms":[{"loss":"mse","name":"x"}],"penalties":[{"penalty":"l2","parameters":"predictions","name":"x"}]}"#,
                "/penalties/0/name", "conflicting-options"
            ),
        ]
    )
    func refusals(body: String, pointer: String, type: String) throws {
        let response = client.send(.post, "/v1/objectives", body)
        #expect(response.status == .unprocessableContent)
        let problem = try client.json(response)
        #expect(problem["type"] as? String == "/problems/" + type, "\(problem)")
        #expect(problem["pointer"] as? String == pointer, "\(problem)")
    }
}

extension ObjectiveTests {
    @Test("reads null as a field that is omitted, and says where losses and penalties belong")
    func fields() throws {
        let data = #""inputs":{"predictions":[1,2],"targets":[0,0]}"#
        let plain = client.send(
            .post,
            "/v1/objectives",
            #"{\#(data),"terms":["mse"],"penalties":[{"penalty":"l2","parameters":"predictions"}]}"#
        )
        let nulls = client.send(
            .post,
            "/v1/objectives",
            #"{\#(data),"terms":[{"coefficient":null,"name":null,"loss":"mse"}],"penalties":[{"penalty":"l2","parameters":"predictions","coefficient":null}],"outputs":null,"gradient_of":null}"#
        )
        #expect(plain.status == .ok && plain.body == nulls.body)
        for (list, sentence) in [
            (#""terms":["l2"]"#, "It is a penalty, which belongs in penalties."),
            (#""penalties":["huber"]"#, "It is a loss, which belongs in terms."),
        ] {
            let refused = client.send(.post, "/v1/objectives", "{\(data),\(list)}")
            let detail = try client.json(refused)["detail"] as? String
            #expect(detail?.contains(sentence) == true, "\(detail ?? "")")
        }
    }

    @Test("reads rows as it reads arrays")
    func rows() throws {
        let query =
            "?terms=%7B%22loss%22:%22mse%22,%22inputs%22:%7B%22predictions%22:%22mu%22%7D%7D"
            .replacing("terms=", with: "terms=%5B") + "%5D"
        let json = client.send(
            .post,
            "/v1/objectives" + query,
            #"{"inputs":{"mu":[1,2],"targets":[0,0]},"weights":[1,3]}"#
        )
        let table = client.send(
            .post,
            "/v1/objectives" + query,
            "mu,targets,weights\n1,0,1\n2,0,3\n",
            fields: [.contentType: "text/csv"]
        )
        #expect(json.status == .ok && table.body == json.body)
    }
}

@Suite("A check of a gradient")
struct CheckTests {
    private let client = Client()

    private func check(_ gradient: String, _ more: String = "") throws -> [String: Any] {
        let body =
            #"{"gradient":\#(gradient),"predictions":[0.2,1.7],"targets":[0,5],"loss":"huber"\#(more)}"#
        let response = client.send(.post, "/v1/check", body)
        try #require(response.status == .ok, "\(String(decoding: response.body, as: UTF8.self))")
        return try #require(try client.json(response)["gradient"] as? [String: Any])
    }

    @Test("says how near it is, and what explains the difference")
    func agreement() throws {
        #expect(try check("[0.1,-0.5]")["agreement"] as? String == "equal")
        #expect(try check("[0.1,-0.5]")["worst"] is NSNull)
        #expect(try check("[0.10000000000000002,-0.5]")["agreement"] as? String == "double")
        #expect(try check("[0.10000000149,-0.5]")["agreement"] as? String == "float32")
        let negative = try check("[-0.1,0.5]")
        #expect(
            negative["agreement"] as? String == "different" && negative["factor"] as? Double == -1
        )
        let sum = try check("[0.2,-1]")
        #expect(sum["factor"] as? Double == 2)
        let explanations = try #require(sum["explanations"] as? [[String: String]])
        #expect(explanations.contains(["reduction": "sum", "agreement": "equal"]))
        #expect(explanations.contains(["convention": "optax", "agreement": "equal"]))
        let worst = try #require(try check("[0.1,-0.25]")["worst"] as? [String: Any])
        #expect(worst["place"] as? [Int] == [1] && worst["given"] as? Double == -0.25)
        #expect(worst["expected"] as? Double == -0.5 && worst["relative"] as? Double == 0.5)
        #expect(worst["ulps"] as? Double == 0x1p51)
        let summed = try check("[0.2,-1]", #","reduction":"sum""#)
        #expect(summed["agreement"] as? String == "equal")
    }

    @Test("reads every format as it reads JSON", arguments: [1, 30, .max])
    func formats(size: Int) throws {
        let tensors = [
            tensor("predictions", [0.2, 1.7]), tensor("targets", [0, 5]),
            tensor("gradient", [0.1, -0.25]), tensor("hessian", [0.5, 0]),
        ]
        let csv = "predictions,targets,gradient,hessian\n0.2,0,0.1,0.5\n1.7,5,-0.25,0\n"
        let ndjson = """
            {"predictions":0.2,"targets":0,"gradient":0.1,"hessian":0.5}
            {"hessian":0,"predictions":1.7,"targets":5,"gradient":-0.25}
            """
        var npy = EncodedTensors.npy(tensors, metadata: [], .double)
        var npz = try #require(EncodedTensors.npz(tensors, metadata: [], .double))
        let json = client.send(
            .post,
            "/v1/check",
            #"{"loss":"huber","delta":2,"predictions":[0.2,1.7],"targets":[0,5],"gradient":[0.1,-0.25],"hessian":[0.5,0]}"#
        )
        #expect(json.status == .ok)
        let bodies: [(type: String, bytes: [UInt8])] = [
            ("text/csv", Array(csv.utf8)), ("application/x-ndjson", Array(ndjson.utf8)),
            ("application/x-npy", npy.next(.max)), ("application/x-npz", npz.next(.max)),
            ("application/vnd.safetensors", safetensors(tensors)),
        ]
        for body in bodies {
            let response = client.send(
                .post,
                "/v1/check?loss=huber&delta=2",
                bytes: body.bytes,
                pieceSize: size,
                fields: [.contentType: body.type]
            )
            #expect(
                String(decoding: response.body, as: UTF8.self)
                    == String(decoding: json.body, as: UTF8.self),
                "\(body.type)"
            )
        }
    }

    @Test("reads derivatives in several inputs, and rows of several numbers, from every format")
    func inputsInFormats() throws {
        let json = client.send(
            .post,
            "/v1/check",
            #"{"loss":"gaussian_nll","mean":[0.5],"variance":[2],"targets":[1],"gradients":{"mean":[-0.25],"variance":[1]}}"#
        )
        let csv = "mean,variance,targets,gradients.mean,gradients.variance\n0.5,2,1,-0.25,1\n"
        let facts = try #require(Catalogue.loss(named: "gaussian_nll")).facts
        let values = ["mean": 0.5, "variance": 2, "targets": 1]
        let inputs = facts.signature.inputs.map { tensor($0.name, [values[$0.name] ?? 0]) }
        var npy = EncodedTensors.npy(
            inputs + [tensor("gradients.mean", [-0.25]), tensor("gradients.variance", [1])],
            metadata: [],
            .double
        )
        for (type, bytes) in [("text/csv", Array(csv.utf8)), ("application/x-npy", npy.next(.max))]
        {
            let response = client.send(
                .post,
                "/v1/check?loss=gaussian_nll",
                bytes: bytes,
                fields: [.contentType: type]
            )
            #expect(json.status == .ok && response.body == json.body, "\(type)")
        }
        let rows = client.send(
            .post,
            "/v1/check?loss=cross_entropy&from_logits=true",
            "predictions_0,predictions_1,targets,gradient_0,gradient_1\n0,0,1,0.5,-0.5\n",
            fields: [.contentType: "text/csv"]
        )
        let gradient = try client.json(rows)["gradient"] as? [String: Any]
        #expect(gradient?["agreement"] as? String == "equal")
    }

    @Test(
        "of rows is refused with the column or the line",
        arguments: [
            ("?loss=huber", "p,targets,gradient\n1,2,3\n", "columns=predictions:score", "/p"),
            (
                "?loss=huber", "predictions,targets,groups\n1,2,3\n", "Unknown field \"groups\"",
                "/groups"
            ),
            (
                "?loss=huber", "predictions,targets,gradient\n1,2,3\n1,2,\n",
                "gradient[1] in line 3 is a missing value", "/gradient/1"
            ),
            (
                "?loss=huber&columns=gradient:p,targets:p", "p\n1\n", "is chosen for two fields",
                "/targets"
            ),
            (
                "?loss=huber&outputs=loss", "predictions,targets,gradient\n1,2,3\n",
                "not a field of a check", "/outputs"
            ),
            ("?penalty=huber", "predictions\n1\n", "It is a loss, which belongs in", nil),
            ("", "predictions\n1\n", "Either \"loss\" or \"penalty\" is required.", nil),
        ]
    )
    func tableRefusals(query: String, text: String, sentence: String, pointer: String?) throws {
        let response = client.send(
            .post,
            "/v1/check" + query,
            text,
            fields: [.contentType: "text/csv"]
        )
        let problem = try client.json(response)
        let detail = problem["detail"] as? String ?? ""
        #expect(detail.contains(sentence), "\(detail)")
        #expect(problem["pointer"] as? String == pointer, "\(problem)")
    }

    @Test(
        "states a factor near a ratio of small integers as that",
        arguments: [
            ("-3", -3.0), ("442", 442.0), ("1/3", 1.0 / 3), ("-2/7", -2.0 / 7),
            ("1/1000003", 1 / 1_000_003.0), ("pi", Double.pi),
        ]
    )
    func factors(name: String, factor: Double) throws {
        let parameters = (1...50).map { 0.1 * Double($0) + 1 / Double($0) }
        let own = try client.json(
            client.send(.post, "/v1/penalties/l0_5", #"{"parameters":\#(parameters)}"#)
        )
        let gradient = numbers(own["gradient"] as Any).map { $0 * factor }
        let result = try client.json(
            client.send(
                .post,
                "/v1/check",
                #"{"penalty":"l0_5","parameters":\#(parameters),"gradient":\#(gradient)}"#
            )
        )
        let found = (result["gradient"] as? [String: Any])?["factor"] as? Double
        #expect(try abs(#require(found) - factor) <= (name == "pi" ? 4 * factor.ulp : 0), "\(name)")
    }

    @Test("reads null as a field that is omitted")
    func nulls() throws {
        let body = #"{"loss":"huber","predictions":[1],"targets":[0],"gradient":[1]}"#
        let plain = client.send(.post, "/v1/check", body)
        let nulls = client.send(
            .post,
            "/v1/check",
            String(body.dropLast())
                + #","penalty":null,"outputs":null,"delta":null,"hessian":null,"hessians":null,"weights":null}"#
        )
        #expect(plain.status == .ok && plain.body == nulls.body)
    }

    @Test("compares each input of a loss, and Hessians")
    func inputs() throws {
        let body =
            #"{"loss":"gaussian_nll","mean":[0.5],"variance":[2],"targets":[1],"gradients":{"mean":[-0.25]},"hessians":{"mean":[0.5]}}"#
        let result = try client.json(client.send(.post, "/v1/check", body))
        for (member, input) in [("gradients", "mean"), ("hessians", "mean")] {
            let own = (result[member] as? [String: Any])?[input] as? [String: Any]
            #expect(own?["agreement"] as? String == "equal", "\(result)")
        }
    }

    @Test("compares the derivatives of penalties, by any name")
    func penalties() throws {
        func check(_ body: String) throws -> [String: Any] {
            let response = client.send(.post, "/v1/check", body)
            try #require(
                response.status == .ok,
                "\(String(decoding: response.body, as: UTF8.self))"
            )
            return try client.json(response)
        }
        let penalty = #""penalty":"l2","parameters":[[1,-2],[0.5,0]],"strength":0.25"#
        let own = try client.json(
            client.send(
                .post,
                "/v1/penalties/l2",
                #"{"parameters":[[1,-2],[0.5,0]],"strength":0.25,"outputs":["gradient","hessian"]}"#
            )
        )
        let given = try ["gradient", "hessian"].map { name in
            let data = try JSONSerialization.data(withJSONObject: try #require(own[name]))
            return #""\#(name)":\#(String(decoding: data, as: UTF8.self))"#
        }
        let result = try check("{\(penalty),\(given.joined(separator: ","))}")
        for name in ["gradient", "hessian"] {
            #expect((result[name] as? [String: Any])?["agreement"] as? String == "equal")
        }
        let twice = try check(
            #"{"gradients":{"parameters":[2,-2]},"penalty":"lasso","parameters":[3,-1],"strength":1}"#
        )
        let lasso = (twice["gradients"] as? [String: Any])?["parameters"] as? [String: Any]
        #expect(lasso?["agreement"] as? String == "different" && lasso?["factor"] as? Double == 2)
        #expect(lasso?["explanations"] == nil)
    }

    @Test("refuses a field that is in the query and in the body, and lists those that it has")
    func fields() throws {
        let body = #"{"loss":"huber","predictions":[1],"targets":[0],"gradient":[1],"delta":0.5}"#
        for query in ["?delta=3", "?loss=mse"] {
            let response = client.send(.post, "/v1/check" + query, body)
            #expect(response.problem == "conflicting-options")
        }
        let unknown = client.send(.post, "/v1/check", body.replacing("delta", with: "delat"))
        let allowed = try #require(try client.json(unknown)["allowed"] as? [String])
        #expect(Set(allowed).isSuperset(of: ["loss", "gradient", "hessian", "delta"]))
        #expect(!allowed.contains("outputs") && !allowed.contains("regularization"))
        let penalty = client.send(
            .post,
            "/v1/check",
            #"{"penalty":"l2","parameters":[1],"gradient":[1],"delta":1}"#
        )
        let own = try #require(try client.json(penalty)["allowed"] as? [String])
        #expect(own.contains("penalty") && !own.contains("loss"))
    }

    @Test(
        "is refused with the place",
        arguments: [
            (#"{"predictions":[1],"targets":[0],"gradient":[1]}"#, "/loss", "missing-field"),
            (#"{"loss":"mze","gradient":[1]}"#, "/loss", "not-allowed"),
            (#"{"penalty":"L3","parameters":[1],"gradient":[1]}"#, "/penalty", "not-allowed"),
            (#"{"penalty":"huber","parameters":[1],"gradient":[1]}"#, "/penalty", "not-allowed"),
            (
                #"{"loss":"mse","penalty":"l2","parameters":[1],"gradient":[1]}"#, "/penalty",
                "conflicting-options"
            ),
            (#"{"penalty":"l2","gradient":[1]}"#, "/parameters", "missing-field"),
            (
                #"{"penalty":"l2","parameters":[1],"gradient":[1],"delta":1}"#, "/delta",
                "unknown-field"
            ),
            (
                #"{"penalty":"l2","parameters":[[1,2]],"gradient":[1,2]}"#, "/gradient",
                "shape-mismatch"
            ),
            (#"{"loss":"mse","predictions":[1],"targets":[0]}"#, "/gradient", "missing-field"),
            (
                #"{"loss":"mse","predictions":[1],"targets":[0],"gradient":[1,2]}"#, "/gradient",
                "shape-mismatch"
            ),
            (
                #"{"loss":"mse","predictions":[1],"targets":[0],"gradients":{"foo":[1]}}"#,
                "/gradients/foo", "unknown-field"
            ),
            (
                #"{"loss":"mse","predictions":[1],"targets":[0],"gradient":[1],"foo":1}"#, "/foo",
                "unknown-field"
            ),
            (
                #"{"loss":"mse","predictions":[1],"targets":[0],"gradient":[1],"outputs":["loss"]}"#,
                "/outputs", "unknown-field"
            ),
            (
                #"{"loss":"gaussian_nll","mean":[1],"variance":[1],"targets":[0],"gradient":[1]}"#,
                "/gradient", "wrong-kind"
            ),
        ]
    )
    func refusals(body: String, pointer: String, type: String) throws {
        let response = client.send(.post, "/v1/check", body)
        #expect(response.status == .unprocessableContent)
        let problem = try client.json(response)
        #expect(problem["type"] as? String == "/problems/" + type, "\(problem)")
        #expect(problem["pointer"] as? String == pointer, "\(problem)")
    }
}
