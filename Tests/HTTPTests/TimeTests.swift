// SPDX-License-Identifier: Apache-2.0

import HTTP
import Testing

@Suite("A deadline") struct TimeTests {
    @Test("closes an idle connection silently")
    func idle() {
        let conversation = Conversation()
        conversation.receive(request())
        conversation.wait(.seconds(74))
        #expect(conversation.record.closing == nil)
        conversation.wait(.seconds(1))
        #expect(conversation.record.closing == .idle)
        #expect(conversation.record.statuses == [200])
    }

    @Test("closes a connection without any request")
    func silent() {
        let conversation = Conversation()
        conversation.wait(.seconds(50))
        conversation.receive("\r\n")
        conversation.wait(.seconds(25))
        #expect(conversation.record.closing == .idle)
        #expect(conversation.record.sent.isEmpty)
    }

    @Test("applies to a head, however steadily it arrives")
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

    @Test("applies to a body that pauses")
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

    @Test("applies to a body that is too slow")
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

    @Test("does not apply while a response is being made")
    func responding() {
        let conversation = Conversation(respond: { _ in nil })
        conversation.receive(request())
        conversation.wait(.seconds(1_000_000))
        #expect(conversation.record.closing == nil)
        conversation.respond(with: .make())
        #expect(conversation.record.statuses == [200])
    }

    @Test("applies to a client that does not read its response")
    func sending() {
        var limits = Limits()
        limits.responseMinimumRate = 0
        let conversation = Conversation(limits: limits, respond: { _ in .make("result") })
        conversation.isNetworkOpen = false
        conversation.receive(request())
        conversation.wait(.seconds(29))
        conversation.send(1)
        conversation.wait(.seconds(29))
        #expect(conversation.record.closing == nil)
        conversation.wait(.seconds(1))
        #expect(conversation.record.closing == .responseStalled)
    }

    @Test("applies to a lingering connection")
    func lingering() {
        let silent = Conversation()
        silent.receive("GET\r\n")
        silent.wait(.seconds(5))
        #expect(silent.record.closing == .afterResponse)

        let active = Conversation()
        active.receive("GET\r\n")
        for _ in 0..<29 {
            active.wait(.seconds(1))
            active.receive("more")
        }
        #expect(active.record.closing == nil)
        active.wait(.seconds(1))
        #expect(active.record.closing == .afterResponse)
    }

    @Test("restarts for the next request")
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

    @Test("applies to a response that is read too slowly")
    func responseRate() {
        var limits = Limits()
        limits.responseMinimumRate = 100
        let conversation = Conversation(
            limits: limits,
            respond: { _ in .make(String(repeating: "a", count: 1_000_000)) }
        )
        conversation.isNetworkOpen = false
        conversation.receive(request())
        // Half of the minimum rate: too little once the stall time has passed.
        for _ in 0..<29 {
            conversation.send(50)
            conversation.wait(.seconds(1))
        }
        #expect(conversation.record.closing == nil)
        conversation.send(50)
        conversation.wait(.seconds(1))
        #expect(conversation.record.closing == .responseStalled)
    }

    @Test("does not apply to a response that is read fast enough, however long it is")
    func sufficientRate() {
        var limits = Limits()
        limits.responseMinimumRate = 100
        let conversation = Conversation(
            limits: limits,
            respond: { _ in .make(String(repeating: "a", count: 1_000_000)) }
        )
        conversation.isNetworkOpen = false
        conversation.receive(request())
        for _ in 0..<200 {
            conversation.send(120)
            conversation.wait(.seconds(1))
        }
        #expect(conversation.record.closing == nil)
    }

    @Test("is shifted by the time the process was suspended")
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
