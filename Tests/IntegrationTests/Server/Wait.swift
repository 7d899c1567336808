// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Waits with a time limit.
enum Wait {
    /// Waits until a descriptor is readable or at its end; returns `false` after the time limit.
    static func forInput(on descriptor: Int32, until end: ContinuousClock.Instant) -> Bool {
        while true {
            let left = ContinuousClock.now.duration(to: end)
            guard left > .zero else { return false }
            let milliseconds =
                left.components.seconds * 1_000
                + left.components.attoseconds / 1_000_000_000_000_000 + 1
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            // Safe: the pointer refers to one entry, as stated.
            let count = unsafe poll(&entry, 1, Int32(milliseconds))
            if count > 0 { return true }
            if count < 0, errno != EINTR { return false }
        }
    }
}
