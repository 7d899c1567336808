// SPDX-License-Identifier: Apache-2.0

import HTTP

/// A connection and its socket.
final class Link {
    var socket: Descriptor
    let key: ConnectionKey
    var connection: Connection
    /// Whether a read may find something.
    ///
    /// Changes are reported once, when they happen, so what was reported is remembered here.
    var isReadable = false
    /// Whether a write may find room.
    var isWritable = true
    /// Whether the other side will send nothing more.
    var isEnding = false
    /// Whether it has more to do than it was allowed in one turn.
    var isPostponed = false
    /// Whether a drain waits for it.
    var isAwaited = false
    /// Whether it is counted among those that rest.
    var isResting = false
    /// What it has been charged for in the memory budget.
    var charged = 0

    init(socket: consuming Descriptor, key: ConnectionKey, connection: consuming Connection) {
        self.socket = socket
        self.key = key
        self.connection = connection
    }
}
