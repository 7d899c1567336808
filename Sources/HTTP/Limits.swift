// SPDX-License-Identifier: Apache-2.0

/// Every bound the server keeps, in one place.
///
/// What happens at each of them is the matching case of ``Refusal``, or a reason to close in
/// ``Closing``.
package struct Limits: Sendable, Hashable {
    /// The longest request line in bytes, its line end included.
    package var requestLineBytes = 8 * 1_024
    /// The largest field section of a request in bytes, line ends included.
    package var headBytes = 32 * 1_024
    /// The most field lines a request may have.
    package var fieldCount = 100
    /// The largest body in bytes, after the transfer coding is taken off.
    package var bodyBytes = 64 * 1_024 * 1_024

    /// How long a head may take from its first byte to its last.
    package var headTime = Duration.seconds(10)
    /// How long a body may pause, and how long it may stay below ``bodyMinimumRate``.
    package var bodyStallTime = Duration.seconds(30)
    /// The fewest bytes a second a body must bring on average, once ``bodyStallTime`` is over.
    package var bodyMinimumRate = 1_024
    /// How long a connection may rest between two requests, or before its first.
    package var idleTime = Duration.seconds(75)
    /// How long a client may take none of its answer.
    package var answerStallTime = Duration.seconds(30)
    /// The fewest bytes a second an answer must be taken at on average, once ``answerStallTime`` is
    /// over; 0: any.
    package var answerMinimumRate = 16 * 1_024
    /// How long a closing connection waits for a client that goes on sending nothing.
    package var lingerStallTime = Duration.seconds(5)
    /// How long a closing connection throws away what a client goes on sending.
    package var lingerTime = Duration.seconds(30)

    /// The most connections at once.
    package var connections = 4_096
    /// The most bytes of bodies and answers in memory at once.
    package var memoryBytes = 512 * 1_024 * 1_024
    /// The most requests that wait for a worker.
    package var waitingJobs = 256
    /// How long all goes on after the readiness probe has begun to say that it will not.
    package var drainDelay = Duration.zero
    /// How long a drain may take before the rest is cut.
    package var drainTime = Duration.seconds(25)

    /// Bodies up to this size are answered on the event loop, larger ones by the workers.
    package var inlineBodyBytes = 32 * 1_024
    /// How many requests are answered beside the event loops at once; nil: one a core.
    package var workers: Int?
    /// How many event loops there are of each kind; nil: one a core.
    package var loops: Int?

    package init() {}
}
