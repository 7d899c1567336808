// SPDX-License-Identifier: Apache-2.0

import HTTP
import Synchronization

/// How many connections there are, on all loops together.
final class ConnectionCount: Sendable {
    private let limit: Int
    private let count = Atomic(0)

    /// Connections beyond the limit that are told so before they are closed; any more are closed
    /// without a word.
    private static let refusals = 256

    /// What to do with a connection that has just come in.
    enum Admission {
        case serve
        case refuse
        case drop
    }

    init(limit: Int) {
        self.limit = limit
    }

    /// Counts a connection that has come in.
    func add() -> Admission {
        let count = count.add(1, ordering: .relaxed).newValue
        if count <= limit { return .serve }
        return count <= limit + Self.refusals ? .refuse : .drop
    }

    /// Counts off a connection that has been closed.
    func remove() {
        count.subtract(1, ordering: .relaxed)
    }
}
