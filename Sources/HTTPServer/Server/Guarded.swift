// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// State protected by a lock: a `Mutex` that works with the thread sanitizer.
///
/// A thread that waits for a `Mutex` acquires it inside a library that is not instrumented, and the
/// sanitizer then reports a false race. It sees the flag instead, which is only accessed under the
/// lock.
package struct Guarded<State: ~Copyable>: ~Copyable, Sendable {
    private let mutex: Mutex<State>
    private let flag = Atomic(false)

    package init(_ state: consuming sending State) {
        mutex = Mutex(state)
    }

    /// Runs `body` with exclusive access to the state.
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
