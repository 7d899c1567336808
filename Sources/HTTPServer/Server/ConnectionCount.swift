// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The number of connections on all loops together.
final class ConnectionCount: Sendable {
    private let limit: Int
    private let count = Atomic(0)

    init(limit: Int) {
        self.limit = limit
    }

    /// Counts a new connection; returns `false` if it exceeds the limit.
    func add() -> Bool {
        count.add(1, ordering: .relaxed).newValue <= limit
    }

    /// Removes a closed connection from the count.
    func remove() {
        count.subtract(1, ordering: .relaxed)
    }
}
