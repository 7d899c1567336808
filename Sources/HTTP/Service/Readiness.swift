// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Whether the server accepts new work.
///
/// One instance is shared by the server, which sets it, and the readiness probe, which reads it.
package final class Readiness: Sendable {
    private let draining = Atomic(false)

    package init() {}

    /// Whether the server is draining; once true, it stays true.
    package var isDraining: Bool { draining.load(ordering: .acquiring) }

    /// Marks the server as draining.
    package func beginDraining() { draining.store(true, ordering: .releasing) }
}
