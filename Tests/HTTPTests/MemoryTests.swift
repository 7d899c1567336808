// SPDX-License-Identifier: Apache-2.0

import Dispatch
import HTTP
import Synchronization
import Testing

@Suite("The memory budget") struct MemoryTests {
    private static let mebibyte = 1_024 * 1_024

    @Test("reserves a part for small holders")
    func reserve() {
        let budget = MemoryBudget(limit: 64 * Self.mebibyte)
        let large = MemoryAccount(budget)
        #expect(large.reserve(48 * Self.mebibyte))
        #expect(!large.reserve(1) && large.refusal == .excessiveMemory)
        let small = MemoryAccount(budget)
        #expect(small.reserve(256 * 1_024))
        // One more byte makes it a large holder.
        #expect(!small.reserve(1) && small.refusal == .memoryExhausted)
        #expect(budget.refusal(for: Self.mebibyte, holding: 0) == .memoryExhausted)
        #expect(budget.refusal(for: 100_000, holding: 0) == nil)
    }

    @Test("regains the bytes of an account that is deallocated")
    func account() {
        let budget = MemoryBudget(limit: 64 * Self.mebibyte)
        do {
            let account = MemoryAccount(budget)
            #expect(account.reserve(1_000) && account.reserve(500))
            account.release(300)
            #expect(account.bytes == 1_200 && budget.usedBytes == 1_200)
        }
        #expect(budget.usedBytes == 0)
    }

    @Test("transfers bytes between holders without releasing them")
    func transfer() {
        let budget = MemoryBudget(limit: 64 * Self.mebibyte)
        budget.charge(1_000)
        let account = MemoryAccount(budget, adopting: 1_000)
        #expect(account.reserve(500) && budget.usedBytes == 1_500)
        #expect(account.transfer() == 1_500 && budget.usedBytes == 1_500)
        #expect(account.bytes == 0)
    }

    @Test("distinguishes requests that can never succeed from those that may later")
    func kinds() {
        let budget = MemoryBudget(limit: 64 * Self.mebibyte)
        let other = MemoryAccount(budget)
        #expect(other.reserve(40 * Self.mebibyte))
        let waiting = MemoryAccount(budget)
        #expect(waiting.reserve(4 * Self.mebibyte) && waiting.refusal == nil)
        #expect(!waiting.reserve(30 * Self.mebibyte) && waiting.refusal == .memoryExhausted)
        let excessive = MemoryAccount(budget)
        #expect(excessive.reserve(4 * Self.mebibyte))
        #expect(!excessive.reserve(45 * Self.mebibyte) && excessive.refusal == .excessiveMemory)
        #expect(budget.usedBytes == 48 * Self.mebibyte)
    }

    /// Returns the refusal by an account that holds text and then reserves memory for numbers.
    private func verdict(in budget: MemoryBudget, text: Int, numbers: Int) -> Refusal? {
        let account = MemoryAccount(budget, text: 0)
        _ = account.reserveText(text) && account.reserve(numbers)
        return account.refusal
    }

    @Test(
        "calls a request excessive whatever others hold, and however much of its text is held",
        arguments: [0, 1, 10, 40, 47, 48]
    )
    func independence(others: Int) {
        for numbers in 1...60 {
            for text in [0, 1, 4] {
                let own = [numbers, text].map { $0 * Self.mebibyte }
                let empty = MemoryBudget(limit: 64 * Self.mebibyte)
                let alone = verdict(in: empty, text: 0, numbers: own[0])
                let shared = MemoryBudget(limit: 64 * Self.mebibyte)
                let other = MemoryAccount(shared)
                #expect(other.reserve(others * Self.mebibyte))
                let found = verdict(in: shared, text: own[1], numbers: own[0])
                #expect(alone == nil || alone == .excessiveMemory)
                // While others leave no room for its text, its numbers are not known.
                if others + text > 48 {
                    #expect(found == .memoryExhausted)
                } else {
                    #expect((found == .excessiveMemory) == (alone == .excessiveMemory))
                }
            }
        }
    }

    @Test("is never exceeded by concurrent reservations")
    func concurrency() {
        let budget = MemoryBudget(limit: 16 * Self.mebibyte)
        let maximum = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            for round in 1...200 {
                let account = MemoryAccount(budget)
                for _ in 0..<20 where account.reserve(round * 10_000) {
                    maximum.withLock { $0 = max($0, account.bytes) }
                }
            }
        }
        #expect(budget.usedBytes == 0)
        #expect(maximum.withLock { $0 } <= 12 * Self.mebibyte)
    }

    @Test("announces large reservations")
    func preparation() {
        let calls = Mutex<[[Int]]>([])
        let budget = MemoryBudget(limit: 64 * Self.mebibyte) { bytes, used in
            calls.withLock { $0.append([bytes, used]) }
        }
        let account = MemoryAccount(budget)
        #expect(account.reserve(1_000) && account.reserve(2 * Self.mebibyte))
        #expect(calls.withLock { $0 } == [[2 * Self.mebibyte, 1_000]])
    }
}
