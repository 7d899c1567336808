// SPDX-License-Identifier: Apache-2.0

/// The reason that a connection ended.
package enum CloseReason: Sendable, Hashable, CaseIterable {
    /// The client closed it between requests.
    case byPeer
    /// The response announced that it was the last.
    case afterResponse
    /// No request arrived within ``Limits/idleTime``.
    case idle
    /// The client did not read the response fast enough.
    case responseStalled
    /// Sending or receiving failed.
    case broken
    /// The server was draining and the connection was idle.
    case drained
    /// The server stopped before the connection was finished.
    case cut
}
