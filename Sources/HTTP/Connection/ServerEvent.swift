// SPDX-License-Identifier: Apache-2.0

/// An event that a server reports for metrics and logs.
package enum ServerEvent: Sendable, Hashable {
    case connectionOpened
    /// A connection ended, with the route of the request that was abandoned, if that is known.
    case connectionClosed(CloseReason, route: RouteName = .none)
    /// A response was handed to the network in full, whether it came from a route or a refusal.
    case responseSent(Exchange)
    /// A request was refused; ``responseSent(_:)`` follows if the client accepts the response.
    case refused(Refusal)
}
