// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import Testing

/// Large bodies on connections that share a budget of 48 MiB for large requests.
@Suite("A large body") struct MemoryClaimTests {
    private static let mebibyte = 1_024 * 1_024
    private static let length = 5 * mebibyte

    private let budget = MemoryBudget(limit: 64 * Self.mebibyte)
    private let head = request(
        "POST",
        fields: ["Content-Length: \(Self.length)", "Expect: 100-continue"]
    )
    private let body = [UInt8](repeating: UInt8(ascii: "a"), count: Self.length)

    private func conversation(
        _ limits: Limits = Limits(),
        respond: @escaping (Request) -> Response? = { _ in .make("done") }
    ) -> Conversation {
        Conversation(limits: limits, budget: budget, respond: respond)
    }

    @Test("is read at once if no other is")
    func alone() {
        let only = conversation()
        only.receive(head)
        #expect(only.record.statuses == [100])
        only.receive(body)
        #expect(only.record.statuses == [100, 200])
    }

    @Test("may announce any length that the limit on bodies allows")
    func announced() {
        var limits = Limits()
        limits.bodyBytes = .max
        let only = conversation(limits)
        only.receive(
            request("POST", fields: ["Content-Length: \(Int.max)", "Expect: 100-continue"])
        )
        #expect(only.record.statuses == [100])
        only.receive(body)
        #expect(only.record.refusals == [])
    }

    @Test("waits, unread, until earlier ones have their responses")
    func order() {
        let all = (0..<3).map { _ in conversation(respond: { _ in nil }) }
        for one in all { one.receive(head) }
        #expect(all.map { $0.record.statuses } == [[100], [], []])
        for (index, one) in all.enumerated() {
            for other in all { other.admit() }
            #expect(all.count { !$0.record.statuses.isEmpty } == index + 1)
            one.receive(body)
            #expect(one.record.requests.count == 1)
            one.respond(with: .make("done"))
            #expect(one.record.statuses == [100, 200])
        }
    }

    @Test("holds no memory while it waits")
    func footprint() {
        let first = conversation()
        let second = conversation()
        first.receive(head)
        second.receive(head)
        #expect(second.footprint == head.utf8.count)
    }

    @Test("is read beside others that leave enough memory")
    func together() {
        let budget = MemoryBudget(limit: 96 * Self.mebibyte)
        let short = request("POST", fields: ["Content-Length: 1500000", "Expect: 100-continue"])
        let all = (0..<4).map { _ in Conversation(budget: budget) }
        for one in all { one.receive(short) }
        #expect(all.map { $0.record.statuses } == [[100], [100], [], []])
    }

    @Test("proceeds when an earlier one turns out to need little")
    func forecast() {
        let first = conversation()
        let second = conversation()
        first.receive(head)
        second.receive(
            request("POST", fields: ["Content-Length: 1200000", "Expect: 100-continue"])
        )
        #expect(second.record.statuses == [])
        // The intake of the tests holds one byte for each.
        first.receive(Array(body.prefix(600_000)))
        second.admit()
        #expect(second.record.statuses == [100])
    }

    @Test("proceeds when an earlier one disappears, is refused, or is followed by the next request")
    func ends() {
        var first: Conversation? = conversation()
        let second = conversation()
        let third = conversation()
        for one in [first, second, third] { one?.receive(head) }
        first = nil
        second.admit()
        #expect(second.record.statuses == [100])
        second.refuse(.tooManyWaiting)
        third.admit()
        #expect(third.record.statuses == [100])
    }

    @Test("proceeds when an earlier one is slow")
    func slow() {
        let first = conversation()
        let second = conversation()
        first.receive(head)
        first.receive(Array(body.prefix(100_000)))
        second.receive(head)
        // A second, and the time for 100,000 bytes at a mebibyte per second.
        first.wait(.milliseconds(1_094))
        second.admit()
        #expect(second.record.statuses == [])
        first.wait(.milliseconds(1))
        second.admit()
        #expect(second.record.statuses == [100])
        // The slow one is not refused.
        first.receive(Array(body.dropFirst(100_000)))
        #expect(first.record.statuses == [100, 200])
    }

    @Test("waits for an earlier one that only the server delays")
    func serverDelay() {
        let first = conversation()
        let second = conversation()
        first.receive(head)
        second.receive(head)
        first.areJobsHeld = true
        let rest = first.receiveInPlace(body)
        first.wait(.seconds(20))
        first.completeJob()
        first.wait(.milliseconds(1))
        second.admit()
        #expect(second.record.statuses == [])
        first.areJobsHeld = false
        first.completeJob()
        first.receive(Array(rest))
        #expect(first.record.statuses == [100, 200])
    }

    @Test("proceeds when the response to an earlier one is read slowly")
    func slowReader() {
        let first = conversation(respond: { _ in .make(String(repeating: "b", count: 5_000)) })
        let second = conversation()
        first.receive(head)
        second.receive(head)
        first.isNetworkOpen = false
        first.receive(body)
        first.wait(.milliseconds(999))
        second.admit()
        #expect(second.record.statuses == [])
        first.wait(.milliseconds(1))
        second.admit()
        #expect(second.record.statuses == [100])
        #expect(first.record.closing == nil)
    }

    @Test("is refused when it has waited too long")
    func tooLong() {
        let first = conversation()
        let second = conversation()
        first.receive(head)
        second.receive(head)
        second.wait(.seconds(29))
        #expect(second.record.refusals == [])
        second.wait(.seconds(1))
        #expect(second.record.refusals == [.memoryExhausted])
        #expect(second.record.statuses == [503])
        // It has left the queue.
        let third = conversation()
        third.receive(head)
        first.receive(body)
        third.admit()
        #expect(third.record.statuses == [100])
    }

    @Test("is refused when too many wait")
    func tooMany() {
        var limits = Limits()
        limits.waitingJobs = 1
        let all = (0..<3).map { _ in conversation(limits) }
        for one in all { one.receive(head) }
        #expect(all[1].record.refusals == [])
        #expect(all[2].record.refusals == [.tooManyWaiting])
    }

    @Test("does not delay short ones")
    func short() {
        let first = conversation()
        first.receive(head)
        let other = conversation()
        other.receive(request("POST", fields: ["Content-Length: 3"], body: "abc"))
        #expect(other.record.statuses == [200])
    }
}
