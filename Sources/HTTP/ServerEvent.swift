// SPDX-License-Identifier: Apache-2.0

/// What a server tells for metrics and logs.
package enum ServerEvent: Sendable, Hashable {
    case connectionOpened
    case connectionClosed(Closing)
    /// An answer has been handed to the network in full, whether a route or a refusal gave it.
    case answered(Exchange)
    /// A connection has refused a request; the answer that says so follows as ``answered(_:)`` if
    /// the client takes it.
    case refused(Refusal)
}
