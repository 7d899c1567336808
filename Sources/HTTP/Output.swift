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
    /// What makes that which follows, unless it is away making it.
    private var rest: (any ContentSource)?
    /// What is sent after what is at hand.
    private var following: [UInt8]?
    private var state = RestState.none
    private var held = 0
    private var isChunked = false
    /// The bytes of content there have been, frames left out.
    private(set) var contentBytes = 0

    private enum RestState {
        /// Nothing is left to be made.
        case none
        case here
        case away
    }

    /// How many bytes of those at hand are still to be taken.
    package var left: Int { head.count + body.count - sent }

    /// Whether everything has been taken.
    var isDone: Bool { left == 0 && state == .none && following == nil }

    /// Whether the next part ought to be made while what is at hand is sent.
    var wantsMore: Bool { state == .here && following == nil }

    /// The bytes of memory that are kept.
    var footprint: Int { body.count + (following?.count ?? 0) + held }

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
        self.isChunked = isChunked
        if state != .none { self.rest = nil }
        if let rest {
            state = .here
            held = rest.footprint
            self.rest = rest
        } else {
            state = .none
            held = 0
        }
        following = nil
        contentBytes = 0
        sent = 0
        self.body = []
        if !body.isEmpty { add(body) }
    }

    /// Takes note that the network has taken bytes.
    ///
    /// Goes on to the next part, if there is one, as soon as all are taken.
    mutating func advance(by count: Int) {
        precondition(count <= left, "More bytes were sent than there were.")
        sent += count
        if left == 0 { goOn() }
    }

    /// What makes the next part; nil where there is none, or where it is away.
    mutating func handOverRest() -> (any ContentSource)? {
        guard state == .here else { return nil }
        state = .away
        return rest.take()
    }

    /// Takes it back, and the part it has made.
    mutating func takeBack(_ made: consuming MadePart) {
        guard state == .away else { return }
        state = made.rest.isAtEnd ? .none : .here
        held = made.rest.footprint
        following = made.part
        rest = made.rest
        // From here on nobody else has the part, so that it can be added to without a copy.
        _ = consume made
        if left == 0 { goOn() }
    }

    /// Puts the next part in the place of what has been sent.
    private mutating func goOn() {
        sent = 0
        head.removeAll(keepingCapacity: true)
        body = []
        if let part = following.take() { add(consume part) }
    }

    private mutating func add(_ part: consuming [UInt8]) {
        contentBytes += part.count
        guard isChunked else {
            if part.count <= Self.copyLimit { head.append(contentsOf: part) } else { body = part }
            return
        }
        // A chunk of nothing would be the last.
        let count = part.count
        if count > 0 {
            head.append(contentsOf: "\(String(count, radix: 16))\r\n".utf8)
            // Nobody else has the part, and it has some room left: nothing is copied.
            body = consume part
            body.append(contentsOf: Self.lineEnd)
        }
        if state == .none { body.append(contentsOf: Self.lastChunk) }
    }

    private static let lineEnd = Array("\r\n".utf8)
    private static let lastChunk = Array("0\r\n\r\n".utf8)
}

/// What makes the rest of an answer, and the part that it has made.
package struct MadePart: Sendable {
    let rest: any ContentSource
    let part: [UInt8]

    /// Has the next part made.
    package init(of rest: consuming any ContentSource) {
        part = rest.next()
        self.rest = rest
    }
}
