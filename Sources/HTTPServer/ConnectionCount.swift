// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// How many connections there are, on all loops together.
final class ConnectionCount: Sendable {
    private let limit: Int
    private let count = Atomic(0)

    init(limit: Int) {
        self.limit = limit
    }

    /// Counts a connection that has come in; false if it is one too many.
    func add() -> Bool {
        count.add(1, ordering: .relaxed).newValue <= limit
    }

    /// Counts off a connection that has been closed.
    func remove() {
        count.subtract(1, ordering: .relaxed)
    }
}
