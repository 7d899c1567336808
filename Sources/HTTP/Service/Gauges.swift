// SPDX-License-Identifier: Apache-2.0

package import Synchronization

/// The current load of a server, updated by its parts and read by the metrics.
package final class Gauges: Sendable {
    /// Bytes of memory used by requests and responses.
    package let memoryBytes = Atomic(0)
    /// The limit on ``memoryBytes``.
    package let memoryLimit = Atomic(0)
    /// The number of workers that are running a job.
    package let busyWorkers = Atomic(0)
    /// The number of jobs waiting for a worker.
    package let waitingJobs = Atomic(0)

    /// The number of connections without a current request.
    package let idleConnections = Atomic(0)

    package init() {}
}
