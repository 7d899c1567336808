// SPDX-License-Identifier: Apache-2.0

/// The request target and its host.
extension ConformanceTests {
    static let hosts: [WireCase] = [
        WireCase("9112 3.2", "a request without Host", "GET /livez HTTP/1.1\r\n\r\n", .closed(400)),
        host("Host: test\r\nHost: test", "a second Host, even an equal one", .closed(400)),
        host("Host: test\r\nHost: other", "a second Host", .closed(400)),
        host("Host: user@test", "a Host with user information", .closed(400)),
        host("Host: test/path", "a Host with a path", .closed(400)),
        host("Host: http://test", "a URL as Host", .closed(400)),
        host("Host: test?query", "a Host with a query", .closed(400)),
        host("Host: test#fragment", "a Host with a fragment", .closed(400)),
        host("Host: test, other", "a list as Host", .closed(400)),
        host("Host: test other", "a Host with a space", .closed(400)),
        host("Host:", "an empty Host", .closed(400)),
        host("Host: \t ", "a blank Host", .closed(400)),
        host("Host: :80", "a Host with only a port", .closed(400)),
        host("Host: test:http", "a port that is not a number", .closed(400)),
        host("Host: test:65536", "a port beyond the maximum", .closed(400)),
        host("Host: test:80:80", "a second port", .closed(400)),
        host("Host: [::1", "an address without its closing bracket", .closed(400)),
        host("Host: [::1]x", "text after an address", .closed(400)),
        host("Host: t%zzst", "a Host with an invalid triplet", .closed(400)),
        host("Host: test:8080", "a Host with a port", .kept(200)),
        host("Host: test:", "a Host with an empty port", .kept(200)),
        host("Host: 127.0.0.1:80", "an IPv4 address as Host", .kept(200)),
        host("Host: [::1]:80", "an IPv6 address as Host", .kept(200)),
        host("hOsT: test", "a field name in mixed case", .kept(200)),
        WireCase(
            "9112 3.2",
            "HTTP/1.0 does not require Host",
            "GET /livez HTTP/1.0\r\n\r\n",
            .closed(200)
        ),
        WireCase(
            "9112 3.2",
            "a second Host in HTTP/1.0",
            "GET /livez HTTP/1.0\r\nHost: test\r\nHost: other\r\n\r\n",
            .closed(400)
        ),
    ]

    static let targets: [WireCase] = [
        target("GET", "http://other.example/livez", "an absolute URL", .kept(200)),
        target("GET", "HTTP://other.example:80/livez?query", "a scheme in upper case", .kept(200)),
        target("GET", "http://other.example", "a URL without a path", .kept(200)),
        target("GET", "http://other.example?query", "a URL with only a query", .kept(200)),
        target("OPTIONS", "http://other.example", "the server as a whole, by URL", .kept(204)),
        target("GET", "http:///livez", "a URL without a host", .closed(400)),
        target("GET", "http://user@test/livez", "a URL with user information", .closed(400)),
        target("GET", "ftp://test/livez", "a URL with another scheme", .closed(400)),
        target("GET", "http:/livez", "a URL without an authority", .closed(400)),
        WireCase(
            "9112 3.2.2",
            "an invalid Host with an absolute URL",
            "GET http://test/livez HTTP/1.1\r\nHost: a b\r\n\r\n",
            .closed(400)
        ),
        WireCase(
            "9112 3.2.2",
            "no Host with an absolute URL",
            "GET http://test/livez HTTP/1.1\r\n\r\n",
            .closed(400)
        ),
        target("OPTIONS", "*", "OPTIONS for the server as a whole", .kept(204), fields: ["Allow"]),
        target("GET", "*", "an asterisk without OPTIONS", .closed(400)),
        target("POST", "*", "an asterisk without OPTIONS", .closed(400)),
        target("OPTIONS", "**", "two asterisks", .closed(400)),
        target("GET", "test:80", "an authority without CONNECT", .closed(400)),
        target("GET", "livez", "a path without its slash", .closed(400)),
        target("GET", "/livez#fragment", "a fragment", .closed(400)),
        target("GET", "/livez?a=/b?c", "a query with a slash and a question mark", .kept(200)),
        WireCase(
            "9112 3",
            "a request line of 8000 bytes",
            RequestText.get(target: target(filling: 8_000)),
            .kept(200)
        ),
        WireCase(
            "9112 3",
            "a request line of 8 KiB",
            RequestText.get(target: target(filling: 8_192)),
            .kept(200)
        ),
        WireCase(
            "9112 3",
            "a longer request line",
            RequestText.get(target: target(filling: 8_193)),
            .closed(414)
        ),
        WireCase(
            "9112 3",
            "a request line of 100 kB",
            RequestText.get(target: target(filling: 100_000)),
            .closed(414)
        ),
    ]

    static let percentEncoding: [WireCase] = [
        path("/%6Civez", "an encoded letter", .kept(200)),
        path("/%6civez", "a triplet in lower case", .kept(200)),
        path("/livez%", "a lone percent sign", .closed(400)),
        path("/livez%2", "half a triplet", .closed(400)),
        path("/livez%2g", "a triplet with a non-hexadecimal letter", .closed(400)),
        path("/livez?a=%zz", "an invalid triplet in the query", .closed(400)),
        path("/livez%00", "an encoded NUL", .closed(400)),
        path("/livez%0d%0aX:%20y", "an encoded line end", .closed(400)),
        path("/%ff", "triplets that are not UTF-8", .closed(400)),
        path("/v1%2Flosses", "an encoded slash does not separate segments", .kept(404)),
        path("/v1/./losses", "a segment of one dot", .kept(200)),
        path("/nothing/../livez", "a segment of two dots", .kept(200)),
        path("/nothing/%2e%2E/livez", "two encoded dots", .kept(200)),
        path("/../../livez", "dot segments above the root", .kept(200)),
        path("/nothing%2F..%2Flivez", "dots after encoded slashes", .kept(404)),
        path("//livez", "an empty segment", .kept(404)),
    ]

    private static func host(
        _ lines: String,
        _ claim: String,
        _ outcome: WireCase.Outcome
    ) -> WireCase {
        WireCase("9112 3.2", claim, "GET /livez HTTP/1.1\r\n\(lines)\r\n\r\n", outcome)
    }

    private static func target(
        _ method: String,
        _ target: String,
        _ claim: String,
        _ outcome: WireCase.Outcome,
        fields: [String] = []
    ) -> WireCase {
        let line = "\(method) \(target) HTTP/1.1"
        let request = RequestText.head(line, ["Host: test"])
        return WireCase(
            "9112 3.2",
            "\(claim), \(method) \(target)",
            request,
            outcome,
            fields: fields
        )
    }

    private static func path(
        _ path: String,
        _ claim: String,
        _ outcome: WireCase.Outcome
    ) -> WireCase {
        WireCase("9110 4.2.3", "\(claim), \(path)", RequestText.get(target: path), outcome)
    }
}
