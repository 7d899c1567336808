// SPDX-License-Identifier: Apache-2.0

import Formats
import HTTP
import HTTPTypes
import LossAPI
import TensorJSON
import Testing

/// A client that sends and receives tensors.
struct TensorClient {
    let client = Client()

    static let safetensors = "application/vnd.safetensors"

    /// The response to a body of bytes.
    func send(
        _ body: [UInt8],
        _ path: String = "/v1/losses/huber",
        query: String? = nil,
        type: String = safetensors,
        accept: String? = nil,
        pieceSize: Int = .max,
        fields others: HTTPFields = [:]
    ) -> Response {
        var fields = others
        fields[.contentType] = type
        fields[.accept] = accept
        let head = RequestHead(
            method: .post,
            target: .resource(path: path, query: query),
            fields: RequestFields(fields)
        )
        return client.responder.response(to: head, body, pieceSize: pieceSize)
    }

    /// The tensors and the metadata of a response in safetensors.
    func read(
        _ response: Response
    ) throws -> (tensors: [String: NamedTensor], texts: [String: String]) {
        #expect(response.status == .ok, "\(String(decoding: response.body, as: UTF8.self))")
        #expect(response.fields[.contentType] == Self.safetensors)
        return try contents(of: SafeTensorsReader(), response.body)
    }

    /// The tensors and the metadata of a body.
    func contents(
        of reader: some TensorReader,
        _ body: [UInt8]
    ) throws -> (tensors: [String: NamedTensor], texts: [String: String]) {
        var reader = reader
        var tensors: [String: NamedTensor] = [:]
        var texts: [String: String] = [:]
        var index = 0
        func readEvents() throws {
            while let event = try reader.next(body.span, from: &index, nil) {
                switch event {
                case .headers(_, let metadata): for (name, text) in metadata { texts[name] = text }
                case .tensor(let tensor): tensors[tensor.name] = tensor
                }
            }
        }
        try readEvents()
        try reader.end(nil)
        try readEvents()
        return (tensors, texts)
    }
}

/// Tensors of which the last dimension has the given numbers.
func tensor(_ name: String, _ values: [Double], shape: [Int]? = nil) -> NamedTensor {
    NamedTensor(name: name, shape: shape ?? [values.count], values: values)
}

/// Safetensors with texts.
func safetensors(
    _ tensors: [NamedTensor],
    _ metadata: [(name: String, text: String)] = [],
    _ precision: Precision = .double
) -> [UInt8] {
    var encoded = EncodedTensors.safetensors(tensors, metadata: metadata, precision)
    return encoded.next(.max)
}

@Suite("A request in a binary format")
struct BinaryFormatTests {
    private let client = TensorClient()
    private static let pair = [tensor("predictions", [0.2, 1.7]), tensor("targets", [0, 5])]

    @Test("has the result of the same request in JSON", arguments: [1, 7, .max])
    func sameResult(pieceSize: Int) throws {
        let body = safetensors(
            Self.pair,
            [("delta", "0.5"), ("outputs", "loss,gradient,hessian,elements")]
        )
        let response = client.send(body, pieceSize: pieceSize)
        let (tensors, texts) = try client.read(response)
        let json = client.client.send(
            .post,
            "/v1/losses/huber",
            #"{"predictions":[0.2,1.7],"targets":[0,5],"delta":0.5,"#
                + #""outputs":["loss","gradient","hessian","elements"]}"#
        )
        var reader = JSONReader(json.body)
        try reader.beginObject()
        while let name = try reader.nextKey(), name != "normalizer" {
            #expect(tensors[name]?.values == (try reader.readNumbers()).values, "\(name)")
        }
        #expect(Set(tensors.keys) == ["loss", "gradient", "hessian", "elements"])
        #expect(tensors["loss"]?.shape == [] && tensors["gradient"]?.shape == [2])
        #expect(texts == ["normalizer": "2"])
        #expect(response.fields[.vary] == "Accept, Accept-Encoding")
        #expect(response.fields[.cacheControl] == "no-store")
    }

