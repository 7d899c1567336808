// SPDX-License-Identifier: Apache-2.0

import HTTP
import Logging

/// The state shared by all loops of a server.
struct Services: Sendable {
    let limits: Limits
    let responder: any Responder
    let workers: Workers
    let budget: MemoryBudget
    let connections: ConnectionCount
    /// The number of connections beyond the limit that a loop reads before it closes the oldest.
    let overLimitMaximum: Int
    let gauges: Gauges
    let logger: Logger

    /// Records that a connection has ended.
    ///
    /// - Parameters:
    ///   - charged: The bytes charged for it in the memory budget.
    ///   - reason: The reason that it ended.
    ///   - route: The route of the request that was abandoned, if that is known.
    func connectionClosed(charged: Int, _ reason: CloseReason, route: RouteName = .none) {
        budget.charge(-charged)
        connections.remove()
        responder.observe(.connectionClosed(reason, route: route))
    }
}
