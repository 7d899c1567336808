// SPDX-License-Identifier: Apache-2.0

import Formats
import HTTP
import HTTPTypes
import LossAPI
import Testing

@Suite("The Open Inference Protocol")
struct InferenceTests {
    private let client = Client()
    private static let lengthName =
        HTTPField.Name("Inference-Header-Content-Length") ?? .contentLength

    private func infer(
        _ json: String,
        _ data: [UInt8] = [],
        length: String? = nil,
        model: String = "huber"
    ) throws -> Response {
        var fields: HTTPFields = [:]
        fields[Self.lengthName] = length
        return client.send(
            .post,
            "/v2/models/\(model)/infer",
            bytes: Array(json.utf8) + data,
            fields: fields
        )
    }

    private static func request(_ more: String = "") -> String {
        #"{"inputs":[{"name":"predictions","shape":[2],"datatype":"FP64","data":[0.5,3]},"#
            + #"{"name":"targets","shape":[2],"datatype":"FP64","data":[0,0]}]\#(more)}"#
    }

    @Test("gives the outputs of a loss in JSON")
    func json() throws {
        let response = try infer(Self.request(#","id":"a","parameters":{"reduction":"sum"}"#))
        #expect(response.status == .ok)
        #expect(response.fields[.contentType] == "application/json")
        #expect(
            String(decoding: response.body, as: UTF8.self)
                == #"{"model_name":"huber","model_version":"1","id":"a","outputs":["#
                + #"{"name":"loss","datatype":"FP64","shape":[],"data":[2.625]},"#
                + #"{"name":"gradient","datatype":"FP64","shape":[2],"data":[0.5,1]},"#
                + #"{"name":"normalizer","datatype":"FP64","shape":[],"data":[1]}]}"#
        )
    }

    @Test("gives statistics among the parameters")
    func statistics() throws {
        let outputs = #","outputs":[{"name":"loss"},{"name":"statistics"}]"#
        let response = try infer(Self.request(outputs))
        #expect(response.status == .ok)
        let text = String(decoding: response.body, as: UTF8.self)
        #expect(text.contains(#""statistics":"{\"count\":2,"#))
        #expect(text.contains(#""outputs":[{"name":"loss""#))
    }

    @Test("gives binary outputs behind the JSON")
    func binary() throws {
        let response = try infer(
            Self.request(
                #","outputs":[{"name":"gradient","parameters":{"binary_data":true}},{"name":"loss"}]"#
            )
        )
        let length = try #require(response.fields[Self.lengthName].flatMap { Int($0) })
        #expect(response.fields[.contentType] == "application/octet-stream")
        let text = String(decoding: response.body.prefix(length), as: UTF8.self)
        #expect(text.contains(#""shape":[2],"parameters":{"binary_data_size":16}}"#))
        #expect(text.contains(#"{"name":"loss","datatype":"FP64","shape":[],"data":[1.3125]}"#))
        #expect(!text.contains("normalizer"))
        #expect(response.body.count == length + 16)
        #expect(response.body.suffix(8) == [0, 0, 0, 0, 0, 0, 0xE0, 0x3F])
    }

    @Test("has documents of the server and its models")
    func documents() throws {
        for (path, word) in [
            ("/v2", "binary_tensor_data"), ("/v2/health/live", #"{"live":true}"#),
            ("/v2/health/ready", #"{"ready":true,"live":true}"#),
            ("/v2/models/huber", #""versions":["1"]"#),
            ("/v2/models/huber/versions/1", #""name":"predictions""#),
            ("/v2/models/reg:squarederror/ready", #""ready":true"#),
            ("/v2/models/gaussian_nll/config", "gradients.variance"),
            ("/v2/models/huber/stats", "model_stats"), ("/v2/models/stats", "model_stats"),
        ] {
            let response = client.send(.get, path, fields: [:])
            #expect(response.status == .ok, "\(path)")
            #expect(response.fields[.contentType] == "application/json")
            #expect(String(decoding: response.body, as: UTF8.self).contains(word), "\(path)")
            #expect(client.send(.options, path, fields: [:]).fields[.allow] == "GET, HEAD, OPTIONS")
        }
        let models = client.send(.post, "/v2/repository/index", fields: [:])
        #expect(String(decoding: models.body, as: UTF8.self).contains(#""name":"l2""#))
        let infer = client.send(.options, "/v2/models/huber/infer", fields: [:])
        #expect(infer.fields[.allow] == "OPTIONS, POST")
    }

    @Test(
        "refuses with a sentence in error, in the type that clients read",
        arguments: [
            (
                HTTPRequest.Method.get, "/v2/models/hubber", 404,
                #"Unknown model "hubber". Did you mean "huber""#
            ),
            (.get, "/v2/models/zzzz", 404, "See /v2/repository/index for all of them."),
            (.put, "/v2/models/huber", 405, "POST requests go to /v2/models/{model}/infer."),
            (.get, "/v2/models/huber/versions/2", 404, "A model has version 1 only: omit it."),
            (.get, "/v2/nothing", 404, "Nothing is served at"),
            (.get, "/v2/models/huber/nothing", 404, "Nothing is served at"),
            (.get, "/v2/models/huber/infer", 405, "use OPTIONS, POST"),
            (.post, "/v2/models/huber", 405, "use GET, HEAD, OPTIONS"),
            (.post, "/v2/health/live", 405, "use GET, HEAD, OPTIONS"),
            (.get, "/v2/systemsharedmemory/status", 501, "shared memory is not supported"),
            (.post, "/v2/repository/models/huber/load", 501, "loading of models is not supported"),
        ] as [(HTTPRequest.Method, String, Int, String)]
    )
    func refused(method: HTTPRequest.Method, path: String, status: Int, detail: String) throws {
        let response = client.send(method, path, fields: [:])
        #expect(response.status.code == status)
        #expect(response.fields[.contentType] == "application/json")
        let problem = try client.json(response)
        #expect((problem["error"] as? String)?.contains(detail) == true, "\(problem)")
        #expect(problem["detail"] as? String == problem["error"] as? String)
        #expect(problem["type"] != nil)
    }

    @Test("refuses requests for inference with the field and what would be accepted")
    func refusedInference() throws {
        for (json, length, kind, detail) in [
            (Self.request(), "x", "malformed-tensors", "Inference-Header-Content-Length is"),
            (Self.request(), "0", "malformed-tensors", "requests without JSON are not supported"),
            (Self.request(), "9999", "malformed-tensors", "ends at byte 9999"),
            (
                Self.request(#","parameters":{"bogus":1}"#), nil, "unknown-field",
                #"Unknown field "bogus""#
            ),
            (
                Self.request(#","parameters":{"delta":"x"}"#), nil, "wrong-kind",
                #"delta in the parameters is "x""#
            ),
            (
                Self.request(#","outputs":[{"name":"bogus"}]"#), nil, "not-allowed",
                #"outputs[0] is "bogus""#
            ),
            (
                Self.request(#","outputs":[{"name":"loss"},{"name":"gradients.weights"}]"#), nil,
                "not-allowed",
                #"outputs[1] is "gradients.weights", but must be "loss" or "gradient" or "#
                    + #""gradients.predictions" or "gradients.targets" or "hessian""#
            ),
            (
                Self.request(
                    #","outputs":[{"name":"gradients.targets"}],"#
                        + #""parameters":{"gradient_of":"predictions"}"#
                ), nil, "conflicting-options", "omit gradient_of"
            ),
            (
                Self.request(
                    #","outputs":[{"name":"loss"}],"parameters":{"outputs":"loss,gradient"}"#
                ), nil, "conflicting-options", #""outputs" are given twice"#
            ),
            (#"{"inputs":[]}"#, nil, "missing-field", #"The field "predictions" is missing"#),
        ] as [(String, String?, String, String)] {
            let response = try infer(json, length: length)
            #expect(response.problem == kind)
            let problem = try client.json(response)
            #expect((problem["error"] as? String)?.contains(detail) == true, "\(problem)")
        }
        let body = Self.request(#","parameters":{"output_datatype":"FP32"}"#)
            .replacing("[0.5,3]", with: "[1e60,3]")
        #expect(try infer(body, model: "mse").problem == "result-too-large")
    }

    @Test("gives derivatives with respect to the inputs that the outputs name")
    func derivatives() throws {
        let outputs = #","outputs":[{"name":"gradient"},{"name":"gradients.targets"}]"#
        let text = String(decoding: try infer(Self.request(outputs)).body, as: UTF8.self)
        for output in [
            #"{"name":"gradient","datatype":"FP64","shape":[2],"data":[0.25,0.5]}"#,
            #"{"name":"gradients.targets","datatype":"FP64","shape":[2],"data":[-0.25,-0.5]}"#,
        ] { #expect(text.contains(output), "\(text)") }
        let likelihood =
            #"{"inputs":[{"name":"mean","shape":[1],"datatype":"FP64","data":[0]},"#
            + #"{"name":"variance","shape":[1],"datatype":"FP64","data":[1]},"#
            + #"{"name":"targets","shape":[1],"datatype":"FP64","data":[2]}],"#
            + #""outputs":[{"name":"gradient"}]}"#
        let refused = try infer(likelihood, model: "gaussian_nll")
        #expect(try client.detail(refused).contains(#"must be "loss" or "gradients.mean" or"#))
    }

    @Test("states the outputs link and prox of the models that have them, and gives them")
    func maps() throws {
        for (path, name, isThere) in [
            ("poisson_nll", "link", true), ("huber", "link", false), ("l2", "prox", true),
            ("huber", "prox", false),
        ] {
            for end in ["", "/config"] {
                let response = client.send(.get, "/v2/models/\(path)\(end)", fields: [:])
                let text = String(decoding: response.body, as: UTF8.self)
                #expect(text.contains(#"{"name":"\#(name)""#) == isThere, "\(path)\(end)")
            }
        }
        let penalty =
            #"{"inputs":[{"name":"parameters","shape":[1],"datatype":"FP64","data":[3]}],"#
            + #""outputs":[{"name":"prox"}],"parameters":{"strength":1}}"#
        let text = String(decoding: try infer(penalty, model: "l2").body, as: UTF8.self)
        #expect(text.contains(#"{"name":"prox","datatype":"FP64","shape":[1],"data":[1]}"#))
    }

    @Test("counts the requests of each model, whatever their protocol")
    func counts() throws {
        func note(_ template: String, _ status: HTTPResponse.Status, _ serialize: Int64?) {
            var times = WorkTimes()
            (times.parse, times.compute, times.serialize) = (3_000, 4_000, serialize)
            client.responder.observe(
                .responseSent(
                    Exchange(
                        method: .post,
                        route: RouteName(template, entry: "huber"),
                        status: status,
                        seconds: 0.0005,
                        times: status == .ok ? times : nil,
                        requestBytes: 1,
                        responseBytes: 1
                    )
                )
            )
        }
        note("/v2/models/{model}/infer", .ok, 5_000)
        note("/v1/losses/{loss}", .ok, nil)
        note("/v2/models/{model}/infer", .unprocessableContent, nil)
        note("/v2/models/{model}/config", .methodNotAllowed, nil)
        let expected =
            #"{"name":"huber","version":"1","inference_count":2,"execution_count":2,"#
            + #""inference_stats":{"success":{"count":2,"ns":1000000},"fail":{"count":1,"ns":500000},"#
            + #""queue":{"count":2,"ns":0},"compute_input":{"count":2,"ns":6000},"#
            + #""compute_infer":{"count":2,"ns":8000},"compute_output":{"count":2,"ns":5000}},"#
            + #""batch_stats":[]}"#
        let own = client.send(.get, "/v2/models/huber_loss/versions/1/stats", fields: [:])
        #expect(String(decoding: own.body, as: UTF8.self) == #"{"model_stats":[\#(expected)]}"#)
        let all = client.send(.get, "/v2/models/stats", fields: [:])
        let text = String(decoding: all.body, as: UTF8.self)
        #expect(text.contains(expected))
        #expect(text.contains(#"{"name":"l2","version":"1","inference_count":0,"#))
    }

    @Test("gives null for a loss that was left out, and derivatives by the names of inputs")
    func outputs() throws {
        let missing = Self.request(
            #","outputs":[{"name":"elements"}],"parameters":{"missing":"skip"}"#
        ).replacing("[0.5,3]", with: "[null,3]")
        let response = try infer(missing)
        let text = String(decoding: response.body, as: UTF8.self)
        #expect(text.contains(#""data":[null,2.5]"#), "\(text)")
        #expect(text.contains(#""parameters":{"skipped":"1"}"#))
        let likelihood =
            #"{"inputs":[{"name":"mean","shape":[1],"datatype":"FP64","data":[0]},"#
            + #"{"name":"variance","shape":[1],"datatype":"FP64","data":[1]},"#
            + #"{"name":"targets","shape":[1],"datatype":"FP64","data":[2]}],"#
            + #""outputs":[{"name":"gradients.variance"}]}"#
        let derivative = try infer(likelihood, model: "gaussian_nll")
        #expect(
            String(decoding: derivative.body, as: UTF8.self)
                .contains(
                    #""name":"gradients.variance","datatype":"FP64","shape":[1],"data":[-1.5]"#
                )
        )
    }
}