    @Test("may be sent to a penalty, and as bytes in a format that the query names")
    func otherPlaces() throws {
        let body = safetensors([tensor("parameters", [3, -4])])
        let penalty = client.send(body, "/v1/penalties/l2", query: "strength=0.5")
        #expect(try client.read(penalty).tensors["loss"]?.values == [12.5])
        let bytes = client.send(
            body,
            "/v1/penalties/l2",
            query: "format=safetensors&strength=0.5",
            type: "application/octet-stream"
        )
        #expect(bytes.body == penalty.body)
    }

    @Test("has options as tensors too, and derivatives by the names of inputs")
    func options() throws {
        let body = safetensors([
            tensor("mean", [0.5]), tensor("variance", [2]), tensor("targets", [1]),
        ])
        let (tensors, _) = try client.read(client.send(body, "/v1/losses/gaussian_nll"))
        #expect(Set(tensors.keys) == ["loss", "gradients.mean", "gradients.variance"])
        let classes = [
            tensor("predictions", [0.2, 0.3, 0.5], shape: [1, 3]), tensor("targets", [1]),
        ]
        let list = tensor("class_weights", [1, 2, 3])
        let inTensor = client.send(safetensors(classes + [list]), Self.crossEntropy)
        let inQuery = client.send(
            safetensors(classes),
            Self.crossEntropy,
            query: "class_weights=1,2,3"
        )
        #expect(try client.read(inTensor).tensors == client.read(inQuery).tensors)
        let single = client.send(safetensors(Self.pair + [tensor("delta", [0.5], shape: [])]))
        #expect(single.body == client.send(safetensors(Self.pair), query: "delta=0.5").body)
    }

    private static let crossEntropy = "/v1/losses/categorical_cross_entropy"

    @Test("skips NaN as a missing value")
    func missing() throws {
        let inputs = [
            NamedTensor(name: "predictions", shape: [2], values: [.nan, 1], hasNaN: true),
            tensor("targets", [0, 0]),
        ]
        let response = client.send(
            safetensors(inputs),
            "/v1/losses/mse",
            query: "missing=skip&outputs=loss,gradient,elements,statistics"
        )
        let (tensors, texts) = try client.read(response)
        #expect(tensors["loss"]?.values == [1] && tensors["gradient"]?.values == [0, 2])
        #expect(tensors["elements"]?.values[0].isNaN == true)
        #expect(texts["skipped"] == "1" && texts["normalizer"] == "1")
        #expect(texts["statistics"]?.hasPrefix(#"{"count":1,"mean":1,"#) == true)
        let masked = inputs + [tensor("mask", [0, 1])]
        #expect(client.send(safetensors(masked), "/v1/losses/mse").status == .ok)
    }

    @Test("has a result rounded to f32")
    func rounded() throws {
        let response = client.send(safetensors(Self.pair), query: "dtype=f32")
        let (tensors, _) = try client.read(response)
        let exact = try client.read(client.send(safetensors(Self.pair))).tensors
        for (name, tensor) in exact {
            #expect(tensors[name]?.values == tensor.values.map { Double(Float($0)) })
        }
        #expect(response.body != client.send(safetensors(Self.pair), query: "dtype=f64").body)
    }

    @Test("of many numbers has a long result, in parts")
    func long() throws {
        let values = (0..<100_000).map { Double($0) / 7 }
        let inputs = [
            tensor("predictions", values, shape: [1_000, 100]),
            tensor("targets", [Double](repeating: 0, count: 100_000), shape: [1_000, 100]),
        ]
        let response = client.send(
            safetensors(inputs),
            "/v1/losses/half_squared_error",
            query: "reduction=sum",
            pieceSize: 70_001
        )
        #expect(response.isStreamed)
        #expect(try client.read(response).tensors["gradient"]?.values == values)
    }

    @Test(
        "has a result in the format that Accept prefers, else its own",
        arguments: [
            (nil, true), ("*/*", true), ("application/*", true), ("application/json", false),
            ("application/vnd.safetensors", true), ("application/octet-stream", true),
            ("application/json, text/plain, */*", true),
            ("application/json, */*;q=0.5", false),
            ("application/*;q=0.1, application/json", false),
            ("application/vnd.safetensors;q=0, */*", false),
        ]
    )
    func accepted(accept: String?, isBinary: Bool) {
        let response = client.send(safetensors(Self.pair), accept: accept)
        let type = response.fields[.contentType]
        #expect(type == (isBinary ? TensorClient.safetensors : "application/json"))
        #expect(response.fields[.vary] == "Accept, Accept-Encoding")
    }

