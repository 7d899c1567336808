// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Whether the server still wants new work.
///
/// One value is shared by the server, which changes it, and by the readiness probe, which reads it.
package final class Readiness: Sendable {
    private let draining = Atomic(false)

    package init() {}

    /// Whether the server has begun to stop; once true it stays so.
    package var isDraining: Bool { draining.load(ordering: .acquiring) }

    /// Says from now on that the server is stopping.
    package func beginDraining() { draining.store(true, ordering: .releasing) }
}
