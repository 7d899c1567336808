// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The bytes of bodies and answers that all connections together keep in memory.
final class MemoryBudget: Sendable {
    private let limit: Int
    private let used = Atomic(0)

    init(limit: Int) {
        self.limit = limit
    }

    /// Takes note of bytes that are kept from now on, or given back where the number is negative.
    func charge(_ bytes: Int) {
        used.add(bytes, ordering: .relaxed)
    }

    /// Whether more is kept than there should be.
    var isExceeded: Bool { used.load(ordering: .relaxed) > limit }
}
