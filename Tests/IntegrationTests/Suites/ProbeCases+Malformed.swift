// SPDX-License-Identifier: Apache-2.0

/// Malformed requests, and the short list of h1spec.
extension ProbeCases {
    static let malformed: [WireCase] = [
        line("9110 4.2.3", "MAL-NUL-IN-URL", "GET /\u{0}test HTTP/1.1"),
        line("9110 4.2.3", "MAL-NON-ASCII-URL", "GET /café HTTP/1.1"),
        line("9110 4.2.3", "MAL-URL-BACKSLASH", "GET /path\\file HTTP/1.1"),
        line("9110 4.2.3", "MAL-URL-PERCENT-NULL", "GET /path%00.html HTTP/1.1"),
        line("9110 4.2.3", "MAL-URL-PERCENT-CRLF", "GET /path%0d%0aX-Injected:%20true HTTP/1.1"),
        WireCase(
            "9110 4.2.3",
            "MAL-URL-OVERLONG-UTF8",
            bytes: Array("GET /".utf8) + [0xC0, 0xAF]
                + Array(" HTTP/1.1\r\nHost: test\r\n\r\n".utf8),
            .closed(400)
        ),
        get("9110 5.1", "MAL-NON-ASCII-HEADER-NAME", "X-Tëst: value"),
        get("9110 5.5", "MAL-CONTROL-CHARS-HEADER", "X-Test: abc\u{7}\u{8}\u{B}def"),
        get("9110 5.5", "MAL-NUL-IN-HEADER-VALUE", "X-Test: val\u{0}ue"),
        get("9110 5.4", "MAL-LONG-HEADER-VALUE", "X-Big: " + filling(100_000), .closed(431)),
        get("9110 5.4", "MAL-LONG-HEADER-NAME", filling(100_000) + ": val", .closed(431)),
        get(
            "9110 5.4",
            "MAL-MANY-HEADERS",
            (0..<10_000).map { "X-H-\($0): value" }.joined(separator: "\r\n"),
            .closed(431)
        ),
        WireCase(
            "9110 15.5.14",
            "MAL-POST-CL-HUGE-NO-BODY",
            RequestText.post("Content-Length: 999999999"),
            .closed(413)
        ),
        WireCase(
            "9110 8.6",
            "MAL-CL-OVERFLOW",
            RequestText.post("Content-Length: 99999999999999999999"),
            .closed(413)
        ),
    ]

    /// Reproducible pseudorandom bytes.
    static func garbage(seed: UInt64) -> [UInt8] {
        var state = seed
        return (0..<256).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(state >> 56)
        }
    }

    static let h1spec: [WireCase] = [
        raw("9112 2.3", "h1spec, no version", "GET / "),
        get(
            "9110 10.1.1",
            "h1spec, an expectation without content",
            "Expect: 100-continue",
            .kept(200)
        ),
        raw("9112 2.1", "h1spec, a request", "GET / HTTP/1.1\r\nHost: example.com", .kept(200)),
        raw(
            "9112 5",
            "h1spec, an unusual valid request",
            "GET / HTTP/1.1\r\nhoSt:\texample.com\r\nempty:",
            .kept(200)
        ),
        get("9110 5.1", "h1spec, brackets in a name", "X-Invalid[]: test"),
        raw("9112 3.2", "h1spec, no host", "GET / HTTP/1.1\r\nContent-Length: 5"),
        raw(
            "9112 3.2",
            "h1spec, two hosts",
            "GET / HTTP/1.1\r\nHost: a.example\r\nHost: b.example"
        ),
        get(
            "9110 8.6",
            "h1spec, a large negative length",
            "Content-Length: -123456789123456789123456789"
        ),
        get("9110 8.6", "h1spec, a negative length", "Content-Length: -1234"),
        get("9110 8.6", "h1spec, a non-numeric length", "Content-Length: abc"),
        get("9110 5.5", "h1spec, an empty value", "X-Empty-Header: ", .kept(200)),
        get("9110 5.5", "h1spec, a control character", "X-Bad-Control-Char: test\u{7}"),
        line("9112 2.3", "h1spec, another version", "GET / HTTP/9.9", .closed(505)),
        line("9112 3", "h1spec, words before the method", "Extra lineGET / HTTP/1.1"),
        get("9112 2.2", "h1spec, a bare CR", "\rSome-Header: Test"),
        WireCase(
            "9112 6.3",
            "h1spec, a length and a coding",
            RequestText.post(
                "content-LengtH: 5",
                "TransFer-Encoding: chunked",
                content: "c\r\nHellO world1\r\n0\r\n\r\n",
                target: "/"
            ),
            .closed(400)
        ),
    ]
}
