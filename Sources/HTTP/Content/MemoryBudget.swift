// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The memory that requests and responses may use, across all connections.
///
/// A part is reserved for small requests, so that they are served while large ones use up the rest.
package final class MemoryBudget: Sendable {
    /// The limit in bytes.
    package let limit: Int
    /// The part of the limit, in bytes, that only small holders may use.
    private let reservedForSmall: Int
    /// The claims of large requests on the rest.
    private let queue: MemoryQueue
    /// The maximum memory, in bytes, for the text of a request while it is received and read: the
    /// segments that arrive, wait and are read.
    ///
    /// How much of it is in use depends on how busy the workers are. A request is taken to need all of it, so
    /// that whether it can ever fit depends on nothing else.
    let textBytes: Int
    private let gauges: Gauges
    private let prepare: @Sendable (_ bytes: Int, _ used: Int) -> Void

    /// The maximum size in bytes of a small holder.
    private static let smallBytes = 256 * 1_024
    /// The maximum size in bytes of the segments of one request.
    private static let segmentBytes = 3 * BodySegment.maximumCapacity
    /// The size in bytes from which a reservation is announced to `prepare`.
    private static let largeBytes = 1_024 * 1_024

    /// Creates a budget with nothing in use.
    ///
    /// - Parameters:
    ///   - limit: The limit in bytes.
    ///   - gauges: The gauges that count the bytes in use.
    ///   - prepare: Called before a megabyte or more is reserved, with the size of the reservation
    ///     and the bytes already in use.
    package init(
        limit: Int,
        gauges: Gauges = Gauges(),
        prepare: @escaping @Sendable (_ bytes: Int, _ used: Int) -> Void = { _, _ in }
    ) {
        self.limit = limit
        self.gauges = gauges
        gauges.memoryLimit.store(limit, ordering: .relaxed)
        reservedForSmall = min(limit / 4, 16 * 1_024 * 1_024)
        queue = MemoryQueue(limit: limit - reservedForSmall)
        textBytes = min(Self.segmentBytes, (limit - reservedForSmall) / 4)
        self.prepare = prepare
    }

    /// The number of bytes in use.
    package var usedBytes: Int { gauges.memoryBytes.load(ordering: .relaxed) }

    /// Adds to the bytes in use, regardless of the limit; a negative number releases bytes.
    package func charge(_ bytes: Int) {
        gauges.memoryBytes.add(bytes, ordering: .relaxed)
    }

    /// The reason to refuse `bytes` more to a holder of `held` bytes; `nil` if there is room.
    package func refusal(for bytes: Int, holding held: Int) -> Refusal? {
        if usedBytes + bytes <= allowance(for: held + bytes) { return nil }
        return canHold(held + bytes) ? .memoryExhausted : .excessiveMemory
    }

    /// Returns whether a holder of `bytes` bytes in all fits while nothing else is in use.
    func canHold(_ bytes: Int) -> Bool { bytes <= allowance(for: bytes) }

    /// Reserves bytes for a holder of `held` bytes; returns `false`, and reserves nothing, if they
    /// exceed the limit.
    package func reserve(_ bytes: Int, holding held: Int) -> Bool {
        let inUse = gauges.memoryBytes.add(bytes, ordering: .relaxed).newValue
        guard inUse <= allowance(for: held + bytes) else {
            gauges.memoryBytes.subtract(bytes, ordering: .relaxed)
            return false
        }
        if bytes >= Self.largeBytes { prepare(bytes, inUse - bytes) }
        return true
    }

    /// Claims the memory that a large request is expected to need.
    func claim(_ bytes: Int) -> MemoryClaim { queue.claim(bytes) }

    /// The number of large requests that wait for memory.
    var waitingClaims: Int { queue.waitingCount }

    private func allowance(for held: Int) -> Int {
        held <= Self.smallBytes ? limit : limit - reservedForSmall
    }
}

