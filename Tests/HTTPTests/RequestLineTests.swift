// SPDX-License-Identifier: Apache-2.0

import HTTP
import Testing

@Suite("A request line") struct RequestLineTests {
    @Test("is a method, a target and a version")
    func parts() {
        let record = outcome(request("PUT", "/a/b?c=d"))
        #expect(record.requests.map { $0.method } == ["PUT"])
        #expect(record.requests.map { $0.path } == ["/a/b"])
        #expect(record.requests.map { $0.query } == ["c=d"])
        #expect(record.statuses == [200])
    }

    @Test("may follow empty lines", arguments: ["\r\n", "\r\n\r\n\r\n"])
    func emptyLines(before: String) {
        #expect(outcome(before + request()).statuses == [200])
    }

    @Test(
        "has exactly one space between its parts",
        arguments: [
            "GET  / HTTP/1.1", "GET /  HTTP/1.1", " GET / HTTP/1.1", "GET / HTTP/1.1 ", "GET /",
            "GET", "GET HTTP/1.1", "GET\t/\tHTTP/1.1", "GET /a b HTTP/1.1",
        ]
    )
    func spaces(line: String) {
        let record = outcome(line + "\r\nHost: a\r\n\r\n")
        #expect(record.statuses == [400])
        #expect(record.requests.isEmpty)
        #expect(record.hasShutDown)
    }

    @Test("must have a token as its method", arguments: ["G@T", "GET/", "(GET)", "GÉT"])
    func method(method: String) {
        #expect(outcome(request(method)).refusals == [.invalidMethod])
    }

    @Test("is not the beginning of a TLS handshake (RFC 8446 section 5.1)")
    func tls() {
        let record = outcome("\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{7C}\u{3}\u{3}\r\n")
        #expect(record.refusals == [.tlsNotSupported])
        #expect(record.statuses == [400])
        #expect(record.hasShutDown)
        // Elsewhere the byte is any control character.
        #expect(outcome("G\u{16}").refusals == [.controlCharacter])
        #expect(outcome("GET / HTTP/1.1\r\n\u{16}").refusals == [.controlCharacter])
    }

    @Test("passes unknown methods to the routes", arguments: ["BREW", "get", "TRACE"])
    func unknownMethod(method: String) {
        #expect(outcome(request(method)).requests.map { $0.method } == [method])
    }

    @Test(
        "must have an exact version",
        arguments: ["http/1.1", "HTTP/1", "HTTP/1.1.1", "HTTP/01.1", "HTTPS/1.1", "HTTP/1,1"]
    )
    func version(version: String) {
        #expect(outcome(request(version: version)).refusals == [.invalidVersion])
    }

    @Test("must be of HTTP/1", arguments: ["HTTP/2.0", "HTTP/0.9", "HTTP/3.1"])
    func major(version: String) {
        let record = outcome(request(version: version))
        #expect(record.refusals == [.unsupportedVersion])
        #expect(record.statuses == [505])
    }

    @Test("of a later minor version is treated as 1.1")
    func minor() {
        #expect(outcome(request(version: "HTTP/1.7")).statuses == [200])
    }

    @Test("may have a target of 8000 bytes, but not 8192")
    func length() {
        let long = String(repeating: "a", count: 7_999)
        #expect(outcome(request("GET", "/" + long)).statuses == [200])
        let tooLong = String(repeating: "a", count: 8_192)
        let record = outcome(request("GET", "/" + tooLong))
        #expect(record.refusals == [.requestLineTooLong])
        #expect(record.statuses == [414])
        #expect(record.hasShutDown)
    }

    @Test("without an end is refused at the limit")
    func endless() {
        #expect(outcome(String(repeating: "a", count: 8_192)).refusals == [.methodTooLong])
        let line = "GET /" + String(repeating: "a", count: 8_187)
        #expect(outcome(line).refusals == [.requestLineTooLong])
        #expect(outcome(String(repeating: "a", count: 8_191)).refusals.isEmpty)
    }

    @Test("of another protocol is refused at its first control character")
    func otherProtocol() {
        #expect(outcome("\u{05}\u{01}\u{00}").refusals == [.controlCharacter])
    }
}
