// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import Testing

@Suite("A drain") struct DrainTests {
    @Test("closes a connection at rest that has been answered")
    func atRest() {
        let conversation = Conversation()
        conversation.receive(request())
        conversation.drain()
        #expect(conversation.record.closing == .drained)
    }

    @Test("lets a new connection ask once")
    func new() {
        let conversation = Conversation()
        conversation.drain()
        #expect(conversation.record.closing == nil)
        conversation.receive(request() + request())
        #expect(conversation.record.statuses == [200])
        #expect(conversation.record.text.contains("\r\nConnection: close\r\n"))
        #expect(conversation.record.closing == .afterResponse)
    }

    @Test("waits a moment for the first question of who has just come, when nobody else may")
    func newcomer() {
        let late = Conversation()
        late.drain()
        late.finish()
        #expect(late.record.closing == nil)
        late.wait(.milliseconds(249))
        #expect(late.record.closing == nil)
        late.receive(request())
        #expect(late.record.statuses == [200])
        let silent = Conversation()
        silent.drain()
        silent.finish()
        silent.wait(.milliseconds(250))
        #expect(silent.record.closing == .drained && silent.record.sent.isEmpty)
        let resting = Conversation()
        resting.wait(.seconds(1))
        resting.drain()
        resting.finish()
        #expect(resting.record.closing == .drained)
    }

    @Test("does not wait for the end of a client whose head alone was answered")
    func early() {
        let conversation = Conversation(decide: { _ in .make(status: .notFound) })
        conversation.drain()
        conversation.receive(request())
        #expect(conversation.record.closing == .afterResponse)
    }

    @Test("waits for the answer that is being made, and says that it is the last")
    func answering() {
        let conversation = Conversation(respond: { _ in nil })
        conversation.receive(request())
        conversation.drain()
        #expect(!conversation.isIdle)
        conversation.answer(.make("late"))
        #expect(conversation.record.text.contains("\r\nConnection: close\r\n"))
        #expect(conversation.record.text.hasSuffix("late"))
        #expect(conversation.record.closing == .afterResponse)
    }

    @Test("waits for the answer that is on its way")
    func sending() {
        let conversation = Conversation()
        conversation.isNetworkOpen = false
        conversation.receive(request())
        conversation.drain()
        #expect(conversation.record.closing == nil)
        conversation.take(conversation.bytesToSend)
        #expect(conversation.record.closing == .drained)
    }

    @Test("waits for the request that has begun")
    func partial() {
        let conversation = Conversation()
        conversation.receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n")
        conversation.drain()
        conversation.receive("\r\nabc")
        #expect(conversation.record.statuses == [200])
        #expect(conversation.record.closing == .afterResponse)
    }

    @Test("takes no more large bodies, but those that are coming")
    func large() {
        let text = request("POST", fields: ["Content-Length: 100000"])
        let late = Conversation()
        late.drain()
        late.receive(text)
        #expect(late.record.refusals == [.draining])
        #expect(late.record.statuses == [503])

        let coming = Conversation()
        coming.receive(text)
        coming.drain()
        coming.receive(String(repeating: "a", count: 100_000))
        #expect(coming.record.statuses == [200])
    }

    @Test("does not wait for the end of a client that has its answer")
    func lingering() {
        let conversation = Conversation()
        conversation.receive(request(fields: ["Connection: close"]))
        #expect(conversation.record.closing == nil)
        conversation.drain()
        #expect(conversation.record.closing == .afterResponse)
    }
}
