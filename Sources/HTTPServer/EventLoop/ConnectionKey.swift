// SPDX-License-Identifier: Apache-2.0

/// The key of a connection in a ``ConnectionTable``: a slot index and a generation.
///
/// A late event or message whose generation has ended finds no connection and is dropped.
struct ConnectionKey: Sendable, Hashable {
    let index: Int
    let generation: UInt32

    init(index: Int, generation: UInt32) {
        self.index = index
        self.generation = generation
    }

    init(rawValue: UInt64) {
        index = Int(rawValue & 0xFFFF_FFFF)
        generation = UInt32(rawValue >> 32)
    }

    var rawValue: UInt64 { UInt64(generation) << 32 | UInt64(index) }
}
