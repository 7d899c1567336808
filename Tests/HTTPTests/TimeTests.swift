// SPDX-License-Identifier: Apache-2.0

import HTTP
import Testing

@Suite("Time") struct TimeTests {
    @Test("runs out for a connection at rest, silently")
    func idle() {
        let conversation = Conversation()
        conversation.receive(request())
        conversation.wait(.seconds(74))
        #expect(conversation.record.closing == nil)
        conversation.wait(.seconds(1))
        #expect(conversation.record.closing == .idle)
        #expect(conversation.record.statuses == [200])
    }

    @Test("runs out for a connection that never asks")
    func silent() {
        let conversation = Conversation()
        conversation.wait(.seconds(50))
        conversation.receive("\r\n")
        conversation.wait(.seconds(25))
        #expect(conversation.record.closing == .idle)
        #expect(conversation.record.sent.isEmpty)
    }

    @Test("runs out for a head, however steadily it comes")
    func head() {
        let conversation = Conversation()
        conversation.wait(.seconds(20))
        for byte in "GET / HTT" {
            conversation.receive(String(byte))
            conversation.wait(.seconds(1))
        }
        #expect(conversation.record.refusals.isEmpty)
        conversation.wait(.seconds(1))
        #expect(conversation.record.refusals == [.headTimeout])
        #expect(conversation.record.statuses == [408])
        #expect(conversation.record.text.contains("\r\nConnection: close\r\n"))
        #expect(conversation.record.hasShutDown)
    }

    @Test("runs out for a body that pauses")
    func bodyPause() {
        let conversation = Conversation()
        conversation.receive(request("POST", fields: ["Content-Length: 100000"]))
        for _ in 0..<3 {
            conversation.receive(String(repeating: "a", count: 32 * 1_024))
            conversation.wait(.seconds(29))
        }
        #expect(conversation.record.refusals.isEmpty)
        conversation.wait(.seconds(1))
        #expect(conversation.record.refusals == [.bodyTimeout])
        #expect(conversation.record.statuses == [408])
        #expect(conversation.record.hasShutDown)
    }

    @Test("runs out for a body that only drips")
    func bodyRate() {
        let conversation = Conversation()
        conversation.receive(request("POST", fields: ["Content-Length: 100000"]))
        for _ in 0..<29 {
            conversation.receive("a")
            conversation.wait(.seconds(1))
        }
        #expect(conversation.record.refusals.isEmpty)
        conversation.receive("a")
        conversation.wait(.seconds(1))
        #expect(conversation.record.refusals == [.bodyTimeout])
    }

    @Test("never runs out for an answer that is being made")
    func answering() {
        let conversation = Conversation(respond: { _ in nil })
        conversation.receive(request())
        conversation.wait(.seconds(1_000_000))
        #expect(conversation.record.closing == nil)
        conversation.answer(.make())
        #expect(conversation.record.statuses == [200])
    }

    @Test("runs out for a client that does not take its answer")
    func sending() {
        var limits = Limits()
        limits.responseMinimumRate = 0
        let conversation = Conversation(limits: limits, respond: { _ in .make("answer") })
        conversation.isNetworkOpen = false
        conversation.receive(request())
        conversation.wait(.seconds(29))
        conversation.take(1)
        conversation.wait(.seconds(29))
        #expect(conversation.record.closing == nil)
        conversation.wait(.seconds(1))
        #expect(conversation.record.closing == .responseStalled)
    }

    @Test("runs out for a client that is to be heard to its end")
    func lingering() {
        let silent = Conversation()
        silent.receive("GET\r\n")
        silent.wait(.seconds(5))
        #expect(silent.record.closing == .afterResponse)

        let talkative = Conversation()
        talkative.receive("GET\r\n")
        for _ in 0..<29 {
            talkative.wait(.seconds(1))
            talkative.receive("more")
        }
        #expect(talkative.record.closing == nil)
        talkative.wait(.seconds(1))
        #expect(talkative.record.closing == .afterResponse)
    }

    @Test("begins anew for the next request")
    func next() {
        let conversation = Conversation()
        conversation.receive(request() + "GET")
        conversation.wait(.seconds(9))
        conversation.receive(" / HTTP/1.1\r\nHost: a\r\n\r\n")
        conversation.wait(.seconds(9))
        conversation.receive("GET")
        conversation.wait(.seconds(9))
        #expect(conversation.record.statuses == [200, 200])
        #expect(conversation.record.refusals.isEmpty)
    }

    @Test("runs out for an answer that is only sipped")
    func answerRate() {
        var limits = Limits()
        limits.responseMinimumRate = 100
        let conversation = Conversation(
            limits: limits,
            respond: { _ in .make(String(repeating: "a", count: 1_000_000)) }
        )
        conversation.isNetworkOpen = false
        conversation.receive(request())
        // Half of what is owed: after the stall time it is too little.
        for _ in 0..<29 {
            conversation.take(50)
            conversation.wait(.seconds(1))
        }
        #expect(conversation.record.closing == nil)
        conversation.take(50)
        conversation.wait(.seconds(1))
        #expect(conversation.record.closing == .responseStalled)
    }

    @Test("goes on for an answer that is taken fast enough, however long it is")
    func answerGoesOn() {
        var limits = Limits()
        limits.responseMinimumRate = 100
        let conversation = Conversation(
            limits: limits,
            respond: { _ in .make(String(repeating: "a", count: 1_000_000)) }
        )
        conversation.isNetworkOpen = false
        conversation.receive(request())
        for _ in 0..<200 {
            conversation.take(120)
            conversation.wait(.seconds(1))
        }
        #expect(conversation.record.closing == nil)
    }

    @Test("that the process did not run is nobody's fault")
    func frozen() {
        let beginnings = [
            "GET / HTTP/1.1\r\nHost: ", request("POST", fields: ["Content-Length: 5"], body: "a"),
            "",
        ]
        for beginning in beginnings {
            let conversation = Conversation()
            conversation.receive(beginning)
            conversation.freeze(.seconds(100))
            conversation.wait(.milliseconds(1))
            #expect(conversation.record.closing == nil && conversation.record.refusals.isEmpty)
            conversation.wait(.seconds(100))
            let record = conversation.record
            #expect(record.closing != nil || !record.refusals.isEmpty)
        }
    }
}
