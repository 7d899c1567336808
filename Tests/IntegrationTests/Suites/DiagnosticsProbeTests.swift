// SPDX-License-Identifier: Apache-2.0

import Testing

/// The cases of public probes that need echoes: `POST /` returns the content, `/echo` the lines of
/// the head as text.
@Suite("A public probe of the diagnostics")
struct DiagnosticsProbeTests {
    private static let server = Result { try ServerProcess("--diagnostics") }

    @Test(
        "gets an error for ambiguous requests",
        arguments: ProbeCases.ambiguities(target: "/")
    )
    func ambiguous(wireCase: WireCase) throws { try wireCase.expect(of: Self.server.get()) }

    @Test("gets an error for malformed chunks", arguments: ProbeCases.wrongChunks(target: "/"))
    func wrongChunks(wireCase: WireCase) throws { try wireCase.expect(of: Self.server.get()) }

    @Test(
        "RFC 9110 8.6: gets an error for lengths that could be octal",
        arguments: [("005", "hello"), ("00", ""), ("0200", ProbeCases.filling(200))]
    )
    func leadingZeros(length: String, content: String) throws {
        let lines = "Content-Length: \(length)"
        let request = RequestText.post(lines, content: content, target: "/")
        try WireCase("9110 8.6", length, request, .closed(400)).expect(of: Self.server.get())
    }

    @Test("gets its content back", arguments: echoes)
    func echo(wireCase: WireCase) throws { try wireCase.expect(of: Self.server.get()) }

    private static let echoes: [WireCase] = [
        echo("9112 6.2", "COMP-POST-CL-BODY", "Content-Length: 5"),
        echo("9112 6.2", "COMP-POST-CL-ZERO", "Content-Length: 0", content: "", gives: ""),
        echo("9112 6.3", "COMP-POST-NO-CL-NO-TE", "X: y", content: "", gives: ""),
        chunked("7.1", "COMP-CHUNKED-BODY", "5\r\nhello\r\n0\r\n\r\n"),
        chunked(
            "7.1",
            "COMP-CHUNKED-MULTI",
            "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n",
            gives: "hello world"
        ),
        chunked("7.1", "COMP-CHUNKED-EMPTY", "0\r\n\r\n", gives: ""),
        chunked(
            "7.1",
            "COMP-CHUNKED-HEX-UPPERCASE",
            "A\r\nhelloworld\r\n0\r\n\r\n",
            gives: "helloworld"
        ),
        chunked("7.1", "h1spec, chunks", "c\r\nHellO world1\r\n0\r\n\r\n", gives: "HellO world1"),
        chunked("7.1.1", "COMP-CHUNKED-EXTENSION", "5;ext=value\r\nhello\r\n0\r\n\r\n"),
        chunked("7.1.2", "COMP-CHUNKED-TRAILER-VALID", trailer("X-Checksum: abc")),
        chunked("7.1.2", "SMUG-TRAILER-CL", trailer("Content-Length: 50")),
        chunked("7.1.2", "SMUG-TRAILER-TE", trailer("Transfer-Encoding: chunked")),
        chunked("7.1.2", "SMUG-TRAILER-HOST", trailer("Host: evil.example.com")),
        chunked("7.1.2", "SMUG-TRAILER-AUTH", trailer("Authorization: Bearer evil")),
        chunked("7.1.2", "SMUG-TRAILER-CONTENT-TYPE", trailer("Content-Type: text/evil")),
        echo("9110 5.5", "SMUG-CL-TRAILING-SPACE", "Content-Length: 5 "),
        echo("9110 5.5", "SMUG-CL-EXTRA-LEADING-SP", "Content-Length:  5"),
        echo("9110 5.5", "MAL-CL-TAB-BEFORE-VALUE", "Content-Length:\t5"),
        WireCase(
            "9112 6.1",
            "SMUG-TRANSFER_ENCODING",
            RequestText.post(
                "Transfer_Encoding: chunked",
                "Content-Length: 5",
                content: "hello",
                target: "/"
            ),
            .closed(400)
        ),
        echo("9110 14.2", "COMP-RANGE-POST", "Content-Length: 5\r\nRange: bytes=0-10"),
        echo(
            "9110 15.5.16",
            "COMP-POST-UNSUPPORTED-CT",
            "Content-Length: 5\r\nContent-Type: application/x-nonsense"
        ),
        echo(
            "6455 4.1",
            "WS-UPGRADE-POST",
            "Connection: Upgrade\r\n" + ProbeCases.upgrade("websocket"),
            content: "",
            gives: ""
        ),
        WireCase(
            "9110 5.3",
            "COMP-DUPLICATE-CT",
            RequestText.post(
                "Content-Length: 5",
                "Content-Type: text/plain",
                "Content-Type: text/html",
                content: "hello",
                target: "/"
            ),
            .closed(400)
        ),
        WireCase(
            "9110 15.5.14",
            "MAL-POST-CL-HUGE-NO-BODY",
            RequestText.post("Content-Length: 999999999", target: "/"),
            .closed(413)
        ),
        WireCase(
            "9110 15.2",
            "COMP-NO-1XX-HTTP10",
            RequestText.head(
                "POST / HTTP/1.0",
                ["Host: test", "Expect: 100-continue", "Content-Length: 5"]
            ) + "hello",
            .closed(200),
            content: "hello"
        ),
    ]

