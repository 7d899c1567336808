// SPDX-License-Identifier: Apache-2.0

import HTTP
import Testing

@Suite("The splitting of a message by the network") struct SplitTests {
    /// Requests that cover every part of the grammar.
    private static let messages = [
        request(),
        "\r\n\r\n" + request("GET", "/a%20b/../c?d=e", fields: ["Accept: a", "X: \t b \t"]),
        request("POST", fields: ["Content-Length: 5"], body: "abcde") + request("HEAD", "/next"),
        request(
            "POST",
            fields: ["Transfer-Encoding: chunked", "Expect: 100-continue"],
            body: "3;a=b;c=\"d\\\"\"\r\nabc\r\n00A\r\n0123456789\r\n0\r\nT: u\r\n\r\n"
        ) + request("GET", "http://a.example:80/x", version: "HTTP/1.0"),
        request(version: "HTTP/1.0", fields: ["Connection: keep-alive"]) + request(),
    ]

    @Test("has no effect on the outcome", arguments: messages)
    func sameOutcome(message: String) {
        let whole = outcome(message)
        #expect(!whole.requests.isEmpty)
        #expect(whole.refusals.isEmpty)
        for size in [1, 2, 3, 5, 7, 11, 64] {
            #expect(outcome(message, size: size) == whole)
        }
    }

    @Test("has no effect at any position", arguments: messages)
    func twoPieces(message: String) {
        let whole = outcome(message)
        let bytes = Array(message.utf8)
        for place in 1..<bytes.count {
            let conversation = Conversation()
            conversation.receive(Array(bytes[..<place]))
            conversation.receive(Array(bytes[place...]))
            #expect(conversation.record == whole, "split at \(place)")
        }
    }

    @Test("leaves every prefix of a request incomplete", arguments: messages)
    func prefixes(message: String) {
        let bytes = Array(message.utf8)
        let complete = outcome(message).requests.count
        for count in 0..<bytes.count {
            let conversation = Conversation()
            conversation.receive(Array(bytes[..<count]))
            #expect(conversation.record.refusals.isEmpty)
            #expect(conversation.record.requests.count < complete)
        }
    }
}
