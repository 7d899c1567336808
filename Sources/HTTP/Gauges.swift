// SPDX-License-Identifier: Apache-2.0

package import Synchronization

/// What a server has in hand at the moment: its parts keep the numbers, metrics read them.
package final class Gauges: Sendable {
    /// The bytes of memory that requests and answers take.
    package let memoryBytes = Atomic(0)
    /// The most bytes that they may take.
    package let memoryLimit = Atomic(0)
    /// The requests that a worker is at work on.
    package let busyWorkers = Atomic(0)
    /// The jobs that wait for a worker.
    package let waitingJobs = Atomic(0)

    /// The connections that rest between two requests, or before their first.
    package let idleConnections = Atomic(0)

    package init() {}
}
