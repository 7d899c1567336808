// SPDX-License-Identifier: Apache-2.0

import HTTP
import Testing

@Suite("A request target") struct TargetTests {
    @Test(
        "is split into segments, decoded, and stripped of dot segments",
        arguments: [
            ("/", "/"), ("/a", "/a"), ("/a/", "/a/"), ("//a", "//a"), ("//", "//"),
            ("/a/./b", "/a/b"), ("/a/../b", "/b"), ("/../../a", "/a"), ("/a/b/..", "/a/"),
            ("/a/.", "/a/"), ("/..", "/"), ("/%61", "/a"), ("/%2e%2E/a", "/a"), ("/a%20b", "/a b"),
            ("/a%2Fb", "/a%2Fb"), ("/%C3%A9", "/é"), ("/...", "/..."), ("/a;b=c,d", "/a;b=c,d"),
        ]
    )
    func path(target: String, path: String) {
        #expect(outcome(request("GET", target)).requests.map { $0.path } == [path])
    }

    @Test("is not split at an encoded slash")
    func encodedSlash() {
        #expect(outcome(request("GET", "/a%2fb/c")).requests.map { $0.path } == ["/a%2Fb/c"])
    }

    @Test("may have a query, which remains encoded")
    func query() {
        let record = outcome(request("GET", "/a?b=%20&c=/?") + request("GET", "/?") + request())
        #expect(record.requests.map { $0.query } == ["b=%20&c=/?", "", nil])
    }

    @Test(
        "must have two hexadecimal digits after each %",
        arguments: ["/%", "/%2", "/%zz", "/a?%4"]
    )
    func triplets(target: String) {
        #expect(outcome(request("GET", target)).refusals == [.invalidPercentEncoding])
    }

    @Test(
        "must decode to UTF-8 without control characters",
        arguments: ["/%00", "/a%0Ab", "/%7F", "/%ff", "/%C3%28"]
    )
    func decoded(target: String) {
        #expect(outcome(request("GET", target)).refusals == [.invalidPathCharacter])
    }

    @Test(
        "must consist of URI characters",
        arguments: ["/é", "/a#b", "/<a>", "/a\"b", "/a\\b", "/a|b", "/{a}", "/a?[b]", "/a?^"]
    )
    func characters(target: String) {
        #expect(outcome(request("GET", target)).refusals == [.invalidTarget])
    }

    @Test(
        "may be an absolute URL, whose host takes precedence over Host",
        arguments: [
            ("http://other.example/a?b", "/a"), ("HTTP://[::1]:80/a", "/a"),
            ("https://other.example", "/"), ("http://other.example?b", "/"),
        ]
    )
    func absolute(target: String, path: String) {
        #expect(outcome(request("GET", target)).requests.map { $0.path } == [path])
    }

    @Test(
        "must not be anything else",
        arguments: [
            "a", "example.org/a", "ftp://example.org/", "http:/a", "http://", "http:///a",
            "http://user@example.org/", "http://a,b/", "**", "?a", "http://a:99999/",
        ]
    )
    func others(target: String) {
        #expect(outcome(request("GET", target)).refusals == [.invalidTarget])
    }

    @Test("may be * for OPTIONS", arguments: ["*", "http://example.org"])
    func asterisk(target: String) {
        var isAsterisk = false
        let conversation = Conversation(decide: { head in
            isAsterisk = head.isAsterisk
            return nil
        })
        conversation.receive(request("OPTIONS", target))
        #expect(isAsterisk)
        #expect(conversation.record.statuses == [200])
    }

    @Test("must not be * for other methods")
    func asteriskWithoutOptions() {
        #expect(outcome(request("GET", "*")).refusals == [.asteriskWithoutOptions])
    }

    @Test("of CONNECT is not supported")
    func connect() {
        let record = outcome(request("CONNECT", "example.org:443"))
        #expect(record.refusals == [.connectNotSupported])
        #expect(record.statuses == [501])
    }
}
