// SPDX-License-Identifier: Apache-2.0

/// The cases of the public probes Http11Probe and h1spec with their expected outcomes.
///
/// Cases are named as in their probe. If a probe accepts several outcomes, that of this server is
/// expected.
enum ProbeCases {
    /// Requests that need no special options of the server.
    static let plain = messages + semantics + malformed + h1spec

    private static let messages: [WireCase] = [
        get("9112 2.1", "COMP-BASELINE", .kept(200)),
        raw("9112 2.2", "RFC9112-2.2-BARE-LF-REQUEST-LINE", "GET / HTTP/1.1\nHost: test"),
        raw("9112 2.2", "RFC9112-2.2-BARE-LF-HEADER", "GET / HTTP/1.1\r\nHost: test\nX: y"),
        raw("9112 2.2", "RFC9112-3-CR-ONLY-LINE-ENDING", "GET / HTTP/1.1\rHost: test"),
        raw("9112 2.2", "COMP-WHITESPACE-BEFORE-HEADERS", "GET / HTTP/1.1\r\n \r\nHost: test"),
        raw("9112 2.2", "MAL-WHITESPACE-ONLY-LINE", "   "),
        WireCase("9112 2.2", "COMP-LEADING-CRLF", "\r\n\r\n" + RequestText.get(), .kept(200)),
        WireCase("9112 2.3", "RFC9112-2.3-HTTP09-REQUEST", "GET /\r\n", .closed(400)),
        line("9112 2.3", "RFC9112-2.3-INVALID-VERSION", "GET / HTTP/9.9", .closed(505)),
        line("9112 2.3", "COMP-VERSION-MISSING-MINOR", "GET / HTTP/1"),
        line("9112 2.3", "COMP-VERSION-LEADING-ZEROS", "GET / HTTP/01.01"),
        line("9112 2.3", "COMP-VERSION-WHITESPACE", "GET / HTTP/ 1.1"),
        line("9112 2.3", "COMP-VERSION-CASE", "GET / http/1.1"),
        line("9112 2.3", "COMP-HTTP12-VERSION", "GET / HTTP/1.2", .kept(200)),
        WireCase("9112 2.3", "MAL-H2-PREFACE", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .closed(505)),
        line("9112 3", "RFC9112-3-MULTI-SP-REQUEST-LINE", "GET  / HTTP/1.1"),
        line("9112 3", "RFC9112-3-MISSING-TARGET", "GET HTTP/1.1"),
        line("9112 3", "COMP-REQUEST-LINE-TAB", "GET\t/ HTTP/1.1"),
        line("9112 3", "COMP-LONG-URL-OK", "GET /\(filling(7_900)) HTTP/1.1", .kept(404)),
        line("9112 3", "MAL-LONG-URL", "GET /\(filling(100_000)) HTTP/1.1", .closed(414)),
        line("9112 3.2", "RFC9112-3.2-FRAGMENT-IN-TARGET", "GET /path#frag HTTP/1.1"),
        line("9112 3.2", "COMP-SPACE-IN-TARGET", "GET /pa th HTTP/1.1"),
        raw("9112 3.2", "RFC9112-7.1-MISSING-HOST", "GET / HTTP/1.1"),
        raw("9112 3.2", "COMP-DUPLICATE-HOST-SAME", "GET / HTTP/1.1\r\nHost: test\r\nHost: test"),
        raw(
            "9112 3.2",
            "RFC9110-5.4-DUPLICATE-HOST",
            "GET / HTTP/1.1\r\nHost: test\r\nHost: other"
        ),
        raw("9112 3.2", "COMP-HOST-WITH-USERINFO", "GET / HTTP/1.1\r\nHost: user@test"),
        raw("9112 3.2", "COMP-HOST-WITH-PATH", "GET / HTTP/1.1\r\nHost: test/path"),
        raw("9112 3.2", "COMP-HOST-EMPTY-VALUE", "GET / HTTP/1.1\r\nHost: "),
        raw("9110 7.2", "SMUG-MULTIPLE-HOST-COMMA", "GET / HTTP/1.1\r\nHost: test, other.example"),
        WireCase("9112 3.2", "COMP-HTTP10-NO-HOST", "GET / HTTP/1.0\r\n\r\n", .closed(200)),
        line("9112 3.2.2", "COMP-ABSOLUTE-FORM", "GET http://test/ HTTP/1.1", .kept(200)),
        line("9112 3.2.2", "SMUG-ABSOLUTE-URI-HOST-MISMATCH", "GET http://a/ HTTP/1.1", .kept(200)),
        line("9112 3.2.4", "COMP-ASTERISK-WITH-GET", "GET * HTTP/1.1"),
        line("9112 3.2.4", "COMP-OPTIONS-STAR", "OPTIONS * HTTP/1.1", .kept(204)),
        get("9112 5", "RFC9112-5-EMPTY-HEADER-NAME", ": empty-name"),
        get("9112 5", "RFC9112-5-INVALID-HEADER-NAME", "Bad[Name: value"),
        get("9112 5", "RFC9112-5-HEADER-NO-COLON", "NoColonHere"),
        get("9112 5.1", "RFC9110-5.6.2-SP-BEFORE-COLON", "X-Test : value"),
        get("9112 5.2", "RFC9112-5.1-OBS-FOLD", "X-Test: value\r\n continued"),
        get("9112 9.6", "COMP-CONNECTION-CLOSE", "Connection: close", .closed(200)),
        line("9112 9.3", "COMP-HTTP10-DEFAULT-CLOSE", "GET / HTTP/1.0", .closed(200)),
        get("9112 9.3", "SMUG-PIPELINE-SAFE", .kept(200)),
    ]

