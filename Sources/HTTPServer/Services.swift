// SPDX-License-Identifier: Apache-2.0

import HTTP
import Logging

/// What all loops of a server share.
struct Services: Sendable {
    let limits: Limits
    let responder: any Responder
    let workers: Workers
    let budget: MemoryBudget
    let connections: ConnectionCount
    /// How many connections too many a loop hears before the oldest of them makes way.
    let guestLimit: Int
    let gauges: Gauges
    let logger: Logger

    /// Takes note that a connection has ended.
    ///
    /// - Parameters:
    ///   - charged: What it has been charged for in the memory budget.
    ///   - reason: Why it ended.
    func forget(charged: Int, _ reason: Closing) {
        budget.charge(-charged)
        connections.remove()
        responder.observe(.connectionClosed(reason))
    }
}