    @Test("RFC 9110 10.1.1: SMUG-EXPECT-100-CL, SMUG-EXPECT-100-CL-DESYNC")
    func expectation() throws {
        let connection = try Self.server.get().connection()
        let lines = ["Host: test", "Content-Length: 5", "Expect: 100-continue"]
        try connection.send(
            RequestText.head("POST / HTTP/1.1", lines) + "hello" + RequestText.get()
        )
        var response = try connection.readResponse()
        // A server need not send 100 Continue for content that it already has.
        if response.status == 100 { response = try connection.readResponse() }
        #expect(response.status == 200)
        #expect(response.text == "hello")
        #expect(try connection.readResponse().status == 200)
    }

    @Test("RFC 9112 6.3: SMUG-CL0-BODY-POISON, the bytes after the content are the next request")
    func behindContent() throws {
        let connection = try Self.server.get().connection()
        try connection.send(RequestText.post("Content-Length: 0", content: "X", target: "/"))
        #expect(try connection.readResponse().status == 200)
        try connection.send(RequestText.get())
        // XGET is an unknown method.
        #expect(try connection.readResponse().status == 501)
    }

    @Test(
        "RFC 9110 5.1: a name that resembles another is refused or dropped",
        arguments: [
            ("NORM-UNDERSCORE-CL", "Content-Length: 11\r\nContent_Length: 99", "hello world"),
            ("NORM-SP-BEFORE-COLON-CL", "Content-Length: 11\r\nContent-Length : 5", "hello world"),
            ("NORM-TAB-IN-NAME", "Content-Length: 11\r\nContent\tLength: 99", "hello world"),
            // Without a length the request has no content, and the rest is not a request.
            ("NORM-UNDERSCORE-TE", "Transfer_Encoding: chunked", "B\r\nhello world\r\n0\r\n\r\n"),
        ]
    )
    func similarName(id: String, lines: String, content: String) throws {
        let connection = try Self.server.get().connection()
        try connection.send(RequestText.post(lines, content: content, target: "/echo"))
        let response = try connection.readResponse()
        guard response.status == 200 else { return #expect(response.status == 400) }
        // The probe rejects corrected names and warns about names passed on.
        for line in response.text.split(whereSeparator: { $0.isNewline }) {
            #expect(line != "Content-Length: 99" && line != "Content-Length: 5")
            #expect(line != "Transfer-Encoding: chunked")
            #expect(!line.contains("_"))
        }
    }

    @Test("RFC 9110 5.1: NORM-CASE-TE, a name is echoed as written")
    func nameInCapitals() throws {
        let connection = try Self.server.get().connection()
        let chunks = "B\r\nhello world\r\n0\r\n\r\n"
        let line = "TRANSFER-ENCODING: chunked"
        try connection.send(RequestText.post(line, content: chunks, target: "/echo"))
        let response = try connection.readResponse()
        #expect(response.status == 200)
        #expect(!response.text.contains("Transfer-Encoding"))
        #expect(!response.text.contains("transfer-encoding"))
    }

    @Test(
        "RFC 6265 5.4: cookies are echoed",
        arguments: [
            ("COOK-ECHO", ["foo=bar"]), ("COOK-MULTI-HEADER", ["a=1", "b=2"]),
            ("COOK-EMPTY", [""]), ("COOK-MALFORMED", ["===;;;"]),
            ("COOK-MANY-PAIRS", [(0..<1_000).map { "k\($0)=v\($0)" }.joined(separator: "; ")]),
        ]
    )
    func cookies(id: String, cookies: [String]) throws {
        let connection = try Self.server.get().connection()
        let lines = ["Host: test"] + cookies.map { "Cookie: \($0)" }
        try connection.send(RequestText.head("GET /echo HTTP/1.1", lines))
        let response = try connection.readResponse()
        #expect(response.status == 200)
        #expect(response.text.contains("Cookie:"))
        for cookie in cookies { #expect(response.text.contains(cookie)) }
    }

    @Test("RFC 6265 5.4: invalid cookies are refused", arguments: wrongCookies)
    func wrongCookie(wireCase: WireCase) throws { try wireCase.expect(of: Self.server.get()) }

    private static let wrongCookies = [
        ("COOK-OVERSIZED", "big=" + ProbeCases.filling(65_536), 431),
        ("COOK-NUL", "foo=\u{0}bar", 400),
        ("COOK-CONTROL-CHARS", "foo=\u{1}\u{2}\u{3}", 400),
    ].map { id, cookie, status in
        WireCase(
            "9110 5.5",
            id,
            RequestText.get("Cookie: \(cookie)", target: "/echo"),
            .closed(status)
        )
    }

    private static func trailer(_ line: String) -> String { "5\r\nhello\r\n0\r\n\(line)\r\n\r\n" }

    private static func echo(
        _ section: String,
        _ id: String,
        _ lines: String,
        content: String = "hello",
        gives echo: String = "hello"
    ) -> WireCase {
        let request = RequestText.post(lines, content: content, target: "/")
        return WireCase(section, id, request, .kept(200), content: echo)
    }

    private static func chunked(
        _ section: String,
        _ id: String,
        _ chunks: String,
        gives echo: String = "hello"
    ) -> WireCase {
        let request = RequestText.chunked(chunks, target: "/")
        return WireCase("9112 \(section)", id, request, .kept(200), content: echo)
    }
}