    private static let semantics: [WireCase] = [
        line("9110 9.1", "COMP-METHOD-CASE", "get / HTTP/1.1", .kept(501)),
        line("9110 9.1", "COMP-UNKNOWN-METHOD", "FOOBAR / HTTP/1.1", .kept(501)),
        line("9110 9.3.2", "COMP-HEAD-NO-BODY", "HEAD / HTTP/1.1", .kept(200)),
        line("9110 9.3.6", "COMP-METHOD-CONNECT", "CONNECT test:443 HTTP/1.1", .closed(501)),
        line(
            "9110 9.3.7",
            "COMP-OPTIONS-ALLOW",
            "OPTIONS / HTTP/1.1",
            .kept(204),
            fields: ["Allow"]
        ),
        line("9110 8.6", "COMP-NO-CL-IN-204", "OPTIONS / HTTP/1.1", .kept(204)),
        line("9110 9.3.8", "COMP-METHOD-TRACE", "TRACE / HTTP/1.1", .kept(405)),
        line(
            "9110 9.3.8",
            "COMP-TRACE-SENSITIVE",
            "TRACE / HTTP/1.1\r\nAuthorization: Bearer secret",
            .kept(405)
        ),
        hello("9110 9.3.8", "COMP-TRACE-WITH-BODY", "TRACE", .kept(405)),
        hello("9110 9.3.1", "COMP-GET-WITH-CL-BODY", "GET", .kept(200)),
        hello("9110 9.3.1", "SMUG-GET-CL-BODY-DESYNC", "GET", .kept(200)),
        hello("9110 9.3.2", "SMUG-HEAD-CL-BODY", "HEAD", .kept(200)),
        hello("9110 9.3.7", "SMUG-OPTIONS-CL-BODY", "OPTIONS", .kept(204)),
        hello("9110 9.3.7", "SMUG-OPTIONS-CL-BODY-DESYNC", "OPTIONS", .kept(204)),
        line("9110 15.5.6", "COMP-405-ALLOW", "DELETE / HTTP/1.1", .kept(405), fields: ["Allow"]),
        get("9110 6.6.1", "COMP-DATE-HEADER", .kept(200), fields: ["Date"]),
        get("9110 5.6.7", "COMP-DATE-FORMAT", .kept(200), fields: ["Date"]),
        get("9110 8.3", "COMP-CONTENT-TYPE", .kept(200), fields: ["Content-Type"]),
        get("9110 10.1.1", "COMP-EXPECT-UNKNOWN", "Expect: 200-ok", .closed(417)),
        line(
            "9110 15.2",
            "COMP-NO-1XX-HTTP10",
            "POST /livez HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5",
            .closed(405)
        ),
        get("9110 12.5.1", "COMP-ACCEPT-NONSENSE", "Accept: application/x-nonsense", .kept(200)),
        get("9110 14.2", "COMP-RANGE-INVALID", "Range: bytes=abc-xyz", .kept(200)),
        get(
            "9110 14.2",
            "MAL-RANGE-OVERLAPPING",
            "Range: bytes=" + Array(repeating: "0-", count: 1_000).joined(separator: ","),
            .kept(200)
        ),
        get("9110 7.8", "WS-UPGRADE-MISSING-CONN", upgrade("websocket"), .kept(200)),
        get(
            "9110 7.8",
            "WS-UPGRADE-UNKNOWN",
            "Connection: Upgrade\r\n" + upgrade("made-up/1.0"),
            .kept(200)
        ),
        get(
            "6455 4.4",
            "WS-UPGRADE-INVALID-VER",
            "Connection: Upgrade\r\nSec-WebSocket-Version: 99\r\n" + upgrade("websocket"),
            .kept(200)
        ),
        line(
            "6455 4.1",
            "WS-UPGRADE-POST",
            "POST /livez HTTP/1.1\r\nConnection: Upgrade\r\n" + upgrade("websocket"),
            .kept(405)
        ),
        line(
            "9110 7.8",
            "WS-UPGRADE-HTTP10",
            "GET / HTTP/1.0\r\nConnection: Upgrade\r\n" + upgrade("websocket"),
            .closed(200)
        ),
    ]

    static func upgrade(_ to: String) -> String {
        "Upgrade: \(to)\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg=="
    }

    static func filling(_ count: Int) -> String { String(repeating: "A", count: count) }

    /// A head without its empty line.
    static func raw(
        _ section: String,
        _ id: String,
        _ head: String,
        _ outcome: WireCase.Outcome = .closed(400)
    ) -> WireCase {
        WireCase(section, id, head + "\r\n\r\n", outcome)
    }

    /// A request line, or the beginning of a head, before a valid Host.
    static func line(
        _ section: String,
        _ id: String,
        _ line: String,
        _ outcome: WireCase.Outcome = .closed(400),
        fields: [String] = []
    ) -> WireCase {
        WireCase(section, id, RequestText.head(line, ["Host: test"]), outcome, fields: fields)
    }

    /// A GET with these lines.
    static func get(
        _ section: String,
        _ id: String,
        _ lines: String,
        _ outcome: WireCase.Outcome = .closed(400)
    ) -> WireCase {
        WireCase(section, id, RequestText.get(lines, target: "/"), outcome)
    }

    /// A plain GET.
    private static func get(
        _ section: String,
        _ id: String,
        _ outcome: WireCase.Outcome,
        fields: [String] = []
    ) -> WireCase {
        WireCase(section, id, RequestText.get(target: "/"), outcome, fields: fields)
    }

    /// A request with content for a method that does not need any.
    private static func hello(
        _ section: String,
        _ id: String,
        _ method: String,
        _ outcome: WireCase.Outcome
    ) -> WireCase {
        let head = RequestText.head("\(method) / HTTP/1.1", ["Host: test", "Content-Length: 5"])
        return WireCase(section, id, head + "hello", outcome)
    }
}
