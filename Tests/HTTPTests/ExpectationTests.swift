// SPDX-License-Identifier: Apache-2.0

import HTTP
import Testing

@Suite("An expectation") struct ExpectationTests {
    private let head = request("POST", fields: ["Content-Length: 3", "Expect: 100-continue"])

    @Test("of 100 Continue is met before the body arrives")
    func continues() {
        let conversation = Conversation()
        conversation.receive(head)
        #expect(conversation.record.text == "HTTP/1.1 100 Continue\r\n\r\n")
        conversation.receive("abc")
        #expect(conversation.record.statuses == [100, 200])
        #expect(conversation.record.bodies == ["abc"])
    }

    @Test("is met for chunked bodies, ignoring case")
    func chunks() {
        let fields = ["Transfer-Encoding: chunked", "expect: 100-Continue"]
        let record = outcome(request("POST", fields: fields, body: "0\r\n\r\n"))
        #expect(record.statuses == [100, 200])
    }

    @Test("is not met without a body")
    func noBody() {
        #expect(outcome(request(fields: ["Expect: 100-continue"])).statuses == [200])
    }

    @Test("is not met if the body is too large")
    func tooLarge() {
        var limits = Limits()
        limits.bodyBytes = 2
        let record = outcome(head, limits: limits)
        #expect(record.statuses == [413])
        #expect(record.hasShutDown)
    }

    @Test("of HTTP/1.0 is ignored", arguments: ["100-continue", "a"])
    func http10(expectation: String) {
        let fields = ["Content-Length: 3", "Expect: \(expectation)"]
        let text = request("POST", version: "HTTP/1.0", fields: fields, body: "abc")
        #expect(outcome(text).statuses == [200])
    }

    @Test("of anything else is refused", arguments: ["a", "100-continue, a", "a, 100-continue"])
    func unknown(expectation: String) {
        let record = outcome(request("POST", fields: ["Expect: \(expectation)"]))
        #expect(record.refusals == [.unknownExpectation])
        #expect(record.statuses == [417])
    }
}
