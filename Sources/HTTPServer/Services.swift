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
    let logger: Logger
}
