// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import Testing

@Suite("A field") struct FieldTests {
    @Test("is a name and a value without surrounding white space")
    func trimmed() throws {
        let fields = ["Accept:  a  b\t ", "Origin:", "cookie:1", "Cookie: 2", "user-agent:\tc"]
        let record = outcome(request(fields: fields))
        let received = try #require(record.requests.first).fields
        #expect(received[.accept] == "a  b")
        #expect(received[.origin] == "")
        #expect(received[.cookie] == "1, 2")
        #expect(received[.userAgent] == "c")
        #expect(received[.expect] == nil)
    }

    @Test("that is known has a place of its own")
    func known() throws {
        var fields: HTTPFields = [:]
        for field in KnownField.allCases {
            fields[try #require(HTTPField.Name(field.name))] = "\(field)"
        }
        let received = RequestFields(fields)
        for field in KnownField.allCases {
            #expect(received.single(field) == "\(field)")
            #expect(received.hasSingleValue(field, equalTo: Array("\(field)".utf8)))
        }
    }

    @Test("may have non-ASCII bytes in its value")
    func obsText() throws {
        let conversation = Conversation()
        conversation.receive(
            Array("GET / HTTP/1.1\r\nHost: a\r\nAccept: ".utf8) + [0xE9, 0xFF]
                + Array("\r\n\r\n".utf8)
        )
        let fields = try #require(conversation.record.requests.first).fields
        #expect(fields[.accept]?.isEmpty == false)
    }

    @Test("must not be folded", arguments: [" folded", "\tfolded", " Host: b"])
    func folded(line: String) {
        #expect(outcome(request(fields: ["A: b", line])).refusals == [.foldedField])
    }

    @Test("must not follow white space")
    func whitespaceFirst() {
        #expect(outcome("GET / HTTP/1.1\r\n Host: a\r\n\r\n").refusals == [.foldedField])
    }

    @Test("must not have white space before its colon", arguments: ["A : b", "A\t: b", "Host : b"])
    func spaceBeforeColon(line: String) {
        #expect(outcome(request(fields: [line])).refusals == [.whitespaceBeforeColon])
    }

    @Test(
        "must have a token as its name",
        arguments: [":", ": b", "A", "A b: c", "A@: b", "Ä: b", "A\"B: c", "A b", "a(b): c"]
    )
    func name(line: String) {
        #expect(outcome(request(fields: [line])).refusals == [.invalidFieldName])
    }

    @Test(
        "must not contain control characters",
        arguments: ["\0", "\u{01}", "\u{0B}", "\u{1B}", "\u{7F}"]
    )
    func control(character: String) {
        #expect(outcome(request(fields: ["A: b\(character)c"])).refusals == [.controlCharacter])
        #expect(outcome(request(fields: ["A\(character): b"])).refusals == [.controlCharacter])
    }

    @Test("ends in CR LF: a bare CR is refused")
    func bareCarriageReturn() {
        #expect(outcome("GET / HTTP/1.1\r\nA: b\rc\r\n").refusals == [.bareCarriageReturn])
        #expect(outcome("GET / HTTP/1.1\r\nA: b\r\r\n").refusals == [.bareCarriageReturn])
        #expect(outcome("GET / HTTP/1.1\rA: b\r\n").refusals == [.bareCarriageReturn])
    }

    @Test("ends in CR LF: a bare LF is refused")
    func bareLineFeed() {
        #expect(outcome("GET / HTTP/1.1\nHost: a\r\n\r\n").refusals == [.bareLineFeed])
        #expect(outcome("GET / HTTP/1.1\r\nHost: a\n\r\n").refusals == [.bareLineFeed])
        #expect(outcome("GET / HTTP/1.1\r\nHost: a\r\n\n").refusals == [.bareLineFeed])
        #expect(outcome("\nGET / HTTP/1.1\r\n").refusals == [.bareLineFeed])
    }

    @Test("is one of at most 100")
    func count() {
        let fields = (1..<100).map { "A\($0): b" }
        #expect(outcome(request(fields: fields)).statuses == [200])
        let record = outcome(request(fields: fields + ["A: b"]))
        #expect(record.refusals == [.tooManyFields])
        #expect(record.statuses == [431])
    }

    @Test("is one of as many as the limit permits, however high it is")
    func countWithoutLimit() {
        var limits = Limits()
        limits.fieldCount = .max
        limits.headBytes = 1_000_000
        let text = request(fields: Array(repeating: "A: b", count: 70_000))
        #expect(outcome(text, limits: limits).statuses == [200])
    }

    @Test("shares 32 KiB with all others")
    func size() {
        // "Host: example.org" and "A: " with their line ends, and the empty line, occupy 26 bytes.
        let maximum = 32 * 1_024 - 26
        let fitting = request(fields: ["A: " + String(repeating: "b", count: maximum)])
        #expect(outcome(fitting).statuses == [200])
        let record = outcome(request(fields: ["A: " + String(repeating: "b", count: maximum + 1)]))
        #expect(record.refusals == [.headTooLarge])
        #expect(record.statuses == [431])
    }

    @Test("that requests an unknown upgrade is ignored")
    func upgrade() {
        let fields = ["Upgrade: h2c, websocket", "Connection: Upgrade"]
        let record = outcome(request(fields: fields))
        #expect(record.statuses == [200])
        #expect(!record.hasShutDown)
    }
}
