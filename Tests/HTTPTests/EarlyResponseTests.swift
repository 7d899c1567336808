// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import Testing

@Suite("An early response") struct EarlyResponseTests {
    private func conversation() -> Conversation {
        Conversation(decide: { head in
            head.path == "/missing" ? .make("no", status: .notFound) : nil
        })
    }

    @Test("is sent before the body arrives")
    func early() {
        let conversation = conversation()
        conversation.receive(request("POST", "/missing", fields: ["Content-Length: 3"]))
        #expect(conversation.record.statuses == [404])
        #expect(conversation.record.requests.isEmpty)
    }

    @Test("allows another request after a small body", arguments: [1, .max])
    func smallBody(size: Int) {
        let conversation = conversation()
        conversation.receive(
            request("POST", "/missing", fields: ["Content-Length: 3"], body: "abc")
                + request(
                    "POST",
                    "/missing",
                    fields: ["Transfer-Encoding: chunked"],
                    body: "3\r\nabc\r\n0\r\n\r\n"
                ) + request("GET", "/next"),
            size: size
        )
        #expect(conversation.record.statuses == [404, 404, 200])
        #expect(conversation.record.requests.map { $0.path } == ["/next"])
        #expect(!conversation.record.hasShutDown)
    }

    @Test("closes the connection if the body is large")
    func largeBody() {
        let conversation = conversation()
        conversation.receive(request("POST", "/missing", fields: ["Content-Length: 65537"]))
        #expect(conversation.record.text.contains("\r\nConnection: close\r\n"))
        #expect(conversation.record.hasShutDown)
    }

    @Test("closes the connection if the chunks are large or malformed")
    func badChunks() {
        for chunks in ["11000\r\n" + String(repeating: "a", count: 65_537), "x\r\n"] {
            let conversation = conversation()
            let fields = ["Transfer-Encoding: chunked"]
            conversation.receive(request("POST", "/missing", fields: fields, body: chunks))
            #expect(conversation.record.statuses == [404])
            #expect(conversation.record.refusals.isEmpty)
            #expect(conversation.record.hasShutDown)
        }
    }

    @Test("closes the connection if the body waits for 100 Continue")
    func expectation() {
        let conversation = conversation()
        let fields = ["Content-Length: 3", "Expect: 100-continue"]
        conversation.receive(request("POST", "/missing", fields: fields))
        #expect(conversation.record.statuses == [404])
        #expect(conversation.record.hasShutDown)
    }

    @Test("closes the connection if the body does not arrive")
    func absentBody() {
        let conversation = conversation()
        conversation.receive(request("POST", "/missing", fields: ["Content-Length: 3"], body: "ab"))
        conversation.wait(.seconds(5))
        #expect(conversation.record.statuses == [404])
        #expect(conversation.record.closing == .afterResponse)
    }
}