/// The memory reserved for one request while it is processed on workers.
///
/// Memory is reserved here before it is allocated, so that the budget holds at all times. The
/// account releases everything when it is deallocated.
package final class MemoryAccount: Sendable {
    private let budget: MemoryBudget
    /// Kept until the memory has been released, so that the next request finds it.
    private let claim: MemoryClaim?
    /// Tells whether the request is no longer processed, so that nothing more is reserved for it.
    package let cancellation: Cancellation
    private let reserved: Atomic<Int>
    /// The reserved bytes that are for text.
    private let text: Atomic<Int>
    /// The bytes that the request may yet need for text.
    private let textMaximum: Atomic<Int>
    private let fault = Atomic(Fault.none)

    private enum Fault: UInt8, AtomicRepresentable {
        case none
        case exhausted
        case excessive
    }

    /// Creates an account.
    ///
    /// - Parameters:
    ///   - budget: The budget to reserve from.
    ///   - bytes: The bytes that a previous holder has already reserved and hands over.
    ///   - text: The bytes among these that are for text; `nil` if no text is to be read.
    ///   - claim: The claim to memory of the request, if it has one.
    ///   - cancellation: Tells whether the request is no longer processed.
    package init(
        _ budget: MemoryBudget,
        adopting bytes: Int = 0,
        text: Int? = nil,
        claim: MemoryClaim? = nil,
        cancellation: Cancellation = Cancellation()
    ) {
        self.budget = budget
        self.claim = claim
        self.cancellation = cancellation
        reserved = Atomic(bytes)
        self.text = Atomic(text ?? 0)
        textMaximum = Atomic(text == nil ? 0 : budget.textBytes)
    }

    deinit { budget.charge(-reserved.load(ordering: .relaxed)) }

    /// The number of bytes reserved and not released.
    package var bytes: Int { reserved.load(ordering: .relaxed) }

    /// Reserves bytes; returns `false` if they exceed the budget, and ``refusal`` then gives the
    /// reason, or if the request is no longer processed.
    package func reserve(_ bytes: Int) -> Bool { reserve(bytes, ofText: 0) }

    /// Reserves bytes for text.
    package func reserveText(_ bytes: Int) -> Bool { reserve(bytes, ofText: bytes) }

    /// Releases bytes reserved for text.
    package func releaseText(_ bytes: Int) {
        text.subtract(bytes, ordering: .relaxed)
        release(bytes)
    }

    /// Records that all text has been read and nothing but `kept` bytes is held.
    func endText(keeping kept: Int) {
        text.store(0, ordering: .relaxed)
        textMaximum.store(0, ordering: .relaxed)
        release(max(0, bytes - kept))
    }

    /// Reserves bytes, of which `textBytes` are for text.
    ///
    /// First decides whether the request can ever fit, by its own needs alone: memory held by others
    /// must not change the reason for a refusal.
    private func reserve(_ bytes: Int, ofText textBytes: Int) -> Bool {
        guard !cancellation.isCancelled else { return false }
        let held = self.bytes
        let text = self.text.load(ordering: .relaxed) + textBytes
        let furtherText = max(0, textMaximum.load(ordering: .relaxed) - text)
        guard budget.canHold(held + bytes + furtherText) else {
            fault.store(.excessive, ordering: .relaxed)
            return false
        }
        guard budget.reserve(bytes, holding: held) else {
            fault.store(.exhausted, ordering: .relaxed)
            return false
        }
        reserved.add(bytes, ordering: .relaxed)
        self.text.store(text, ordering: .relaxed)
        return true
    }

    /// Transfers all reserved bytes to another holder, which must release them; returns their
    /// number.
    package func transfer() -> Int { reserved.exchange(0, ordering: .relaxed) }

    /// Releases all reserved bytes.
    package func releaseAll() { budget.charge(-transfer()) }

    /// Releases reserved bytes.
    package func release(_ bytes: Int) {
        reserved.subtract(bytes, ordering: .relaxed)
        budget.charge(-bytes)
    }

    /// Whether to stop processing the request: it is refused, or no longer needed.
    package var endsWork: Bool { refusal != nil || cancellation.isCancelled }

    /// The reason to refuse the request; `nil` if every reservation succeeded.
    package var refusal: Refusal? {
        switch fault.load(ordering: .relaxed) {
        case .none: nil
        case .exhausted: .memoryExhausted
        case .excessive: .excessiveMemory
        }
    }
}
