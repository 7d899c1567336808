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
    private let gauges: Gauges
    private let prepare: @Sendable (_ bytes: Int, _ used: Int) -> Void

    /// The maximum size in bytes of a small holder.
    private static let smallBytes = 256 * 1_024
    /// The maximum size in bytes of the segments of one request that wait to be processed.
    private static let segmentBytes = 4 * 1_024 * 1_024
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
        usedBytes + bytes <= allowance(for: held + bytes)
            ? nil : refusal(ofRequestFor: held + bytes, holding: held)
    }

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

    /// The reason to refuse a request that needs `bytes` in all, of which it holds `held`.
    ///
    /// A request has some memory outside of its account, in segments that wait to be processed, so
    /// up to that much of what others use is taken for its own.
    func refusal(ofRequestFor bytes: Int, holding held: Int) -> Refusal {
        let outside = min(max(usedBytes - held, 0), Self.segmentBytes)
        return bytes + outside <= allowance(for: bytes) ? .memoryExhausted : .excessiveMemory
    }

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
    private let reserved: Atomic<Int>
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
    package init(_ budget: MemoryBudget, adopting bytes: Int = 0) {
        self.budget = budget
        reserved = Atomic(bytes)
    }

    deinit { budget.charge(-reserved.load(ordering: .relaxed)) }

    /// The number of bytes reserved and not released.
    package var bytes: Int { reserved.load(ordering: .relaxed) }

    /// Reserves bytes; returns `false` if they exceed the budget, and ``refusal`` then gives the
    /// reason.
    package func reserve(_ bytes: Int) -> Bool {
        let held = self.bytes
        guard budget.reserve(bytes, holding: held) else {
            let refusal = budget.refusal(ofRequestFor: held + bytes, holding: held)
            fault.store(refusal == .excessiveMemory ? .excessive : .exhausted, ordering: .relaxed)
            return false
        }
        reserved.add(bytes, ordering: .relaxed)
        return true
    }

    /// Transfers all reserved bytes to another holder, which must release them; returns their
    /// number.
    package func transfer() -> Int { reserved.exchange(0, ordering: .relaxed) }

    /// Releases reserved bytes.
    package func release(_ bytes: Int) {
        reserved.subtract(bytes, ordering: .relaxed)
        budget.charge(-bytes)
    }

    /// The reason to refuse the request; `nil` if every reservation succeeded.
    package var refusal: Refusal? {
        switch fault.load(ordering: .relaxed) {
        case .none: nil
        case .exhausted: .memoryExhausted
        case .excessive: .excessiveMemory
        }
    }
}
