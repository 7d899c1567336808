// SPDX-License-Identifier: Apache-2.0

/// The reason that a connection ended; its raw value is the stable slug in kebab-case.
package enum CloseReason: String, Sendable, Hashable, CaseIterable {
    /// The client closed it between requests.
    case byPeer = "by-peer"
    /// The response announced that it was the last.
    case afterResponse = "after-response"
    /// No request arrived within ``Limits/idleTime``.
    case idle
    /// The client did not read the response fast enough.
    case responseStalled = "response-stalled"
    /// Sending or receiving failed.
    case broken
    /// The client reset it, or closed it, while a worker was processing its request, which was
    /// cancelled.
    case abandoned
    /// The server was draining and the connection was idle.
    case drained
    /// The server stopped before the connection was finished.
    case cut
}
