// SPDX-License-Identifier: Apache-2.0

/// Why a connection ended.
package enum Closing: Sendable, Hashable, CaseIterable {
    /// The client had no more requests.
    case byPeer
    /// An answer said that it would be the last.
    case afterAnswer
    /// The client was silent for too long between two requests.
    case idle
    /// The client did not take its answer.
    case answerStalled
    /// The connection broke.
    case broken
    /// The server is draining and the connection was at rest.
    case drained
    /// The server was stopped in the middle of something.
    case cut
}
