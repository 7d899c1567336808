// SPDX-License-Identifier: Apache-2.0

import HTTP
import Testing

@Suite("The pace of refusals") struct RefusalPaceTests {
    @Test("allows a number of refusals for lack of capacity in each second, and all others")
    func count() {
        var pace = RefusalPace()
        var now = Instant(nanoseconds: 0)
        for _ in 0..<3 {
            let allowed = (0..<1_000).filter { _ in pace.allows(.tooManyWaiting, at: now) }
            #expect(allowed == Array(0..<RefusalPace.perSecond))
            let late = pace.allows(.memoryExhausted, at: now.advanced(by: .milliseconds(999)))
            #expect(!late)
            for other in [Refusal.draining, .bodyTooLarge, .excessiveMemory, .tooManyConnections] {
                let isAllowed = pace.allows(other, at: now)
                #expect(isAllowed)
            }
            now = now.advanced(by: .seconds(1))
        }
    }

    @Test("holds back the response for a second, and frees the request at once")
    func holding() {
        let conversation = heldBack()
        #expect(conversation.record.refusals == [])
        // What is left is the head.
        #expect(conversation.footprint < 100)
        conversation.wait(.milliseconds(999))
        #expect(conversation.record.refusals == [])
        conversation.wait(.milliseconds(1))
        #expect(conversation.record.refusals == [.tooManyWaiting])
        #expect(conversation.record.statuses == [503])
        conversation.receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
        conversation.refuse(.tooManyWaiting)
        #expect(conversation.record.statuses == [503])
        conversation.wait(.seconds(1))
        #expect(conversation.record.statuses == [503, 503])
    }

    @Test("does not hold back responses during a drain")
    func draining() {
        let conversation = heldBack()
        conversation.drain()
        #expect(conversation.record.statuses == [503])
        #expect(conversation.record.closing == .afterResponse)
    }

    @Test("does not hold back the response to a client that sends nothing more")
    func halfClosed() {
        let conversation = heldBack()
        conversation.endDuringWork()
        #expect(conversation.record.statuses == [503])
    }

    @Test("ends with the connection")
    func broken() {
        let conversation = heldBack()
        conversation.reset()
        #expect(conversation.record.closing == .broken)
        conversation.wait(.seconds(1))
        #expect(conversation.record.refusals == [])
    }

    /// Returns a connection whose request is refused, with its response held back.
    private func heldBack() -> Conversation {
        let conversation = Conversation(respond: { _ in nil })
        conversation.holdsBackRefusals = true
        conversation.receive(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 300\r\n\r\n"
                + String(repeating: "a", count: 300)
        )
        conversation.refuse(.tooManyWaiting)
        return conversation
    }
}
