// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The memory that a large request is expected to need, claimed before its body is read.
///
/// A claim reserves nothing: it only orders large requests in time. One that has been granted lets
/// its request begin; until then the request holds nothing and its body stays unread. Thus requests
/// never wait for each other in a cycle. A claim ends when it is deallocated.
package final class MemoryClaim: Sendable {
    private let queue: MemoryQueue
    private let number: Int

    fileprivate init(_ queue: MemoryQueue, _ number: Int) {
        self.queue = queue
        self.number = number
    }

    deinit { queue.end(number) }

    /// Whether the request may begin.
    package var isGranted: Bool { queue.isGranted(number) }

    /// Sets the action to take when the claim is granted; it is called at once if it already is.
    package func whenGranted(_ notify: @escaping @Sendable () -> Void) {
        queue.setNotification(number, notify)
    }

    /// Replaces the number of bytes.
    func resize(to bytes: Int) { queue.resize(number, to: bytes, isPrompt: true) }

    /// Reduces the claim of a slow client to the bytes held, so that no other waits for it alone.
    func reduce(to bytes: Int) { queue.resize(number, to: bytes, isPrompt: false) }
}

extension MemoryClaim {
    /// The bytes of memory for each byte of a body of which nothing is known but its length: a
    /// number of two bytes occupies eight, and up to five times as much with its results.
    private static let bytesPerByte = 24.0

    /// The memory of a request with its result, in multiples of that for its numbers.
    private static let resultFactor = 3.0

    /// The memory of any large request besides its numbers, in bytes.
    private static let ownBytes = 4.0 * 1_024 * 1_024

    /// The memory of a request of which only sums are kept, in bytes: three segments of its body, and some
    /// rows with the memory to evaluate them.
    static let streamBytes = 3 * BodySegment.maximumBytes + 4 * 1_024 * 1_024

    /// Returns an estimate as an integer: a client may announce any length.
    private static func bytes(_ estimate: Double) -> Int { Int(min(estimate, 0x1p62)) }

    /// Estimates the memory that a request will need.
    ///
    /// - Parameters:
    ///   - length: The length of its body in bytes.
    ///   - processed: The bytes of the body that have been processed.
    ///   - footprint: The memory in bytes that is held for these.
    /// - Returns: The memory in bytes.
    static func forecast(length: Int, processed: Int = 0, footprint: Int = 0) -> Int {
        guard processed > 0 else { return bytes(bytesPerByte * Double(length)) }
        let density = Double(footprint) / Double(processed)
        return bytes(ownBytes + resultFactor * density * Double(length))
    }
}

/// The claims of large requests, granted in the order of their arrival while they fit.
final class MemoryQueue: Sendable {
    private let state: Mutex<State>

    fileprivate struct Entry {
        let number: Int
        var bytes: Int
        var isGranted = false
        /// Whether the client is fast enough for others to wait for it.
        var isPrompt = true
        var notify: (@Sendable () -> Void)?
    }

    fileprivate struct State {
        /// The sum of granted claims, in bytes, beyond which no further claim is granted.
        let limit: Int
        /// All claims, oldest first.
        var entries: [Entry] = []
        var lastNumber = 0
    }

    /// Creates a queue without claims.
    ///
    /// - Parameter limit: The maximum sum of granted claims in bytes.
    init(limit: Int) {
        state = Mutex(State(limit: limit))
    }

    /// The number of claims that have not been granted.
    var waitingCount: Int { state.withLock { $0.entries.count { !$0.isGranted } } }

    /// Adds a claim, which is granted at once if it fits and no other is waiting.
    func claim(_ bytes: Int) -> MemoryClaim {
        let number = state.withLock { state in
            state.lastNumber += 1
            state.entries.append(Entry(number: state.lastNumber, bytes: state.bounded(bytes)))
            _ = state.grant()
            return state.lastNumber
        }
        return MemoryClaim(self, number)
    }

    fileprivate func isGranted(_ number: Int) -> Bool {
        state.withLock { state in
            state.index(of: number).map { state.entries[$0].isGranted } ?? false
        }
    }

    fileprivate func setNotification(_ number: Int, _ notify: @escaping @Sendable () -> Void) {
        let isGranted = state.withLock { state in
            guard let index = state.index(of: number) else { return false }
            if !state.entries[index].isGranted { state.entries[index].notify = notify }
            return state.entries[index].isGranted
        }
        if isGranted { notify() }
    }

    fileprivate func resize(_ number: Int, to bytes: Int, isPrompt: Bool) {
        change { state in
            guard let index = state.index(of: number) else { return }
            state.entries[index].bytes = state.bounded(bytes)
            state.entries[index].isPrompt = isPrompt
        }
    }

    fileprivate func end(_ number: Int) {
        change { state in
            if let index = state.index(of: number) { state.entries.remove(at: index) }
        }
    }

    /// Changes the claims, then grants those that fit.
    private func change(_ body: (inout State) -> Void) {
        let notifications = state.withLock { state in
            body(&state)
            return state.grant()
        }
        for notify in notifications { notify() }
    }
}

extension MemoryQueue.State {
    /// Limits a claim to the bytes that there are, so that the largest request can be granted alone.
    func bounded(_ bytes: Int) -> Int { max(0, min(bytes, limit)) }

    func index(of number: Int) -> Int? { entries.firstIndex { $0.number == number } }

    /// Whether a claim fits beside those that have been granted.
    ///
    /// It always does if no prompt client holds one, however large, so that every request gets its turn.
    private func fits(_ claim: MemoryQueue.Entry) -> Bool {
        let granted = entries.filter { $0.isGranted }
        return !granted.contains { $0.isPrompt }
            || granted.reduce(claim.bytes) { $0 + $1.bytes } <= limit
    }

    /// Grants claims in order, and returns the actions to take for them.
    ///
    /// None overtakes an older one, which might otherwise wait forever.
    mutating func grant() -> [@Sendable () -> Void] {
        var notifications: [@Sendable () -> Void] = []
        while let index = entries.firstIndex(where: { !$0.isGranted }), fits(entries[index]) {
            entries[index].isGranted = true
            if let notify = entries[index].notify.take() { notifications.append(notify) }
        }
        return notifications
    }
}
