// SPDX-License-Identifier: Apache-2.0

import HTTP

/// Keeps the memory of the process near what its budget says is in use.
///
/// As long as little is in use, freed memory is kept for what comes next, which saves the kernel from
/// clearing pages. Where much is in use, that would come on top of it: then large arrays are got from
/// the kernel and given back to it one by one, and what lies free between others is given back too.
final class Heap: Sendable {
    private let state: Guarded<State>
    /// The budget's limit.
    private let limit: Int

    private struct State {
        /// The resident memory when nothing was in use.
        let idle: Int
        /// Whether much is in use.
        var isTight = false
        /// When free memory was last given back.
        var returned = Instant(nanoseconds: .min)
    }

    /// Free memory that is not worth the time to give it back.
    private static let slack = 24 * 1_024 * 1_024
    /// The shortest time between two returns: each walks through all that is free.
    private static let pause = Duration.milliseconds(50)

    /// - Parameter limit: The bytes of the budget.
    init(limit: Int) {
        self.limit = limit
        SystemCall.keepFreedMemory()
        state = Guarded(State(idle: SystemCall.residentBytes()))
    }

    /// Makes ready for so many bytes to be taken, while others are in use.
    func prepare(for bytes: Int, besides used: Int) {
        // What is free is at most what was in use before much was: a part of the limit that is
        // small enough to come on top of it.
        let isTight = used + bytes > limit / 8
        let now = SystemCall.now()
        let mustReturn = state.withLock { state in
            if isTight != state.isTight, isTight || used < limit / 16 {
                state.isTight = isTight
                SystemCall.giveBackLargeBlocks(isTight)
            }
            guard state.isTight, state.returned.advanced(by: Self.pause) <= now else {
                return false
            }
            let resident = SystemCall.residentBytes() - state.idle
            // Of what is in use not all may have been written to, so that more may lie free than
            // the difference tells.
            let isNearLimit = resident + bytes > limit - limit / 8
            guard isNearLimit || resident - used > Self.slack else { return false }
            state.returned = now
            return true
        }
        if mustReturn { SystemCall.returnFreedMemory() }
    }
}
