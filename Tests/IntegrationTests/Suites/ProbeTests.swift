// SPDX-License-Identifier: Apache-2.0

import Testing

/// The cases of public probes that need no diagnostics; see ``DiagnosticsProbeTests`` for the rest.
@Suite("A public probe") struct ProbeTests {
    private static let target = "/v1/losses/mse"

    @Test("gets the expected responses", arguments: ProbeCases.plain)
    func plain(wireCase: WireCase) throws { try wireCase.expect(of: ServerProcess.shared) }

    @Test(
        "gets an error for ambiguous requests",
        arguments: ProbeCases.ambiguities(target: target)
    )
    func ambiguous(wireCase: WireCase) throws { try wireCase.expect(of: ServerProcess.shared) }

    @Test("gets an error for malformed chunks", arguments: ProbeCases.wrongChunks(target: target))
    func wrongChunks(wireCase: WireCase) throws { try wireCase.expect(of: ServerProcess.shared) }

    @Test("RFC 9112 2.2: MAL-BINARY-GARBAGE", arguments: UInt64(1)...32)
    func garbage(seed: UInt64) throws {
        let bytes = ProbeCases.garbage(seed: seed)
        try WireCase("9112 2.2", "garbage", bytes: bytes, .closed(400))
            .expect(of: ServerProcess.shared)
    }

    @Test("RFC 9112 3: MAL-LONG-METHOD")
    func longMethod() throws {
        try ProbeCases.line("9112 3", "", ProbeCases.filling(100_000) + " / HTTP/1.1", .closed(400))
            .expect(of: ServerProcess.shared)
    }

    @Test(
        "RFC 9112 8: waits for the rest, and does not process an incomplete request",
        arguments: [
            ("MAL-INCOMPLETE-REQUEST", "GET / HTTP/1.1\r\nHost: test\r\nX-Test: value"),
            ("COMP-POST-CL-UNDERSEND", RequestText.post("Content-Length: 10", content: "hello")),
            ("COMP-CHUNKED-NO-FINAL", RequestText.chunked("5\r\nhello\r\n")),
        ]
    )
    func incomplete(id: String, request: String) throws {
        let connection = try ServerProcess.shared.connection()
        try connection.send(request)
        connection.endSending()
        try connection.readResponse().expectProblem(400, "incomplete-request")
        #expect(try connection.rest().isEmpty)
    }

    @Test("RFC 9112 9.5: MAL-EMPTY-REQUEST")
    func empty() throws {
        let connection = try ServerProcess.shared.connection()
        connection.endSending()
        #expect(try connection.rest().isEmpty)
    }

    @Test("RFC 9110 9.3.1: SMUG-GET-CL-PREFIX-DESYNC")
    func prefix() throws {
        let prefix = "GET /nothing HTTP/1.1\r\nHost: test\r\n"
        let connection = try ServerProcess.shared.connection()
        try connection.send(RequestText.get("Content-Length: \(prefix.utf8.count)") + prefix)
        #expect(try connection.readResponse().status == 200)
        // This would complete the prefix if it were still buffered.
        try connection.send("\r\n" + RequestText.get("Connection: close"))
        #expect(try connection.readResponse().status == 200)
        #expect(try connection.rest().isEmpty)
    }

    @Test(
        "RFC 9110 13.1: a representation is sent again only if it has changed",
        arguments: [
            ("CAP-ETAG-304, CAP-ETAG-IN-304", ["If-None-Match: \"TAG\""], 304),
            ("CAP-ETAG-WEAK", ["If-None-Match: W/\"TAG\""], 304),
            ("CAP-INM-WILDCARD", ["If-None-Match: *"], 304),
            ("CAP-INM-UNQUOTED", ["If-None-Match: TAG"], 200),
            (
                "CAP-INM-PRECEDENCE",
                ["If-None-Match: \"TAG\"", "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT"], 304
            ),
            ("CAP-IMS-FUTURE", ["If-Modified-Since: Thu, 01 Jan 2099 00:00:00 GMT"], 200),
            ("CAP-IMS-INVALID", ["If-Modified-Since: not-a-date"], 200),
        ]
    )
    func conditional(id: String, lines: [String], status: Int) throws {
        let connection = try ServerProcess.shared.connection()
        try connection.send(RequestText.get(target: "/"))
        let field = try #require(try connection.readResponse().fields["ETag"])
        let tag = field.replacing("W/", with: "").replacing("\"", with: "")
        let conditions = lines.map { $0.replacing("TAG", with: tag) }
        try connection.send(RequestText.head("GET / HTTP/1.1", ["Host: test"] + conditions))
        let response = try connection.readResponse()
        #expect(response.status == status)
        #expect(response.fields["ETag"] == field)
    }

    @Test(
        "RFC 9112 2.2: h1spec, the server waits for a stalled request",
        arguments: [
            "G", "GET ", "GET /hello", "GET /hello ", "GET /hello HTTP", "GET /hello HTTP/1.1",
            "GET /hello HTTP/1.1\r", "GET /hello HTTP/1.1\r\n", "GET /hello HTTP/1.1\r\nHos",
            "GET /hello HTTP/1.1\r\nHost:", "GET /hello HTTP/1.1\r\nHost: ",
            "GET /hello HTTP/1.1\r\nHost: localhost", "GET /hello HTTP/1.1\r\nHost: localhost\r",
            "GET /hello HTTP/1.1\r\nHost: localhost\r\n",
            "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r",
        ]
    )
    func stopped(fragment: String) throws {
        let server = try ServerProcess.shared
        let connection = try server.connection()
        let whole = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"
        try connection.send(fragment)
        // Once another client has its response, the fragment has been read.
        #expect(try server.client().send(.get("/livez")).status == 200)
        try connection.send(Array(whole.utf8.dropFirst(fragment.utf8.count)))
        #expect(try connection.readResponse().status == 404)
    }
}
