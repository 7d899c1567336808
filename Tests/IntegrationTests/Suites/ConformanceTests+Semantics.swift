// SPDX-License-Identifier: Apache-2.0

/// Persistence of connections, methods and fields.
extension ConformanceTests {
    private static let request = RequestText.lossBody
    private static let smuggled = RequestText.get(target: "/nothing")

    static let persistence: [WireCase] = [
        option("close", .closed(200)), option("Close", .closed(200)),
        option("keep-alive, close", .closed(200)), option("close, keep-alive", .closed(200)),
        option("keep-alive\r\nConnection: close", .closed(200)), option(",close,", .closed(200)),
        option("keep-alive", .kept(200)), option("closed", .kept(200)), option("x", .kept(200)),
        WireCase(
            "9112 9.6",
            "the last request may have content",
            RequestText.post("Connection: close", "Content-Length: 33", content: request),
            .closed(200)
        ),
        WireCase(
            "9112 9.6",
            "the last request may have an unknown path",
            RequestText.get("Connection: close", target: "/nothing"),
            .closed(404)
        ),
        WireCase("9112 9.3", "HTTP/1.0", "GET /livez HTTP/1.0\r\nHost: test\r\n\r\n", .closed(200)),
        WireCase(
            "9112 9.3",
            "HTTP/1.0 with both keep-alive and close",
            "GET /livez HTTP/1.0\r\nHost: test\r\nConnection: keep-alive, close\r\n\r\n",
            .closed(200)
        ),
        unread("POST", "/nothing", .kept(404)), unread("POST", "/livez", .kept(405)),
        unread("GET", "/livez", .kept(200)), unread("HEAD", "/livez", .kept(200)),
        unread("OPTIONS", "/livez", .kept(204)), unread("DELETE", "/livez", .kept(405)),
        unread("BREW", "/livez", .kept(501)), unread("POST", "/nothing", .kept(404), chunked: true),
        unread("GET", "/livez", .kept(200), chunked: true),
        unread("HEAD", "/livez", .kept(200), chunked: true),
        WireCase(
            "9112 9.3",
            "unread content that is too long to skip",
            RequestText.post(
                "Content-Length: 70000",
                content: String(repeating: "a", count: 70_000),
                target: "/nothing"
            ),
            .closed(404)
        ),
    ]

    static let methods: [WireCase] =
        ["PUT", "PATCH", "DELETE", "TRACE"].flatMap { method in
            ["/livez", "/v1/losses/mse"].map { path in
                WireCase(
                    "9110 15.5.6",
                    "\(method) \(path)",
                    RequestText.head("\(method) \(path) HTTP/1.1", ["Host: test"]),
                    .kept(405),
                    fields: ["Allow"]
                )
            }
        }
        + ["BREW", "get", "Post", "GETS", "!#$%&'*+-.^_`|~"].map { method in
            WireCase(
                "9110 9.1",
                "\(method) is an unknown method",
                RequestText.head("\(method) /livez HTTP/1.1", ["Host: test"]),
                .kept(501)
            )
        }
        + ["/", "/livez", "/v1/losses/mse"].map { path in
            WireCase(
                "9110 9.3.7",
                "OPTIONS \(path)",
                RequestText.head("OPTIONS \(path) HTTP/1.1", ["Host: test"]),
                .kept(204),
                fields: ["Allow"]
            )
        }
        + ["test:443", "/livez", "*"].map { target in
            WireCase(
                "9110 9.3.6",
                "CONNECT \(target)",
                RequestText.head("CONNECT \(target) HTTP/1.1", ["Host: test"]),
                .closed(501)
            )
        }
        + [
            "websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==",
            "h2c\r\nHTTP2-Settings: AAMAAABk", "unheard-of/1.0", "h2c, websocket", "",
        ].flatMap { upgrade in
            [
                WireCase(
                    "9110 7.8",
                    "an upgrade to \(upgrade.prefix { $0 != "\r\n" }) is ignored",
                    RequestText.get("Connection: Upgrade", "Upgrade: \(upgrade)"),
                    .kept(200)
                ),
                WireCase(
                    "9110 7.8",
                    "an upgrade to \(upgrade.prefix { $0 != "\r\n" }) is ignored in POST",
                    RequestText.post(
                        "Connection: Upgrade",
                        "Upgrade: \(upgrade)",
                        "Content-Length: 33",
                        content: request
                    ),
                    .kept(200)
                ),
            ]
        }
        + ["bytes=0-10", "bytes=abc-xyz", "bytes=9999999-", "lines=1-2"].flatMap { range in
            [
                WireCase(
                    "9110 14.2",
                    "Range: \(range) in POST is ignored",
                    RequestText.post("Range: \(range)", "Content-Length: 33", content: request),
                    .kept(200)
                ),
                WireCase(
                    "9110 14.2",
                    "Range: \(range) in GET may be ignored",
                    RequestText.get("Range: \(range)"),
                    .kept(200),
                    content: #"{"status":"ok"}"#
                ),
            ]
        }

