// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite("Conventions over the network") struct ConventionTests {
    private static let text = #"{"predictions":[1,2],"targets":[0,0]}"#
    private static let response = #"{"loss":2.5,"gradient":[1,2],"normalizer":2}"#

    /// The text as compressed by Python's gzip and zlib modules.
    private static let coded: [(String, [UInt8])] = [
        (
            "gzip",
            [
                0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xAB, 0x56, 0x2A, 0x28,
                0x4A, 0x4D, 0xC9, 0x4C, 0x2E, 0xC9, 0xCC, 0xCF, 0x2B, 0x56, 0xB2, 0x8A, 0x36, 0xD4,
                0x31, 0x8A, 0xD5, 0x51, 0x2A, 0x49, 0x2C, 0x4A, 0x4F, 0x2D, 0x01, 0xF1, 0x0D, 0x74,
                0x0C, 0x62, 0x6B, 0x01, 0x95, 0x5D, 0x09, 0xCD, 0x25, 0x00, 0x00, 0x00,
            ]
        ),
        (
            "deflate",
            [
                0x78, 0x9C, 0xAB, 0x56, 0x2A, 0x28, 0x4A, 0x4D, 0xC9, 0x4C, 0x2E, 0xC9, 0xCC, 0xCF,
                0x2B, 0x56, 0xB2, 0x8A, 0x36, 0xD4, 0x31, 0x8A, 0xD5, 0x51, 0x2A, 0x49, 0x2C, 0x4A,
                0x4F, 0x2D, 0x01, 0xF1, 0x0D, 0x74, 0x0C, 0x62, 0x6B, 0x01, 0xF4, 0x84, 0x0C, 0x4A,
            ]
        ),
    ]

    @Test("accept encoded requests, with a length and in chunks (RFC 9110 section 8.4)")
    func encodedRequests() throws {
        let client = try ServerProcess.shared.client()
        for (coding, bytes) in Self.coded {
            var request = Request.post("/v1/losses/mse", bytes: bytes)
            request.fields.append("Content-Encoding", coding)
            #expect(try client.send(request).text == Self.response)
            request.body = .chunked(bytes, chunk: 7)
            #expect(try client.send(request).text == Self.response)
            request.body = .bytes(Array(bytes.dropLast()))
            try client.send(request).expectProblem(400, "malformed-content-coding")
            request.body = .bytes(Array(Self.text.utf8))
            try client.send(request).expectProblem(400, "malformed-content-coding")
        }
    }

    @Test(
        "encode responses so that libcurl decodes them (RFC 9110 section 12.5.3)",
        arguments: ["short", "all"]
    )
    func encodedResponses(compression: String) throws {
        let server = try ServerProcess("--compression", compression)
        for count in [1_000, 50_000] {
            let numbers = (0..<count).map { "\(Double($0) / 3)" }.joined(separator: ",")
            let zeros = String(repeating: "0,", count: count - 1) + "0"
            var request = Request.post(
                "/v1/losses/mse",
                #"{"predictions":[\#(numbers)],"targets":[\#(zeros)]}"#
            )
            let plain = try server.client().send(request)
            #expect(plain.status == 200 && plain.fields["Content-Encoding"] == nil)
            #expect(plain.fields["Vary"] == "Accept, Accept-Encoding")
            for coding in ["gzip", "deflate"] {
                request.codings = coding
                let coded = try server.client().send(request)
                let isCoded = compression == "all" || count == 1_000
                #expect(coded.fields["Content-Encoding"] == (isCoded ? coding : nil))
                #expect(coded.fields["Vary"] == "Accept, Accept-Encoding")
                #expect(coded.body == plain.body)
            }
        }
    }

    @Test("stop decoding a compression bomb at the maximum size of a body")
    func bomb() throws {
        let server = try ServerProcess("--body-bytes", "20")
        var request = Request.post("/v1/losses/mse", bytes: Self.coded[1].1)
        request.fields.append("Content-Encoding", "deflate")
        // Beyond the limit as sent.
        try server.client().send(request).expectProblem(413, "body-too-large")
        // Within the limit as sent, beyond it when decoded: 100 spaces.
        request.body = .bytes([
            0x78, 0x9C, 0x53, 0x50, 0xA0, 0x3D, 0x00, 0x00, 0x77, 0xC2, 0x0C, 0x81,
        ])
        try server.client().send(request).expectProblem(413, "body-too-large")
    }

    @Test("identify every request, also in the log (W3C Trace Context section 3.2)")
    func names() throws {
        let server = try ServerProcess("--log-level", "debug")
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        var request = Request.post("/v1/losses/mse", Self.text)
        request.fields.append("X-Request-Id", "given-by-test")
        request.fields.append("traceparent", "00-\(trace)-00f067aa0ba902b7-01")
        let response = try server.client().send(request)
        #expect(response.fields["X-Request-Id"] == "given-by-test")
        let timing = try #require(response.fields["Server-Timing"])
        let format = #/parse;dur=\d+\.\d{3}, compute;dur=\d+\.\d{3}, serialize;dur=\d+\.\d{3}/#
        #expect(timing.wholeMatch(of: format) != nil)
        let made = try server.client().send(.get("/nowhere")).fields["X-Request-Id"]
        server.program.signal(SIGTERM)
        #expect(try server.program.exitCode() == 0)
        let lines = server.program.errors.split(separator: "\n")
        let given = lines.first { $0.contains(#""request_id":"given-by-test""#) }
        #expect(given?.contains(#""trace_id":"\#(trace)""#) == true)
        #expect(given?.contains(#""span_id":"00f067aa0ba902b7""#) == true)
        let other = try lines.first { $0.contains(try #require(made)) }
        #expect(other?.contains(#""problem":"not-found""#) == true)
    }

    @Test("require a token except for probes (RFC 6750)")
    func tokens() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data("sesame\n".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let server = try ServerProcess(
            [],
            environment: ["LOSS_SERVER_TOKEN_FILE": file.path]
        )
        let client = try server.client()
        var request = Request.post("/v1/losses/mse", Self.text)
        let refused = try client.send(request)
        try refused.expectProblem(401, "unauthorized")
        #expect(refused.fields["WWW-Authenticate"] == #"Bearer realm="loss-server""#)
        request.fields.append("Authorization", "Bearer sesame")
        #expect(try client.send(request).text == Self.response)
        for path in ["/livez", "/readyz", "/healthz"] {
            #expect(try client.send(.get(path)).status == 200)
        }
        #expect(try client.send(.get("/metrics")).status == 401)
    }

    @Test("respond without a token before the body is sent (RFC 9110 section 10.1.1)")
    func earlyRefusal() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data("sesame\n".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let server = try ServerProcess("--token-file", file.path)
        let connection = try server.connection()
        try connection.send(
            "POST /v1/losses/mse HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\n"
                + "Content-Length: 1000\r\n\r\n"
        )
        #expect(try connection.readResponse().status == 401)
        #expect(try connection.rest().isEmpty)
    }

    @Test("allow listed origins to send requests and read errors (Fetch, CORS protocol)")
    func crossOrigin() throws {
        let origin = "https://page.example"
        let server = try ServerProcess("--cors-origin", origin, "--body-bytes", "50")
        let client = try server.client()
        let preflight = Request(
            "OPTIONS",
            "/v1/losses/mse",
            fields: ["Origin": origin, "Access-Control-Request-Method": "POST"]
        )
        let allowed = try client.send(preflight)
        #expect(allowed.status == 204)
        #expect(allowed.fields["Access-Control-Allow-Origin"] == origin)
        #expect(allowed.fields["Access-Control-Allow-Methods"]?.contains("POST") == true)
        var request = Request.post("/v1/losses/mse", Self.text)
        request.fields.append("Origin", origin)
        let response = try client.send(request)
        #expect(response.text == Self.response)
        #expect(response.fields["Access-Control-Allow-Origin"] == origin)
        // Refused by the HTTP layer, after the head was accepted.
        request.body = .bytes([UInt8](repeating: 0x20, count: 51))
        let refused = try client.send(request)
        try refused.expectProblem(413, "body-too-large")
        #expect(refused.fields["Access-Control-Allow-Origin"] == origin)
        // The next request on the same connection has no Origin.
        #expect(try client.send(.get("/livez")).fields["Access-Control-Allow-Origin"] == nil)
    }

    @Test("echo requests if enabled")
    func diagnostics() throws {
        let server = try ServerProcess("--diagnostics")
        let connection = try server.connection()
        try connection.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n\r\nbody")
        #expect(try connection.readResponse().text == "body")
        try connection.send("GET /echo HTTP/1.1\r\nHost: test\r\nX-Odd:  a  b \r\n\r\n")
        #expect(try connection.readResponse().text == "Host: test\r\nX-Odd: a  b\r\n")
        let plain = try ServerProcess.shared.client()
        try plain.send(.post("/", Self.text)).expectProblem(405, "method-not-allowed")
        try plain.send(.get("/echo")).expectProblem(404, "not-found")
    }
}
