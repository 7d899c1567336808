// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import Testing

@Suite("A drain") struct DrainTests {
    @Test("closes an idle connection that has had a response")
    func idle() {
        let conversation = Conversation()
        conversation.receive(request())
        conversation.drain()
        #expect(conversation.record.closing == .drained)
    }

    @Test("lets a new connection send one request")
    func new() {
        let conversation = Conversation()
        conversation.drain()
        #expect(conversation.record.closing == nil)
        conversation.receive(request() + request())
        #expect(conversation.record.statuses == [200])
        #expect(conversation.record.text.contains("\r\nConnection: close\r\n"))
        #expect(conversation.record.closing == .afterResponse)
    }

    @Test("waits briefly for the first request on a new connection after the listeners close")
    func newConnection() {
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
        let idle = Conversation()
        idle.wait(.seconds(1))
        idle.drain()
        idle.finish()
        #expect(idle.record.closing == .drained)
    }

    @Test("does not linger for a client whose request had no body")
    func early() {
        let conversation = Conversation(decide: { _ in .make(status: .notFound) })
        conversation.drain()
        conversation.receive(request())
        #expect(conversation.record.closing == .afterResponse)
    }

    @Test("waits for the response being made, and announces that it is the last")
    func responding() {
        let conversation = Conversation(respond: { _ in nil })
        conversation.receive(request())
        conversation.drain()
        #expect(!conversation.isIdle)
        conversation.respond(with: .make("late"))
        #expect(conversation.record.text.contains("\r\nConnection: close\r\n"))
        #expect(conversation.record.text.hasSuffix("late"))
        #expect(conversation.record.closing == .afterResponse)
    }

    @Test("waits for the response being sent")
    func sending() {
        let conversation = Conversation()
        conversation.isNetworkOpen = false
        conversation.receive(request())
        conversation.drain()
        #expect(conversation.record.closing == nil)
        conversation.send(conversation.bytesToSend)
        #expect(conversation.record.closing == .drained)
    }

    @Test("waits for the request being received")
    func partial() {
        let conversation = Conversation()
        conversation.receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n")
        conversation.drain()
        conversation.receive("\r\nabc")
        #expect(conversation.record.statuses == [200])
        #expect(conversation.record.closing == .afterResponse)
    }

    @Test("refuses new large bodies, but not those being received")
    func large() {
        let text = request("POST", fields: ["Content-Length: 100000"])
        let late = Conversation()
        late.drain()
        late.receive(text)
        #expect(late.record.refusals == [.draining])
        #expect(late.record.statuses == [503])

        let arriving = Conversation()
        arriving.receive(text)
        arriving.drain()
        arriving.receive(String(repeating: "a", count: 100_000))
        #expect(arriving.record.statuses == [200])
    }

    @Test("does not linger for a client that has its response")
    func lingering() {
        let conversation = Conversation()
        conversation.receive(request(fields: ["Connection: close"]))
        #expect(conversation.record.closing == nil)
        conversation.drain()
        #expect(conversation.record.closing == .afterResponse)
    }
}
