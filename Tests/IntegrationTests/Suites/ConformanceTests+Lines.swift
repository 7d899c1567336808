// SPDX-License-Identifier: Apache-2.0

/// The request line and the field lines.
extension ConformanceTests {
    static let lines: [WireCase] = [
        WireCase("9112 2.2", "a leading empty line", "\r\n" + RequestText.get(), .kept(200)),
        WireCase("9112 2.2", "leading empty lines", "\r\n\r\n" + RequestText.get(), .kept(200)),
        WireCase("9112 2.2", "a leading bare LF", "\n" + RequestText.get(), .closed(400)),
        WireCase("9112 2.2", "a leading space", " " + RequestText.get(), .closed(400)),
        WireCase(
            "9112 2.2",
            "a leading line of spaces",
            "  \r\n" + RequestText.get(),
            .closed(400)
        ),
        requestLine("GET /livez HTTP/1.1\nHost: test", "a bare LF after the request line"),
        requestLine("GET /livez HTTP/1.1\rHost: test", "a bare CR after the request line"),
        requestLine("GET /livez HTTP/1.1\r\r\nHost: test", "CR CR LF after the request line"),
        requestLine("GET /li\rvez HTTP/1.1\r\nHost: test", "a bare CR in the target"),
        requestLine("GET /livez HTTP/1.1\r\nHost: test\nX: y", "a bare LF after a field"),
        requestLine("GET /livez HTTP/1.1\r\nHost: test\rX: y", "a bare CR after a field"),
        requestLine("GET /livez HTTP/1.1\r\nHost: test\r\nX: y\rz", "a bare CR in a value"),
        requestLine("GET /livez HTTP/1.1\r\nHost: test\r\nX\ry: z", "a bare CR in a name"),
        requestLine("GET /livez HTTP/1.1\r\nHost: test\r\n\rX: y", "a bare CR before a name"),
        WireCase(
            "9112 2.2",
            "a bare LF instead of the empty line",
            "GET /livez HTTP/1.1\r\nHost: test\r\n\n",
            .closed(400)
        ),
        requestLine("GET /livez HTTP/1.1\r\n Host: test", "a space before the first field"),
        requestLine("GET /livez HTTP/1.1\r\n\tHost: test", "a tab before the first field"),
        requestLine("GET /livez HTTP/1.1\r\n \r\nHost: test", "a blank line before the fields"),
        WireCase("9112 5.2", "a folded field", RequestText.get("X: y", " z"), .closed(400)),
        WireCase(
            "9112 5.2",
            "a field folded by a tab",
            RequestText.get("X: y", "\tz"),
            .closed(400)
        ),
        WireCase(
            "9112 5.2",
            "a field folded before its value",
            RequestText.get("X:", " y"),
            .closed(400)
        ),
        WireCase("9112 5.1", "a space before the colon", RequestText.get("X : y"), .closed(400)),
        WireCase("9112 5.1", "a tab before the colon", RequestText.get("X\t: y"), .closed(400)),
        requestLine("GET  /livez HTTP/1.1\r\nHost: test", "two spaces before the target"),
        requestLine("GET /livez  HTTP/1.1\r\nHost: test", "two spaces before the version"),
        requestLine("GET /livez HTTP/1.1 \r\nHost: test", "a space after the version"),
        requestLine("GET\t/livez\tHTTP/1.1\r\nHost: test", "tabs instead of spaces"),
        requestLine("GET /li vez HTTP/1.1\r\nHost: test", "a space in the target"),
        requestLine("GET HTTP/1.1\r\nHost: test", "no target"),
        requestLine("GET  HTTP/1.1\r\nHost: test", "an empty target"),
        requestLine("/livez HTTP/1.1\r\nHost: test", "no method"),
        requestLine("GET\r\nHost: test", "only a method"),
    ]

    static let versions: [WireCase] = [
        version("http/1.1", .closed(400)), version("Http/1.1", .closed(400)),
        version("HTTP/1", .closed(400)), version("HTTP/1.", .closed(400)),
        version("HTTP/.1", .closed(400)), version("HTTP/1.10", .closed(400)),
        version("HTTP/11.1", .closed(400)), version("HTTP/01.1", .closed(400)),
        version("HTTP/1,1", .closed(400)), version("HTTP/ 1.1", .closed(400)),
        version("HTTP /1.1", .closed(400)), version("HTTP1.1", .closed(400)),
        version("HTTP/1.x", .closed(400)), version("HTTP/-1.1", .closed(400)),
        version("HTTPS/1.1", .closed(400)), version("", .closed(400)),
        version("HTTP/0.9", .closed(505)), version("HTTP/2.0", .closed(505)),
        version("HTTP/3.0", .closed(505)), version("HTTP/9.9", .closed(505)),
        version("HTTP/1.2", .kept(200)), version("HTTP/1.9", .kept(200)),
        WireCase("9112 2.3", "an HTTP/0.9 request", "GET /livez\r\n", .closed(400)),
        WireCase(
            "9112 2.3",
            "the preface of HTTP/2",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            .closed(505)
        ),
    ]

