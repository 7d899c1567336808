// SPDX-License-Identifier: Apache-2.0

import HTTP

/// A connection of an event loop, with its socket.
final class ConnectionEntry {
    var socket: Descriptor
    let key: ConnectionKey
    var connection: Connection
    /// Whether a read may find data.
    ///
    /// Edge-triggered changes are reported only once, so the state is kept here.
    var isReadable = false
    /// Whether a write may find space.
    var isWritable = true
    /// Whether the peer will send nothing more.
    var isEnding = false
    /// Whether the connection is broken, so that nothing can be sent any more.
    var isBroken = false
    /// Whether it has used up its turn and is queued for the next one.
    var isPostponed = false
    /// Whether a drain waits for it.
    var isUndrained = false
    /// Whether it is counted as idle.
    var isCountedIdle = false
    /// The bytes charged for it in the memory budget.
    var charged = 0
    /// The memory of its request that a worker holds at present, which is charged separately.
    weak var worked: MemoryAccount?

    init(socket: consuming Descriptor, key: ConnectionKey, connection: consuming Connection) {
        self.socket = socket
        self.key = key
        self.connection = connection
    }
}