    @Test("is one in JSON too, if Accept prefers that; otherwise JSON gets JSON")
    func json() throws {
        let body = Array(
            #"{"predictions":[1,2],"targets":[0,0],"regularization":[{"penalty":"l2","strength":0.5,"parameters":[1]}]}"#
                .utf8
        )
        func send(_ accept: String?, _ query: String? = nil) -> Response {
            client.send(body, query: query, type: "application/json", accept: accept)
        }
        let (tensors, texts) = try client.read(send(TensorClient.safetensors))
        #expect(tensors["loss"]?.values == [1.5] && tensors["data_loss"]?.values == [1])
        #expect(tensors["regularization.0.loss"]?.values == [0.5])
        #expect(tensors["regularization.0.gradient"]?.values == [1])
        #expect(texts["regularization.0.normalizer"] == "1")
        for accept in [
            nil, "", "*/*", "application/json", "text/html", "image/png;q=0.5",
            "application/json, application/vnd.safetensors",
        ] {
            #expect(send(accept).fields[.contentType] == "application/json")
            #expect(send(accept).body == send(nil).body)
        }
        let rounded = send(nil, "dtype=f32")
        #expect(rounded.problem == "conflicting-options")
        #expect(try client.client.detail(rounded).contains("or send Accept:"))
        #expect(send(nil, "dtype=f64").body == send(nil).body)
        #expect(send(nil, "format=json&dtype=f64").body == send(nil).body)
        let conflict = send(nil, "format=npz")
        #expect(
            try client.client.detail(conflict).contains("Content-Type names json: omit format.")
        )
    }

    @Test(
        "is in the format that the query names, if its Content-Type is one that clients send by default",
        arguments: [
            nil, "application/x-www-form-urlencoded", "application/octet-stream", "text/plain",
            "text/plain; charset=utf-8",
        ]
    )
    func namedByQuery(type: String?) throws {
        let body = safetensors(Self.pair)
        func send(_ query: String, _ body: [UInt8]) -> Response {
            var fields: HTTPFields = [:]
            fields[.contentType] = type
            let head = RequestHead(
                method: .post,
                target: .resource(path: "/v1/losses/huber", query: query),
                fields: RequestFields(fields)
            )
            return client.client.responder.response(to: head, body)
        }
        let expected = try client.read(client.send(body, query: "dtype=f32&delta=0.5")).tensors
        #expect(
            try client.read(send("format=safetensors&dtype=f32&delta=0.5", body)).tensors
                == expected
        )
        let json = Array(#"{"predictions":[0.2,1.7],"targets":[0,5]}"#.utf8)
        #expect(send("format=json", json).fields[.contentType] == "application/json")
        #expect(send("format=npy", json).problem == "malformed-tensors")
        #expect(send("format=arrow", json).problem == "not-allowed")
    }

    @Test("is sent to the Open Inference Protocol without selecting a format in the query")
    func inference() throws {
        for field in ["format=npy", "dtype=f32"] {
            let response = client.client.send(.post, "/v2/models/huber/infer?\(field)", "{}")
            #expect(response.problem == "unknown-field")
            #expect(try client.client.detail(response).contains("output_datatype is FP64 or FP32"))
        }
    }

    @Test("is compressed only if the client or the operator wants it")
    func compressed() throws {
        let values = [Double](repeating: 1, count: 1_000)
        let body = safetensors([tensor("predictions", values), tensor("targets", values)])
        func coding(_ accept: String) -> String? {
            client.send(body, fields: [.acceptEncoding: accept]).fields[.contentEncoding]
        }
        #expect(coding("gzip, deflate, br") == nil)
        #expect(coding("gzip, identity;q=0") == "gzip")
        let eager = Client { $0.compression = .all }
        let head = RequestHead(
            method: .post,
            target: .resource(path: "/v1/losses/mse", query: nil),
            fields: RequestFields([
                .contentType: TensorClient.safetensors, .acceptEncoding: "gzip",
            ])
        )
        #expect(eager.responder.response(to: head, body).fields[.contentEncoding] == "gzip")
    }

    /// A request that is refused.
    struct Refused: Sendable {
        var tensors = BinaryFormatTests.pair
        var metadata: [(name: String, text: String)] = []
        var query: String?
        var accept: String?
        let problem: String
        var pointer: String?
        let detail: String
    }

    private static let refused = [
        Refused(
            tensors: pair + [tensor("bogus", [1])],
            problem: "unknown-field",
            pointer: "/bogus",
            detail: #"Unknown field "bogus"."#
        ),
        Refused(
            metadata: [("bogus", "1")],
            problem: "unknown-field",
            detail: #"Unknown field "bogus"."#
        ),
        Refused(
            metadata: [("delta", "x")],
            problem: "wrong-kind",
            detail:
                #"delta in the metadata is "x", but must be a number as in JSON, such as 0.5 or 1e-3."#
        ),
        Refused(
            metadata: [("weights", "1")],
            problem: "unknown-field",
            detail: "weights belongs in the body: the metadata may contain options only."
        ),
        Refused(
            metadata: [("delta", "1")],
            query: "delta=1",
            problem: "conflicting-options",
            detail: #""delta" is given in the query and in the body"#
        ),
        Refused(
            tensors: pair + [tensor("delta", [1], shape: [])],
            metadata: [("delta", "1")],
            problem: "conflicting-options",
            pointer: "/delta",
            detail: #""delta" is given in the metadata and as a tensor: omit one of them."#
        ),
        Refused(
            tensors: pair + [tensor("delta", [1])],
            problem: "wrong-kind",
            pointer: "/delta",
            detail: "delta must be a single number."
        ),
        Refused(
            tensors: pair + [tensor("reduction", [1])],
            problem: "wrong-kind",
            pointer: "/reduction",
            detail: "reduction must be text, in the query."
        ),
        Refused(
            tensors: pair + [tensor("regularization", [1])],
            problem: "wrong-kind",
            pointer: "/regularization",
            detail: "regularization must be a list of penalties, which needs a body in JSON."
        ),
        Refused(
            tensors: [pair[0]],
            problem: "missing-field",
            pointer: "/targets",
            detail: #"The field "targets" is missing"#
        ),
        Refused(
            tensors: [
                tensor("predictions", [1, .nan, 0, 0], shape: [2, 2]),
                tensor("targets", [0, 0, 0, 0], shape: [2, 2]),
            ],
            problem: "missing-value",
            pointer: "/predictions/0/1",
            detail: "predictions[0, 1] (flat index 1) is NaN, which stands for a missing value."
        ),
        Refused(
            tensors: pair + [tensor("weights", [1, .nan])],
            problem: "missing-value",
            pointer: "/weights/1",
            detail: "weights[1] is NaN, but must be a number"
        ),
        Refused(
            tensors: [tensor("predictions", [1, -.infinity]), pair[1]],
            problem: "number-too-large",
            pointer: "/predictions/1",
            detail: "predictions[1] is -infinity, but numbers must be finite"
        ),
        Refused(
            tensors: [tensor("predictions", [1e60, 0]), pair[1]],
            query: "dtype=f32",
            problem: "result-too-large",
            pointer: "/loss",
            detail: "which is too large for f32 (about 3.4e38): omit dtype=f32."
        ),
        Refused(
            query: "dtype=f16",
            problem: "not-allowed",
            detail: #"dtype is "f16", but must be "f64" or "f32"."#
        ),
        Refused(
            query: "dtype=f32",
            accept: "application/json",
            problem: "conflicting-options",
            detail: "dtype=f32 applies to a result in a binary format, but this one is JSON"
        ),
        Refused(
            query: "format=json",
            problem: "conflicting-options",
            detail:
                #"format in the query is "json", but Content-Type names safetensors: omit format."#
        ),
        Refused(
            accept: "text/html",
            problem: "not-acceptable-format",
            detail: #"Accept is "text/html", but a result can be application/json"#
        ),
    ]

    @Test("is refused with the field, the element and what would be accepted", arguments: refused)
    func refusal(sample: Refused) throws {
        let body = safetensors(sample.tensors, sample.metadata)
        let path = sample.problem == "result-too-large" ? "/v1/losses/mse" : "/v1/losses/huber"
        let response = client.send(body, path, query: sample.query, accept: sample.accept)
        #expect(response.problem == sample.problem)
        #expect(response.fields[.contentType] == "application/problem+json")
        let problem = try client.client.json(response)
        #expect(problem["pointer"] as? String == sample.pointer, "\(problem)")
        let detail = try #require(problem["detail"] as? String)
        #expect(detail.contains(sample.detail), "\(detail)")
    }

    @Test("is refused if its bytes are not in its format, with the position and the reason")
    func malformed() throws {
        let body = safetensors(Self.pair)
        let truncated = try client.client.json(client.send(Array(body.dropLast())))
        #expect(truncated["type"] as? String == "/problems/malformed-tensors")
        #expect(truncated["status"] as? Int == 400)
        #expect(truncated["position"] as? Int == body.count - 1)
        #expect(truncated["reason"] as? String == "truncated")
        #expect(truncated["pointer"] as? String == "/targets")
        let empty = try client.client.json(client.send([]))
        #expect(empty["position"] as? Int == 0 && empty["reason"] as? String == "truncated")
        let json = try client.client.json(client.send(Array(#"{"predictions":[1]}"#.utf8)))
        #expect(json["reason"] as? String == "header_too_long")
        let header = #"{"predictions":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}"#
        let eight: [UInt8] = [UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0]
        let unsupported = try client.client.json(client.send(eight + Array(header.utf8) + [0]))
        #expect(unsupported["type"] as? String == "/problems/unsupported-datatype")
        #expect((unsupported["allowed"] as? [String])?.contains("BF16") == true)
        let integers = #"{"targets":{"dtype":"I64","shape":[1,1],"data_offsets":[0,8]}}"#
        let large: [UInt8] =
            [UInt8(integers.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(integers.utf8)
        let inexact = try client.client.json(client.send(large + [1, 0, 0, 0, 0, 0, 0, 1]))
        #expect(inexact["type"] as? String == "/problems/inexact-number")
        #expect(inexact["pointer"] as? String == "/targets/0/0")
        let flags = #"{"mask":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}}"#
        let flag: [UInt8] = [UInt8(flags.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(flags.utf8)
        let other = try client.client.json(client.send(flag + [1, 2]))
        #expect(other["detail"] as? String == "mask[1] is 2, but a boolean must be 0 or 1.")
    }

    @Test("of bytes must name its format")
    func unnamed() throws {
        let body = safetensors(Self.pair)
        let unnamed = client.send(body, type: "application/octet-stream")
        #expect(unnamed.problem == "unsupported-media-type")
        let unknown = client.send(body, query: "format=arrow", type: "application/octet-stream")
        #expect(unknown.problem == "not-allowed")
        let detail = try client.client.json(unknown)["detail"] as? String
        #expect(
            detail?.hasPrefix(#"format is "arrow", but must be "json" or "safetensors""#) == true
        )
    }

    @Test("may be coded, and reserves the memory of its numbers before it takes it")
    func memory() throws {
        let values = [Double](repeating: 1, count: 50_000)
        let body = safetensors([tensor("predictions", values), tensor("targets", values)])
        let target = RequestTarget.resource(path: "/v1/losses/mse", query: nil)
        let fields = RequestFields([.contentType: TensorClient.safetensors])
        let head = RequestHead(method: .post, target: target, fields: fields)
        guard case .accept(var intake, let options) = client.client.responder.receive(head) else {
            Issue.record("the request was not accepted")
            return
        }
        #expect(options.leastNumberBytes == 1)
        let memory = MemoryAccount(MemoryBudget(limit: 400_000))
        intake.receive(BodySegment(body[...]), isLast: true, memory)
        #expect(memory.refusal == .excessiveMemory)
        #expect(intake.footprint <= 400_000)
    }
}
