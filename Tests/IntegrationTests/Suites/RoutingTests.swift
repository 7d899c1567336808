// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("Paths, methods and content types") struct RoutingTests {
    static let documents = [
        "/", "/v1/losses", "/v1/penalties", "/problems", "/problems/not-found", "/openapi.yaml",
        "/openapi.json", "/livez", "/readyz", "/healthz", "/metrics",
    ]
    static let lossPaths = ["/v1/losses/mse", "/v1/penalties/l2"]
    static let body = #"{"predictions": [1, 2], "targets": [0, 0]}"#

    @Test("report the allowed methods", arguments: documents + lossPaths)
    func options(path: String) throws {
        let response = try ServerProcess.shared.client().send(Request("OPTIONS", path))
        #expect(response.status == 204)
        #expect(response.body.isEmpty)
        #expect(response.fields["Content-Length"] == nil)
        let allowed =
            Self.lossPaths.contains(path) ? "GET, HEAD, OPTIONS, POST" : "GET, HEAD, OPTIONS"
        #expect(response.fields["Allow"] == allowed)
    }

    @Test("report the allowed methods of the server as a whole")
    func asterisk() throws {
        let connection = try ServerProcess.shared.connection()
        try connection.send("OPTIONS * HTTP/1.1\r\nHost: test\r\n\r\n")
        let response = try connection.readResponse()
        #expect(response.status == 204)
        #expect(response.fields["Allow"] == "GET, HEAD, OPTIONS, POST")
    }

    @Test(
        "reject unknown paths",
        arguments: [
            "/nothing", "/v1", "/v1/losses/", "/v1/losses/mse/more", "/problems/nothing", "//",
        ]
    )
    func notFound(path: String) throws {
        let client = try ServerProcess.shared.client()
        for method in ["GET", "POST", "OPTIONS"] {
            let response = try client.send(Request(method, path))
            #expect(response.status == 404, "\(method) \(path): \(response.text)")
            #expect(response.contentType == "application/problem+json")
        }
    }

    @Test("suggest a similar loss")
    func unknownLoss() throws {
        let client = try ServerProcess.shared.client()
        let problem = try client.send(.post("/v1/losses/hubber", Self.body))
            .expectProblem(404, "unknown-loss")
        #expect(problem["detail"]?.string?.contains("\"huber\"") == true)
        #expect(problem["allowed"]?.array?.contains("huber") == true)
        try client.send(.post("/v1/penalties/l3", Self.body)).expectProblem(404, "unknown-penalty")
    }

    @Test("reject unsupported methods", arguments: ["PUT", "PATCH", "DELETE", "TRACE"])
    func methodNotAllowed(method: String) throws {
        let client = try ServerProcess.shared.client()
        for path in Self.documents + Self.lossPaths {
            let response = try client.send(Request(method, path))
            try response.expectProblem(405, "method-not-allowed")
            #expect(response.fields["Allow"]?.hasPrefix("GET, HEAD, OPTIONS") == true)
        }
    }

    @Test("accept POST only for losses and penalties", arguments: documents)
    func post(path: String) throws {
        let response = try ServerProcess.shared.client().send(.post(path, Self.body))
        try response.expectProblem(405, "method-not-allowed")
        #expect(response.fields["Allow"] == "GET, HEAD, OPTIONS")
    }

    @Test("reject unknown methods", arguments: ["BREW", "get", "PROPFIND"])
    func methodNotImplemented(method: String) throws {
        let response = try ServerProcess.shared.client().send(Request(method, "/v1/losses/mse"))
        try response.expectProblem(501, "method-not-implemented")
    }

    @Test(
        "accept JSON media types, and curl's default",
        arguments: [
            "application/json", "Application/JSON; charset=UTF-8", "text/json",
            "application/x-www-form-urlencoded", "text/plain", "application/vnd.example+json", "",
        ]
    )
    func accepted(type: String) throws {
        var request = Request.post(Self.lossPaths[0], Self.body)
        request.fields = type == "application/x-www-form-urlencoded" ? [:] : ["Content-Type": type]
        let response = try ServerProcess.shared.client().send(request)
        #expect(response.status == 200, "\(response.text)")
        #expect(try response.json()["loss"] == 2.5)
    }

    @Test(
        "reject types other than JSON in UTF-8 and binary formats",
        arguments: [
            "text/html", "application/json; charset=latin1", "multipart/form-data", "json",
        ]
    )
    func mediaType(type: String) throws {
        var request = Request.post(Self.lossPaths[0], Self.body)
        request.fields = ["Content-Type": type]
        let response = try ServerProcess.shared.client().send(request)
        let problem = try response.expectProblem(415, "unsupported-media-type")
        let types = [
            "application/json", "application/vnd.safetensors", "application/x-npy",
            "application/x-npz", "text/csv", "application/x-ndjson",
        ]
        #expect(response.fields["Accept-Post"] == types.joined(separator: ", "))
        #expect(problem["allowed"] == .array(types.map { .string($0) }))
    }

    @Test("reject unsupported content codings", arguments: ["br", "zstd", "gzip, gzip"])
    func contentCoding(coding: String) throws {
        var request = Request.post(Self.lossPaths[0], Self.body)
        request.fields.append("Content-Encoding", coding)
        let response = try ServerProcess.shared.client().send(request)
        try response.expectProblem(415, "unsupported-content-coding")
        #expect(response.fields["Accept-Encoding"] == "gzip, deflate, identity")
    }

    @Test("treat identity as no coding")
    func identity() throws {
        var request = Request.post(Self.lossPaths[0], Self.body)
        request.fields.append("Content-Encoding", "identity")
        #expect(try ServerProcess.shared.client().send(request).status == 200)
    }

    @Test("reject requests without a body")
    func withoutBody() throws {
        let client = try ServerProcess.shared.client()
        for body in [Request.Body.absent, .bytes([]), .chunked([], chunk: 1)] {
            let request = Request("POST", Self.lossPaths[0], body: body)
            let problem = try client.send(request).expectProblem(400, "malformed-json")
            #expect(problem["position"] == 0)
            #expect(problem["reason"] == "unexpected_end")
        }
    }

    @Test("include a Date", arguments: ["/livez", "/nothing", "/v1/losses/mse"])
    func date(path: String) throws {
        let date = try ServerProcess.shared.client().send(.get(path)).fields["Date"]
        // IMF-fixdate, RFC 9110 section 5.6.7.
        #expect(date?.wholeMatch(of: #/\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/#) != nil)
    }
}
