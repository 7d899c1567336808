// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import Testing

@Suite("A client that leaves while a worker processes its request") struct AbandonmentTests {
    private static let interim = "HTTP/1.1 100 Continue\r\n\r\n"

    /// A conversation whose responses are deferred, as those of workers are.
    private func conversation(_ text: String) -> Conversation {
        let conversation = Conversation(respond: { _ in nil })
        conversation.receive(text)
        return conversation
    }

    @Test("gets an interim response, and its response if it has only half-closed")
    func halfClosed() {
        let conversation = conversation(request())
        conversation.endDuringWork()
        #expect(conversation.record.text == Self.interim)
        conversation.perform()
        conversation.respond(with: .make("result"))
        #expect(conversation.record.statuses == [100, 200])
        #expect(conversation.record.exchanges.map { $0.responseBytes } == [6])
    }

    @Test("gets one interim response, however many requests it has sent")
    func pipelined() {
        let conversation = conversation(request("GET", "/1") + request("GET", "/2"))
        conversation.endDuringWork()
        conversation.respond(with: .make("one"))
        conversation.endDuringWork()
        conversation.respond(with: .make("two"))
        #expect(conversation.record.statuses == [100, 200, 200])
        #expect(conversation.record.text.hasSuffix("two"))
        #expect(conversation.record.requests.map { $0.path } == ["/1", "/2"])
    }

    @Test("gets no interim response in HTTP/1.0")
    func http10() {
        let conversation = conversation(request(version: "HTTP/1.0"))
        conversation.endDuringWork()
        #expect(conversation.record.sent.isEmpty)
        conversation.respond(with: .make("result"))
        #expect(conversation.record.statuses == [200])
    }

    @Test("gets one even if it has been told to continue with its body")
    func expectation() {
        let fields = ["Content-Length: 3", "Expect: 100-continue"]
        let conversation = conversation(request("POST", fields: fields))
        conversation.receive("abc")
        conversation.endDuringWork()
        conversation.respond(with: .make())
        #expect(conversation.record.statuses == [100, 100, 200])
    }

    @Test("gets none once a response has begun, or before a request is complete")
    func noWork() {
        let responded = Conversation()
        responded.isNetworkOpen = false
        responded.receive(request())
        responded.endDuringWork()
        responded.isNetworkOpen = true
        responded.perform()
        #expect(responded.record.statuses == [200])

        let incomplete = Conversation()
        incomplete.receive(request("POST", fields: ["Content-Length: 3"], body: "a"))
        incomplete.endDuringWork()
        #expect(incomplete.record.sent.isEmpty)
        incomplete.end()
        #expect(incomplete.record.statuses == [400])
    }

    @Test("gets one while its body waits for the worker")
    func body() {
        let conversation = Conversation()
        conversation.areJobsHeld = true
        let body = [UInt8](repeating: 0x20, count: 4_000_000)
        conversation.receive(request("POST", fields: ["Content-Length: \(body.count)"]))
        let rest = conversation.receiveInPlace(body)
        #expect(!rest.isEmpty)
        conversation.endDuringWork()
        #expect(conversation.record.text == Self.interim)
        conversation.areJobsHeld = false
        conversation.completeJob()
        conversation.perform()
        conversation.receive(Array(rest))
        #expect(conversation.record.requests.map { $0.body.count } == [body.count])
        #expect(conversation.record.statuses == [100, 200])
    }

    @Test(
        "gets the whole interim response before its response, or none of it",
        arguments: 0...Self.interim.utf8.count
    )
    func blocked(count: Int) {
        let conversation = conversation(request())
        conversation.isNetworkOpen = false
        conversation.endDuringWork()
        #expect(conversation.bytesToSend == Self.interim.utf8.count)
        if count > 0 { conversation.send(count) }
        conversation.respond(with: .make("result"))
        conversation.isNetworkOpen = true
        conversation.perform()
        let response = "HTTP/1.1 200 OK\r\nDate: today\r\nContent-Length: 6\r\n\r\nresult"
        #expect(conversation.record.unnamed == (count > 0 ? Self.interim : "") + response)
    }

    @Test("has abandoned the connection if that breaks then, and not at any other time")
    func reset() {
        let working = conversation(request())
        working.reset()
        #expect(working.record.closing == .abandoned)
        let idle = conversation("")
        idle.reset()
        #expect(idle.record.closing == .broken)
        let responding = conversation(request())
        responding.isNetworkOpen = false
        responding.respond(with: .make())
        responding.reset()
        #expect(responding.record.closing == .broken)
    }

    @Test("has its work cancelled, which ends the reservation of memory")
    func cancellation() {
        let conversation = Conversation()
        conversation.areJobsHeld = true
        conversation.receive(request("POST", fields: ["Content-Length: 4000000"]))
        conversation.receive([UInt8](repeating: 0x20, count: 1_000_000))
        let job = conversation.jobs[0]
        #expect(!job.isCancelled)
        #expect(job.memory.reserve(1))
        conversation.cancelWork()
        #expect(job.isCancelled)
        #expect(job.memory.endsWork)
        #expect(!job.memory.reserve(1))
        #expect(job.memory.refusal == nil)
    }

    @Test("has its work cancelled if the request is refused meanwhile", arguments: [false, true])
    func refused(releasesBuffers: Bool) {
        let conversation = Conversation()
        conversation.releasesBuffers = releasesBuffers
        conversation.areJobsHeld = true
        conversation.receive(request("POST", fields: ["Content-Length: 4000000"]))
        conversation.receive([UInt8](repeating: 0x20, count: 1_000_000))
        conversation.end()
        #expect(conversation.record.refusals == [.incompleteRequest])
        #expect(conversation.cancellations.map { $0.isCancelled } == [true])
    }

    @Test("leaves work that has been finished as it is")
    func finished() {
        let conversation = Conversation()
        conversation.receive(request("POST", fields: ["Content-Length: 4000000"]))
        conversation.receive([UInt8](repeating: 0x20, count: 600_000))
        #expect(conversation.cancellations.count == 1)
        conversation.cancelWork()
        #expect(!conversation.cancellations[0].isCancelled)
    }

    @Test("gets no response that is still to be made")
    func discarded() {
        for isCancelled in [false, true] {
            let conversation = Conversation()
            conversation.areJobsHeld = true
            conversation.receive(request("POST", fields: ["Content-Length: 4000000"]))
            conversation.receive([UInt8](repeating: 0x20, count: 600_000))
            var job = conversation.jobs[0]
            if isCancelled { conversation.cancelWork() }
            #expect((job.respond() == nil) == isCancelled)
        }
    }
}
