// SPDX-License-Identifier: Apache-2.0

import HTTP

/// Processing of ready connections in batches: all are read, all requests are processed, then all
/// responses are sent.
///
/// Sending and receiving execute kernel code that processing would evict from the processor's
/// caches.
extension EventLoop {
    /// Adds a connection to the current batch, and processes the batch when it is full.
    mutating func enqueue(_ entry: ConnectionEntry) {
        batch.append(entry)
        if batch.count == ReadBatch.count { driveBatch() }
    }

    /// Processes all connections of the current batch.
    mutating func driveBatch() {
        guard !batch.isEmpty else { return }
        // Only idle connections are read ahead: they remain on this loop, and bytes in a slot
        // cannot migrate.
        for slot in batch.indices where batch[slot].isReadable && batch[slot].isCountedIdle {
            readBatch.read(batch[slot].socket, into: slot)
        }
        isBatching = true
        while let entry = batch.popLast() {
            let slot = batch.count
            drive(entry, slot: slot)
            readBatch.clear(slot)
        }
        isBatching = false
        while let entry = pendingSends.popLast() { drive(entry) }
    }
}