    static let characters: [WireCase] =
        ["G@T", "G(T", "G/T", "G\"T", "G\u{0}T", "G\u{7F}T", "GÉT", ""].map { method in
            WireCase(
                "9112 3.1",
                "the method \(method.debugDescription)",
                RequestText.head("\(method) /livez HTTP/1.1", ["Host: test"]),
                .closed(400)
            )
        }
        + [
            "\"", "<", ">", "\\", "^", "`", "{", "|", "}", "[", "]", "é", "\u{0}", "\u{7F}",
            "\u{1}",
        ]
        .map { character in
            WireCase(
                "9112 3.2",
                "\(character.debugDescription) in a target",
                RequestText.get(target: "/livez\(character)"),
                .closed(400)
            )
        }
        + ["X[]", "X@", "X(y)", "X y", "X\u{0}", "X\u{1}", "X\u{7F}", "Xé", "\"X\"", "X/y", ""]
        .map { name in
            WireCase(
                "9110 5.1",
                "the field name \(name.debugDescription)",
                RequestText.get("\(name): y"),
                .closed(400)
            )
        }
        + ["\u{0}", "\u{1}", "\u{7}", "\u{8}", "\u{B}", "\u{C}", "\u{1B}", "\u{7F}"].map {
            control in
            WireCase(
                "9110 5.5",
                "\(control.debugDescription) in a value",
                RequestText.get("X: y\(control)z"),
                .closed(400)
            )
        }

    static let fields: [WireCase] = [
        WireCase("9112 5", "a line without a colon", RequestText.get("X"), .closed(400)),
        WireCase("9110 5.5", "an empty value", RequestText.get("X:"), .kept(200)),
        WireCase("9110 5.5", "a blank value", RequestText.get("X: \t "), .kept(200)),
        WireCase("9110 5.5", "a tab in a value", RequestText.get("X: y\tz"), .kept(200)),
        WireCase("9110 5.5", "bytes above ASCII in a value", RequestText.get("X: é"), .kept(200)),
        WireCase(
            "9110 5.1",
            "every character of a token",
            RequestText.get("!#$%&'*+-.^_`|~9aZ: y"),
            .kept(200)
        ),
        WireCase("9112 5.1", "no white space before a value", RequestText.get("X:y"), .kept(200)),
        WireCase(
            "9112 5.1",
            "white space around a length",
            RequestText.post("Content-Length: \t33 \t ", content: RequestText.lossBody),
            .kept(200)
        ),
        WireCase(
            "9110 5.4",
            "a field of 33 kB",
            RequestText.get("X: " + long(33_000)),
            .closed(431)
        ),
        WireCase(
            "9110 5.4",
            "a name of 33 kB",
            RequestText.get(long(33_000) + ": y"),
            .closed(431)
        ),
        WireCase(
            "9110 5.4",
            "fields of 33 kB in total",
            RequestText.get(
                Array(repeating: "X: " + long(1_000), count: 33).joined(separator: "\r\n")
            ),
            .closed(431)
        ),
        WireCase(
            "9110 5.4",
            "100 fields",
            RequestText.get(Array(repeating: "X: y", count: 99).joined(separator: "\r\n")),
            .kept(200)
        ),
        WireCase(
            "9110 5.4",
            "101 fields",
            RequestText.get(Array(repeating: "X: y", count: 100).joined(separator: "\r\n")),
            .closed(431)
        ),
    ]

    private static func long(_ count: Int) -> String { String(repeating: "a", count: count) }

    /// A head that is refused, without its final empty line.
    private static func requestLine(_ head: String, _ claim: String) -> WireCase {
        WireCase("9112 2.2", claim, head + "\r\n\r\n", .closed(400))
    }

    private static func version(_ version: String, _ outcome: WireCase.Outcome) -> WireCase {
        WireCase(
            "9112 2.3",
            "the version \"\(version)\"",
            RequestText.head("GET /livez \(version)", ["Host: test"]),
            outcome
        )
    }
}
