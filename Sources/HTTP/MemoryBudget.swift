// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The memory that requests and answers may take, all connections together.
///
/// A part of it is kept for small requests, so that they are served while large ones use up the
/// rest.
package final class MemoryBudget: Sendable {
    /// The most bytes in use at once.
    package let limit: Int
    /// The part of them that only small holders may use.
    private let reserve: Int
    private let gauges: Gauges
    private let prepare: @Sendable (_ bytes: Int, _ used: Int) -> Void

    /// The most bytes that a small holder has.
    private static let smallBytes = 256 * 1_024
    /// The bytes from which on the system is told before they are taken.
    private static let notableBytes = 1_024 * 1_024

    /// - Parameters:
    ///   - limit: The most bytes in use at once.
    ///   - gauges: Where the bytes in use are counted.
    ///   - prepare: Called before a megabyte or more is taken, with the bytes that are in use.
    package init(
        limit: Int,
        gauges: Gauges = Gauges(),
        prepare: @escaping @Sendable (_ bytes: Int, _ used: Int) -> Void = { _, _ in }
    ) {
        self.limit = limit
        self.gauges = gauges
        gauges.memoryLimit.store(limit, ordering: .relaxed)
        reserve = min(limit / 4, 16 * 1_024 * 1_024)
        self.prepare = prepare
    }

    /// The bytes that are in use.
    package var usedBytes: Int { gauges.memoryBytes.load(ordering: .relaxed) }

    /// Takes note of bytes that are in use, or given back where the number is negative, whatever
    /// the limit.
    package func charge(_ bytes: Int) {
        gauges.memoryBytes.add(bytes, ordering: .relaxed)
    }

    /// Whether a holder of some bytes may have more.
    package func hasRoom(for bytes: Int, holding held: Int) -> Bool {
        usedBytes + bytes <= most(held + bytes)
    }

    /// Takes bytes for a holder of some; false, with nothing taken, if there is no room.
    package func take(_ bytes: Int, holding held: Int) -> Bool {
        let inUse = gauges.memoryBytes.add(bytes, ordering: .relaxed).newValue
        guard inUse <= most(held + bytes) else {
            gauges.memoryBytes.subtract(bytes, ordering: .relaxed)
            return false
        }
        if bytes >= Self.notableBytes { prepare(bytes, inUse - bytes) }
        return true
    }

    /// Whether a holder could have so many bytes if nobody else had any.
    func couldHold(_ bytes: Int) -> Bool { bytes <= most(bytes) }

    private func most(_ held: Int) -> Int { held <= Self.smallBytes ? limit : limit - reserve }
}

/// The memory that is taken for a request while it is worked on beside the event loop.
///
/// Memory is taken here before it is allocated, so that the budget is kept at every moment. All of it
/// is given back when the account goes.
package final class MemoryAccount: Sendable {
    private let budget: MemoryBudget
    private let taken: Atomic<Int>
    private let fault = Atomic(Fault.none)

    private enum Fault: UInt8, AtomicRepresentable {
        case none
        case exhausted
        case excessive
    }

    /// - Parameters:
    ///   - budget: Where memory is taken from.
    ///   - bytes: What another holder leaves to it, and has taken from there.
    package init(_ budget: MemoryBudget, adopting bytes: Int = 0) {
        self.budget = budget
        taken = Atomic(bytes)
    }

    deinit { budget.charge(-taken.load(ordering: .relaxed)) }

    /// The bytes that have been taken and not been given back.
    package var bytes: Int { taken.load(ordering: .relaxed) }

    /// Takes bytes; false if there is no room, and then ``refusal`` says why.
    package func take(_ bytes: Int) -> Bool {
        let held = self.bytes
        guard budget.take(bytes, holding: held) else {
            let fault = budget.couldHold(held + bytes) ? Fault.exhausted : .excessive
            self.fault.store(fault, ordering: .relaxed)
            return false
        }
        taken.add(bytes, ordering: .relaxed)
        return true
    }

    /// Leaves what has been taken to another holder, who gives it back from now on; how much that
    /// is.
    package func handOver() -> Int { taken.exchange(0, ordering: .relaxed) }

    /// Gives back bytes that were taken.
    package func giveBack(_ bytes: Int) {
        taken.subtract(bytes, ordering: .relaxed)
        budget.charge(-bytes)
    }

    /// Why the request has to be refused; nil if all that was asked for was there.
    package var refusal: Refusal? {
        switch fault.load(ordering: .relaxed) {
        case .none: nil
        case .exhausted: .memoryExhausted
        case .excessive: .excessiveMemory
        }
    }
}
