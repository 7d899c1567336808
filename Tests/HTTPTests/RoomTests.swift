// SPDX-License-Identifier: Apache-2.0

import HTTP
import Testing

@Suite("Room") struct RoomTests {
    @Test("is refused to a connection too many, whatever it asks")
    func connections() {
        let conversation = Conversation(refusing: .tooManyConnections)
        conversation.perform()
        #expect(conversation.record.statuses == [503])
        #expect(conversation.record.hasShutDown)
        conversation.receive(request())
        #expect(conversation.record.requests.isEmpty)
    }

    @Test("is refused to a body that is coming, and the connection is closed")
    func body() {
        let conversation = Conversation()
        conversation.receive(request("POST", fields: ["Content-Length: 5"], body: "abc"))
        conversation.refuse(.memoryExhausted)
        #expect(conversation.record.statuses == [503])
        #expect(conversation.record.hasShutDown)
        #expect(conversation.footprint == 0)
    }

    @Test("is refused to a complete request, and the connection is kept")
    func answering() {
        let conversation = Conversation(respond: { _ in nil })
        conversation.receive(request("POST", fields: ["Content-Length: 3"], body: "abc"))
        conversation.refuse(.tooManyWaiting)
        #expect(conversation.record.statuses == [503])
        #expect(!conversation.record.hasShutDown)
        conversation.receive(request())
        #expect(conversation.record.requests.count == 2)
    }

    @Test("is not refused to what does not ask for it")
    func others() {
        let conversation = Conversation()
        conversation.refuse(.memoryExhausted)
        conversation.receive(request())
        conversation.refuse(.memoryExhausted)
        #expect(conversation.record.refusals.isEmpty)
    }

    @Test("is counted: what came, what is answered, what is sent")
    func footprint() {
        let conversation = Conversation(respond: { _ in nil })
        conversation.receive(request("POST", fields: ["Content-Length: 5"], body: "abc"))
        #expect(conversation.footprint == 3)
        conversation.receive("de" + "GET")
        #expect(conversation.footprint == 8)
        conversation.isNetworkOpen = false
        conversation.answer(.make(String(repeating: "f", count: 5_000)))
        #expect(conversation.footprint == 5_003)
        conversation.take(conversation.bytesToSend)
        #expect(conversation.footprint == 3)
    }

    @Test("is where a large body is read straight to")
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

    @Test("that is exactly filled completes the request")
    func directEnd() {
        let conversation = Conversation()
        conversation.receive(request("POST", fields: ["Content-Length: 100000"]))
        conversation.receiveBody(Array(repeating: 1, count: 100_000))
        #expect(conversation.record.requests.first?.body.count == 100_000)
    }
}
