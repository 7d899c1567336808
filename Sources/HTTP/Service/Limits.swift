// SPDX-License-Identifier: Apache-2.0

/// All limits of the server.
///
/// Exceeding one leads to the matching case of ``Refusal``, or to a ``CloseReason``.
package struct Limits: Sendable, Hashable {
    /// Maximum length of the request line in bytes, including its line end.
    package var requestLineBytes = 8 * 1_024
    /// Maximum size of the field section of a request in bytes, including line ends.
    package var headBytes = 32 * 1_024
    /// Maximum number of field lines in a request.
    package var fieldCount = 100
    /// Maximum size of the body in bytes, after the transfer coding is removed.
    package var bodyBytes = 64 * 1_024 * 1_024
    /// Maximum size in bytes of a body of which only sums are kept, in the place of ``bodyBytes``; 0
    /// means no maximum.
    package var streamBytes = 0

    /// Maximum time from the first byte of a head to its last.
    package var headTime = Duration.seconds(10)
    /// Maximum pause within a body, and the time it may stay below ``bodyMinimumRate``.
    package var bodyStallTime = Duration.seconds(30)
    /// Minimum average rate of a body in bytes per second, once ``bodyStallTime`` has passed.
    package var bodyMinimumRate = 1_024
    /// Maximum idle time of a connection before a request.
    package var idleTime = Duration.seconds(75)
    /// Maximum time for which a client may not read any of its response.
    package var responseStallTime = Duration.seconds(30)
    /// Minimum average rate in bytes per second at which a response must be read, once
    /// ``responseStallTime`` has passed; 0 means no minimum.
    package var responseMinimumRate = 16 * 1_024
    /// Maximum time for which a closing connection waits for further input.
    package var lingerStallTime = Duration.seconds(5)
    /// Maximum time for which a closing connection discards further input.
    package var lingerTime = Duration.seconds(30)

    /// Maximum number of simultaneous connections.
    package var connections = 4_096
    /// Maximum memory for bodies and responses in bytes.
    package var memoryBytes = 512 * 1_024 * 1_024
    /// Maximum number of requests waiting for a worker.
    package var waitingJobs = 256
    /// Time for which the server keeps serving after the readiness probe has begun to fail.
    package var drainDelay = Duration.zero
    /// Maximum duration of a drain before the remaining connections are closed.
    package var drainTime = Duration.seconds(25)

    /// Maximum size in bytes of a body that is processed on the event loop instead of a worker.
    package var inlineBodyBytes = 32 * 1_024
    /// The number of workers; `nil` means one per core.
    package var workers: Int?
    /// The number of event loops of each kind; `nil` means one per core.
    package var loops: Int?

    package init() {}

    /// The maximum size in bytes of a body of which only sums are kept.
    var longestStream: Int { streamBytes > 0 ? streamBytes : .max }
}
