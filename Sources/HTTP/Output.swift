// SPDX-License-Identifier: Apache-2.0

/// Bytes on their way to the network: the head of an answer and its body, sent as one.
package struct Output: Sendable {
    package private(set) var head: [UInt8] = []
    package private(set) var body: [UInt8] = []
    /// How many bytes of the two together have been taken.
    package private(set) var sent = 0

    /// How many bytes are still to be taken.
    package var left: Int { head.count + body.count - sent }

    /// Bodies up to this size are put behind the head: sending one buffer costs less than copying
    /// a few bytes saves.
    private static let copyLimit = 1_024

    /// Replaces everything; the memory of the head is used again.
    mutating func fill(body: [UInt8], head write: (inout [UInt8]) -> Void) {
        head.removeAll(keepingCapacity: true)
        write(&head)
        if body.count <= Self.copyLimit {
            head += body
            self.body = []
        } else {
            self.body = body
        }
        sent = 0
    }

    /// Takes note that the network has taken bytes; gives the body back as soon as all are taken.
    mutating func advance(by count: Int) {
        precondition(count <= left, "More bytes were sent than there were.")
        sent += count
        guard left == 0 else { return }
        head.removeAll(keepingCapacity: true)
        body = []
        sent = 0
    }
}
