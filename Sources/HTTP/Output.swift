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
    /// The parts that are sent after what is at hand, made or being made, in their order.
    private var coming: [Coming] = []
    /// The number of the latest part that was to be made.
    private var latest = 0
    private var state = RestState.none
    private var held = 0
    private var isChunked = false
    /// Whether the body is kept by the server anyway.
    private var isKept = false
    /// The bytes of content there have been, frames left out.
    private(set) var contentBytes = 0

    private enum RestState {
        /// Nothing is left to be made.
        case none
        case here
        case away
    }

    private struct Coming {
        let number: Int
        /// Nil until it is made.
        var part: [UInt8]?
    }

    /// How many parts are made ahead of what is sent.
    ///
    /// One for each core of a small machine, and one to send: a million gradients took 16.4 ms from
    /// the first byte to the last with three, 24.3 ms with one (2026-11-25).
    private static let partsAhead = 3

    /// How many bytes of those at hand are still to be taken.
    package var left: Int { head.count + body.count - sent }

    /// Whether everything has been taken.
    var isDone: Bool { left == 0 && state == .none && coming.isEmpty }

    /// Whether another part ought to be made while what is at hand is sent.
    var wantsMore: Bool { state == .here && coming.count < Self.partsAhead }

    /// The bytes of memory that are kept.
    ///
    /// While a source makes the rest, what the source tells covers the parts that it has made.
    var footprint: Int {
        guard state == .none else { return held }
        return coming.reduce(isKept ? 0 : body.count) { $0 + ($1.part?.count ?? 0) }
    }

    /// Content up to this size is put behind the head: sending one buffer costs less than copying
    /// a few bytes saves.
    private static let copyLimit = 4 * 1_024

    /// Replaces everything; the memory of the head is used again.
    ///
    /// - Parameters:
    ///   - body: The content, or its beginning.
    ///   - isKept: Whether the server keeps the content anyway.
    ///   - rest: What follows it.
    ///   - isChunked: Whether the content is sent in chunks.
    ///   - write: Appends the head.
    mutating func fill(
        body: [UInt8],
        isKept: Bool = false,
        rest: (any ContentSource)? = nil,
        isChunked: Bool = false,
        head write: (inout [UInt8]) -> Void
    ) {
        head.removeAll(keepingCapacity: true)
        write(&head)
        self.isChunked = isChunked
        self.isKept = isKept
        if state != .none { self.rest = nil }
        if let rest {
            state = .here
            held = rest.footprint
            self.rest = rest
        } else {
            state = .none
            held = 0
        }
        coming = []
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

    /// What is to be made next; nil where nothing is.
    mutating func handOver() -> PartErrand? {
        guard wantsMore, var source = rest.take() else { return nil }
        latest += 1
        coming.append(Coming(number: latest))
        if let part = source.split() {
            held = source.footprint
            rest = source
            return PartErrand(number: latest, isRest: false, source: part)
        }
        state = .away
        return PartErrand(number: latest, isRest: true, source: source)
    }

    /// Takes back what was to be made.
    mutating func takeBack(_ made: consuming MadePart) {
        guard let place = coming.firstIndex(where: { $0.number == made.number }) else { return }
        if let rest = made.rest {
            state = rest.isAtEnd ? .none : .here
            held = rest.footprint
            self.rest = rest
        }
        coming[place].part = made.part
        // From here on nobody else has the part, so that it can be added to without a copy.
        _ = consume made
        if left == 0 { goOn() }
    }

    /// Puts the next part that is made in the place of what has been sent.
    private mutating func goOn() {
        sent = 0
        head.removeAll(keepingCapacity: true)
        body = []
        isKept = false
        while left == 0, let part = coming.first?.part {
            coming.removeFirst()
            add(consume part)
        }
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
        if state == .none, coming.isEmpty { body.append(contentsOf: Self.lastChunk) }
    }

    private static let lineEnd = Array("\r\n".utf8)
    private static let lastChunk = Array("0\r\n\r\n".utf8)
}

/// A part of an answer that is to be made elsewhere.
package struct PartErrand: Sendable {
    fileprivate let number: Int
    /// Whether the source is what makes all the rest, too.
    fileprivate let isRest: Bool
    fileprivate let source: any ContentSource
}

/// A part of an answer that has been made.
package struct MadePart: Sendable {
    fileprivate let number: Int
    fileprivate let part: [UInt8]
    /// What makes all that follows, where the part was made by it.
    fileprivate let rest: (any ContentSource)?

    /// Has a part made.
    package init(of errand: consuming PartErrand) {
        number = errand.number
        var source = errand.source
        let isRest = errand.isRest
        // Nobody else has the source then, so that it is not copied when it changes.
        _ = consume errand
        part = source.next()
        rest = isRest ? source : nil
    }
}
