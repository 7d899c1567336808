// SPDX-License-Identifier: Apache-2.0

import HTTP

/// Keeps the resident memory of the process close to the usage recorded in the budget.
///
/// While usage is low, freed memory is kept for reuse, which saves the kernel from clearing pages.
/// When usage is high, large arrays are mapped and unmapped one by one, and free memory between
/// others is returned to the kernel.
final class Heap: Sendable {
    private let state: Guarded<State>
    /// The limit of the budget in bytes.
    private let limit: Int

    private struct State {
        /// The resident memory in bytes when nothing was in use.
        let idle: Int
        /// Whether usage is high.
        var isTight = false
        /// The time at which free memory was last returned.
        var returned = Instant(nanoseconds: .min)
    }

    /// The amount of free memory, in bytes, that is not worth returning.
    private static let slack = 24 * 1_024 * 1_024
    /// The minimum time between two returns, each of which walks the whole heap.
    private static let pause = Duration.milliseconds(50)

    /// Configures the heap.
    ///
    /// - Parameter limit: The limit of the budget in bytes.
    init(limit: Int) {
        self.limit = limit
        SystemCall.keepFreedMemory()
        state = Guarded(State(idle: SystemCall.residentBytes()))
    }

    /// Prepares for a reservation of `bytes` bytes while `used` bytes are in use.
    func prepare(for bytes: Int, besides used: Int) {
        // Free memory is at most the memory in use before usage became high, a part of the limit
        // that is small enough to be held in addition.
        let isTight = used + bytes > limit / 8
        let now = SystemCall.now()
        let mustReturn = state.withLock { state in
            if isTight != state.isTight, isTight || used < limit / 16 {
                state.isTight = isTight
                SystemCall.mapLargeBlocks(isTight)
            }
            guard state.isTight, state.returned.advanced(by: Self.pause) <= now else {
                return false
            }
            let resident = SystemCall.residentBytes() - state.idle
            // Reserved memory may not have been written to yet, so more may be free than the
            // difference shows.
            let isNearLimit = resident + bytes > limit - limit / 8
            guard isNearLimit || resident - used > Self.slack else { return false }
            state.returned = now
            return true
        }
        if mustReturn { SystemCall.returnFreedMemory() }
    }
}