    static let expectations: [WireCase] = [
        expectation("200-ok", .closed(417)), expectation("100-continue, 200-ok", .closed(417)),
        expectation("100-continue=a", .closed(417)), expectation("100-continue", .kept(200)),
        expectation("", .kept(200)),
        WireCase(
            "9110 10.1.1",
            "an expectation in HTTP/1.0 is ignored",
            "GET /livez HTTP/1.0\r\nHost: test\r\nExpect: 200-ok\r\n\r\n",
            .closed(200)
        ),
        WireCase(
            "9110 15.2",
            "an HTTP/1.0 client gets no 100 Continue",
            "POST /v1/losses/mse HTTP/1.0\r\nHost: test\r\nExpect: 100-continue\r\n"
                + "Content-Length: 33\r\n\r\n" + request,
            .closed(200)
        ),
        refused("POST", "/nothing", [], .closed(404)),
        refused("POST", "/livez", [], .closed(405)),
        refused("PUT", "/v1/losses/mse", [], .closed(405)),
        refused("BREW", "/livez", [], .closed(501)),
        refused("POST", "/v1/losses/mse", ["Content-Type: text/html"], .closed(415)),
        refused("POST", "/v1/losses/mse", ["Content-Encoding: compress"], .closed(415)),
    ]

    static let media: [WireCase] = [
        WireCase(
            "9110 15.5.16",
            "an unsupported media type",
            RequestText.post("Content-Type: text/html", "Content-Length: 33", content: request),
            .kept(415),
            fields: ["Accept-Post"]
        ),
        WireCase(
            "9110 5.3",
            "two media types",
            RequestText.post(
                "Content-Type: application/json",
                "Content-Type: text/plain",
                "Content-Length: 33",
                content: request
            ),
            .closed(400)
        ),
        WireCase(
            "9110 12.5.3",
            "an unsupported content coding",
            RequestText.post("Content-Encoding: compress", "Content-Length: 33", content: request),
            .kept(415),
            fields: ["Accept-Encoding"]
        ),
        WireCase(
            "9110 12.5.1",
            "an unsatisfiable Accept may be ignored",
            RequestText.get("Accept: application/x-nonsense"),
            .kept(200),
            fields: ["Content-Type"]
        ),
        WireCase(
            "9110 15.5.12",
            "a request without a length has no content",
            RequestText.post(),
            .kept(400)
        ),
        WireCase(
            "9110 15.5.14",
            "content beyond the limit, by its length",
            RequestText.post("Content-Length: 999999999"),
            .closed(413)
        ),
        WireCase(
            "9110 15.5.14",
            "content beyond the limit, by its length, while the client waits",
            RequestText.post("Expect: 100-continue", "Content-Length: 999999999"),
            .closed(413)
        ),
        WireCase(
            "9110 15.5.14",
            "content beyond the limit, by the size of a chunk",
            RequestText.chunked("FFFFFFF\r\n"),
            .closed(413)
        ),
    ]

    private static func option(_ value: String, _ outcome: WireCase.Outcome) -> WireCase {
        let claim = "the option \(value.debugDescription)"
        return WireCase("9112 9.6", claim, RequestText.get("Connection: \(value)"), outcome)
    }

    /// A request whose head determines the response, with content that resembles a request.
    private static func unread(
        _ method: String,
        _ path: String,
        _ outcome: WireCase.Outcome,
        chunked: Bool = false
    ) -> WireCase {
        let size = smuggled.utf8.count
        let framing = chunked ? "Transfer-Encoding: chunked" : "Content-Length: \(size)"
        let head = RequestText.head("\(method) \(path) HTTP/1.1", ["Host: test", framing])
        let hexadecimal = String(size, radix: 16)
        let content = chunked ? "\(hexadecimal)\r\n\(smuggled)\r\n0\r\n\r\n" : smuggled
        let claim =
            "the unneeded content of \(method) \(path) is not parsed as a request, \(framing)"
        return WireCase("9112 9.3", claim, head + content, outcome)
    }

    private static func expectation(_ value: String, _ outcome: WireCase.Outcome) -> WireCase {
        let claim = "the expectation \(value.debugDescription) without content"
        return WireCase("9110 10.1.1", claim, RequestText.get("Expect: \(value)"), outcome)
    }

    /// A request whose content is refused before 100 Continue is sent.
    private static func refused(
        _ method: String,
        _ path: String,
        _ lines: [String],
        _ outcome: WireCase.Outcome
    ) -> WireCase {
        let expecting = ["Host: test", "Expect: 100-continue", "Content-Length: 1000"]
        let head = RequestText.head("\(method) \(path) HTTP/1.1", expecting + lines)
        return WireCase("9110 10.1.1", "no 100 Continue for \(method) \(path)", head, outcome)
    }
}
