// SPDX-License-Identifier: Apache-2.0

import HTTP

/// The connections of an event loop by key.
struct ConnectionTable: ~Copyable {
    private var slots: [ConnectionEntry?] = []
    private var freeIndices: [Int] = []
    private var lastGeneration: UInt32 = 0

    /// The number of connections.
    var count: Int { slots.count - freeIndices.count }

    var isEmpty: Bool { count == 0 }

    /// A snapshot of all connections.
    var all: [ConnectionEntry] { slots.compactMap { $0 } }

    /// The connection for a key; `nil` if it has ended.
    subscript(key: ConnectionKey) -> ConnectionEntry? {
        guard key.index < slots.count, let entry = slots[key.index], entry.key == key else {
            return nil
        }
        return entry
    }

    /// Adds a connection in a free slot.
    mutating func add(
        _ socket: consuming Descriptor,
        _ connection: consuming Connection
    ) -> ConnectionEntry {
        lastGeneration = (lastGeneration + 1) & 0x7FFF_FFFF
        let index = freeIndices.popLast() ?? slots.count
        let key = ConnectionKey(index: index, generation: lastGeneration)
        let entry = ConnectionEntry(socket: socket, key: key, connection: connection)
        if index == slots.count { slots.append(entry) } else { slots[index] = entry }
        return entry
    }

    mutating func remove(_ entry: ConnectionEntry) {
        slots[entry.key.index] = nil
        freeIndices.append(entry.key.index)
    }
}
