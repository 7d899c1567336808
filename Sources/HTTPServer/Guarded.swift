// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// State behind a lock: a `Mutex` that the thread sanitizer can follow.
///
/// A thread that has to wait for a `Mutex` takes it inside a library the sanitizer does not see, and
/// is then accused of a race. The flag, touched only under the lock, is what it sees instead.
package struct Guarded<State: ~Copyable>: ~Copyable, Sendable {
    private let mutex: Mutex<State>
    private let flag = Atomic(false)

    package init(_ state: consuming sending State) {
        mutex = Mutex(state)
    }

    /// Runs `body` while nobody else has the state.
    package borrowing func withLock<Result: ~Copyable>(
        _ body: (inout sending State) -> sending Result
    ) -> sending Result {
        mutex.withLock { state in
            _ = flag.load(ordering: .acquiring)
            defer { flag.store(true, ordering: .releasing) }
            return body(&state)
        }
    }
}
