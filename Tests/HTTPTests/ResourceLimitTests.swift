// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import Testing

@Suite("A resource limit") struct ResourceLimitTests {
    @Test("refuses a connection beyond it, except for a probe")
    func connections() {
        for text in [request(), request("POST", fields: ["Content-Length: 5"], body: "abc")] {
            let conversation = Conversation(isOverLimit: true)
            conversation.receive(text)
            #expect(conversation.record.statuses == [503])
            #expect(conversation.record.hasShutDown)
            conversation.receive(request("GET", "/livez"))
            #expect(conversation.record.requests.isEmpty)
        }
        let probe = Conversation(isOverLimit: true)
        probe.receive(request("GET", "/livez") + request("GET", "/livez"))
        #expect(probe.record.statuses == [200])
        #expect(probe.record.text.contains("\r\nConnection: close\r\n"))
    }

    @Test("refuses a connection beyond it that is silent for a second, or sends too much")
    func silentOverLimit() {
        for text in ["", "GET / HT"] {
            let conversation = Conversation(isOverLimit: true)
            conversation.receive(text)
            conversation.wait(.milliseconds(999))
            #expect(conversation.record.statuses.isEmpty)
            conversation.wait(.milliseconds(1))
            #expect(conversation.record.statuses == [503])
        }
        let conversation = Conversation(isOverLimit: true)
        conversation.receive("GET / HTTP/1.1\r\nCookie: " + String(repeating: "a", count: 3_000))
        #expect(conversation.record.statuses == [503])
    }

    @Test("refuses a body being received and closes the connection")
    func body() {
        let conversation = Conversation()
        conversation.receive(request("POST", fields: ["Content-Length: 5"], body: "abc"))
        conversation.refuse(.memoryExhausted)
        #expect(conversation.record.statuses == [503])
        #expect(conversation.record.hasShutDown)
        #expect(conversation.footprint == 0)
    }

    @Test("refuses a complete request and keeps the connection open")
    func responding() {
        let conversation = Conversation(respond: { _ in nil })
        conversation.receive(request("POST", fields: ["Content-Length: 3"], body: "abc"))
        conversation.refuse(.tooManyWaiting)
        #expect(conversation.record.statuses == [503])
        #expect(!conversation.record.hasShutDown)
        conversation.receive(request())
        #expect(conversation.record.requests.count == 2)
    }

    @Test("does not refuse connections that need no memory")
    func others() {
        let conversation = Conversation()
        conversation.refuse(.memoryExhausted)
        conversation.receive(request())
        conversation.refuse(.memoryExhausted)
        #expect(conversation.record.refusals.isEmpty)
    }

    @Test("counts received, processed and unsent bytes")
    func footprint() {
        let conversation = Conversation(respond: { _ in nil })
        let head = request("POST", fields: ["Content-Length: 5"])
        conversation.receive(String(head.prefix(9)))
        #expect(conversation.footprint == 9)
        conversation.receive(head.dropFirst(9) + "abc")
        // Each byte of small content is counted as five: a number of two bytes occupies eight.
        #expect(conversation.footprint == head.utf8.count + 5 * 3)
        conversation.receive("d")
        #expect(conversation.footprint == head.utf8.count + 5 * 4)
        // The content is complete, and its response is being made.
        conversation.receive("e" + "GET")
        #expect(conversation.footprint == head.utf8.count + 3)
        conversation.isNetworkOpen = false
        conversation.respond(with: .make(String(repeating: "f", count: 5_000)))
        #expect(conversation.footprint == head.utf8.count + 5_003)
        conversation.send(conversation.bytesToSend)
        #expect(conversation.footprint == 3)
    }

    @Test("refuses a head being received")
    func head() {
        let conversation = Conversation()
        conversation.receive("GET / HTTP/1.1\r\nHo")
        conversation.refuse(.memoryExhausted)
        #expect(conversation.record.statuses == [503])
        #expect(conversation.footprint == 0)
    }

    @Test("does not count content that the server keeps anyway")
    func keptContent() {
        let body = [UInt8](repeating: 7, count: 50_000)
        let conversation = Conversation(decide: { _ in
            Response(status: .ok, body: body, isBodyShared: true)
        })
        conversation.isNetworkOpen = false
        let text = request()
        conversation.receive(text)
        #expect(conversation.footprint == text.utf8.count)
    }

    @Test("allows a large body to be read straight into a segment")
    func direct() {
        let conversation = Conversation()
        conversation.receive(request("POST", fields: ["Content-Length: 100000"], body: "abc"))
        #expect(conversation.directBodyBytes == 99_997)
        conversation.receiveBody(Array(repeating: UInt8(ascii: "d"), count: 99_000))
        #expect(conversation.directBodyBytes == 0)
        conversation.receive(String(repeating: "e", count: 997) + request())
        #expect(conversation.record.requests.first?.body.count == 100_000)
        #expect(conversation.record.bodies.first?.hasPrefix("abcd") == true)
        #expect(conversation.record.statuses == [200, 200])
    }

    @Test("allows a segment that is filled exactly by the request")
    func directEnd() {
        let conversation = Conversation()
        conversation.receive(request("POST", fields: ["Content-Length: 100000"]))
        conversation.receiveBody(Array(repeating: 1, count: 100_000))
        #expect(conversation.record.requests.first?.body.count == 100_000)
    }
}
