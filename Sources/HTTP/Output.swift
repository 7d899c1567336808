// SPDX-License-Identifier: Apache-2.0

/// Bytes on their way to the network: the head of an answer and its content, sent as one.
///
/// Content that is made while it is sent comes a part at a time, each behind a head of its own:
/// what frames the part where it is sent in chunks (RFC 9112 section 7.1).
package struct Output: Sendable {
    package private(set) var head: [UInt8] = []
    package private(set) var body: [UInt8] = []
    /// How many bytes of the two together have been taken.
    package private(set) var sent = 0
    /// What follows.
    private var rest: (any ContentSource)?
    private var hasRest = false
    private var isChunked = false
    /// The bytes of content there have been, frames left out.
    private(set) var contentBytes = 0

    /// How many bytes of those at hand are still to be taken.
    package var left: Int { head.count + body.count - sent }

    /// The bytes of memory that are kept.
    var footprint: Int { body.count + (hasRest ? rest?.footprint ?? 0 : 0) }

    /// Content up to this size is put behind the head: sending one buffer costs less than copying
    /// a few bytes saves.
    private static let copyLimit = 4 * 1_024

    /// Replaces everything; the memory of the head is used again.
    ///
    /// - Parameters:
    ///   - body: The content, or its beginning.
    ///   - rest: What follows it.
    ///   - isChunked: Whether the content is sent in chunks.
    ///   - write: Appends the head.
    mutating func fill(
        body: [UInt8],
        rest: (any ContentSource)? = nil,
        isChunked: Bool = false,
        head write: (inout [UInt8]) -> Void
    ) {
        head.removeAll(keepingCapacity: true)
        write(&head)
        self.rest = rest
        hasRest = rest != nil
        self.isChunked = isChunked
        contentBytes = 0
        sent = 0
        self.body = []
        if body.isEmpty { addNext() } else { add(body) }
    }

    /// Takes note that the network has taken bytes.
    ///
    /// Goes on to the next part, if there is one, as soon as all are taken.
    mutating func advance(by count: Int) {
        precondition(count <= left, "More bytes were sent than there were.")
        sent += count
        guard left == 0 else { return }
        sent = 0
        let hadChunk = isChunked && !body.isEmpty
        head.removeAll(keepingCapacity: true)
        body = []
        if hadChunk { head.append(contentsOf: Self.lineEnd) }
        addNext()
    }

    /// Adds the next part of what follows, or the end of it.
    private mutating func addNext() {
        guard hasRest else { return }
        while let part = rest?.next() {
            // An empty chunk would be the last.
            if !part.isEmpty { return add(part) }
        }
        rest = nil
        hasRest = false
        if isChunked { head.append(contentsOf: Self.lastChunk) }
    }

    private mutating func add(_ part: [UInt8]) {
        contentBytes += part.count
        if isChunked {
            head.append(contentsOf: "\(String(part.count, radix: 16))\r\n".utf8)
            body = part
        } else if part.count <= Self.copyLimit {
            head.append(contentsOf: part)
        } else {
            body = part
        }
    }

    private static let lineEnd = Array("\r\n".utf8)
    private static let lastChunk = Array("0\r\n\r\n".utf8)
}
