// SPDX-License-Identifier: Apache-2.0

/// The bytes of a response that are waiting to be sent: head and content together.
///
/// A streamed response contributes one part at a time, each preceded by its chunk line if the
/// response is chunked (RFC 9112 section 7.1).
package struct ResponseOutput: Sendable {
    package private(set) var head: [UInt8] = []
    package private(set) var body: [UInt8] = []
    /// The number of bytes of `head` and `body` that have been sent.
    package private(set) var sent = 0
    /// The source of the remaining parts; `nil` while a worker holds it.
    private var source: (any ContentSource)?
    /// The parts to send after the current one, finished or in progress, in order.
    private var pending: [PendingPart] = []
    /// The number of the most recently requested part.
    private var lastNumber = 0
    private var state = SourceState.none
    private var sourceFootprint = 0
    private var isChunked = false
    /// The fields after the last chunk, as `CR LF name ": " value` for each; `nil` if the content is cut off.
    private var trailers: [UInt8]? = []
    /// Whether the server keeps the body anyway, so that it does not count towards the footprint.
    private var isBodyShared = false
    /// The number of content bytes so far, without chunk framing.
    private(set) var contentBytes = 0

    private enum SourceState {
        /// Nothing is left to produce.
        case none
        /// Further parts are appended while the request arrives.
        case open
        case available
        case busy
    }

    private struct PendingPart {
        let number: Int
        /// The bytes of the part; `nil` until it has been produced.
        var part: [UInt8]?
    }

    /// The number of parts produced ahead of the one being sent: one for each core of a small
    /// machine, and one to send.
    private static let maximumPendingParts = 3

    /// The number of bytes of the current part that have not been sent.
    package var unsentBytes: Int { head.count + body.count - sent }

    /// The bytes of the head that have not been sent.
    var restOfHead: ArraySlice<UInt8> { head.dropFirst(sent) }

    /// Whether the whole response has been sent.
    var isDone: Bool { unsentBytes == 0 && state == .none && pending.isEmpty }

    /// Whether another part should be produced while the current one is sent.
    var canProduceMore: Bool { state == .available && pending.count < Self.maximumPendingParts }

    /// The memory, in bytes, that is held.
    ///
    /// While a source is in use, its own footprint covers the parts it has produced.
    var footprint: Int {
        guard state == .none || state == .open else { return sourceFootprint }
        return pending.reduce(isBodyShared ? 0 : body.count) { $0 + ($1.part?.count ?? 0) }
    }

    /// The maximum length in bytes of content that is appended to the head: sending one buffer
    /// saves more than copying a few bytes costs.
    private static let copyLimit = 4 * 1_024

    /// Replaces the whole output, reusing the memory of the head.
    ///
    /// - Parameters:
    ///   - body: The content, or its first part.
    ///   - isBodyShared: Whether the server keeps `body` anyway.
    ///   - isStreamed: Whether a source produces the remaining parts.
    ///   - source: The source.
    ///   - isChunked: Whether the content is sent in chunks.
    ///   - isOpen: Whether further parts are appended.
    ///   - trailers: The fields after the last chunk.
    ///   - write: Appends the head.
    mutating func fill(
        body: [UInt8],
        isBodyShared: Bool = false,
        isStreamed: Bool = false,
        source: @autoclosure () -> (any ContentSource)? = nil,
        isChunked: Bool = false,
        isOpen: Bool = false,
        trailers: ResponseFields = .none,
        head write: (inout [UInt8]) -> Void
    ) {
        head.removeAll(keepingCapacity: true)
        write(&head)
        self.isChunked = isChunked
        self.isBodyShared = isBodyShared
        self.trailers = trailers.lines
        if state != .none { self.source = nil }
        if isStreamed, let source = source() {
            state = .available
            sourceFootprint = source.footprint
            self.source = source
        } else {
            state = isOpen ? .open : .none
            sourceFootprint = 0
        }
        pending = []
        contentBytes = 0
        sent = 0
        self.body = []
        // An empty last part has a last chunk too.
        if !body.isEmpty || isChunked && state == .none { add(body) }
    }

    /// Records that the network accepted bytes, and moves on to the next part once all are sent.
    mutating func advance(by count: Int) {
        precondition(count <= unsentBytes, "More bytes were sent than there were.")
        sent += count
        if unsentBytes == 0 { advanceToNextPart() }
    }

    /// Appends a part of content that is made while the request arrives.
    mutating func append(_ part: consuming [UInt8]) {
        lastNumber += 1
        pending.append(PendingPart(number: lastNumber, part: consume part))
        if unsentBytes == 0 { advanceToNextPart() }
    }

    /// Appends the last part of content that is made while the request arrives, and the trailer section.
    mutating func end(with part: consuming [UInt8], trailers: ResponseFields) {
        state = .none
        self.trailers = trailers.lines
        append(part)
    }

    /// Cuts off content after a last part, so that no client takes it for complete: the last chunk announces
    /// a byte that never comes.
    mutating func cutOff(after part: consuming [UInt8]) {
        state = .none
        trailers = nil
        append(part)
    }

    /// Takes a job that produces the next part; `nil` if none is needed now.
    mutating func takeJob() -> SourceJob? {
        guard canProduceMore, var source = self.source.take() else { return nil }
        lastNumber += 1
        pending.append(PendingPart(number: lastNumber))
        if let part = source.split() {
            sourceFootprint = source.footprint
            self.source = source
            return SourceJob(number: lastNumber, isRemainder: false, source: part)
        }
        state = .busy
        return SourceJob(number: lastNumber, isRemainder: true, source: source)
    }

    /// Takes back a part that was produced.
    mutating func complete(_ produced: consuming ProducedPart) {
        guard let index = pending.firstIndex(where: { $0.number == produced.number }) else {
            return
        }
        if let source = produced.source {
            state = source.isAtEnd ? .none : .available
            sourceFootprint = source.footprint
            self.source = source
        }
        pending[index].part = produced.part
        // The part now has a single owner and can be extended without a copy.
        _ = consume produced
        if unsentBytes == 0 { advanceToNextPart() }
    }

    /// Replaces the current part, which has been sent, with the next one if it is ready.
    private mutating func advanceToNextPart() {
        sent = 0
        head.removeAll(keepingCapacity: true)
        body = []
        isBodyShared = false
        while unsentBytes == 0, let part = pending.first?.part {
            pending.removeFirst()
            add(consume part)
        }
    }

    private mutating func add(_ part: consuming [UInt8]) {
        contentBytes += part.count
        guard isChunked else {
            if part.count <= Self.copyLimit { head.append(contentsOf: part) } else { body = part }
            return
        }
        // An empty chunk would end the body.
        let count = part.count
        if count > 0 {
            head.append(contentsOf: "\(String(count, radix: 16))\r\n".utf8)
            // The part has a single owner and spare capacity: nothing is copied.
            body = consume part
            body.append(contentsOf: Self.lineEnd)
        }
        guard state == .none, pending.isEmpty else { return }
        guard let trailers else { return body.append(contentsOf: Self.incompleteChunk) }
        body.append(contentsOf: Self.lastChunk)
        body.append(contentsOf: trailers)
        body.append(contentsOf: Self.end)
    }

    private static let lineEnd = Array("\r\n".utf8)
    private static let lastChunk = Array("0".utf8)
    private static let incompleteChunk = Array("1\r\n".utf8)
    private static let end = Array("\r\n\r\n".utf8)
}

/// A job that produces one part of a streamed response.
package struct SourceJob: Sendable {
    fileprivate let number: Int
    /// Whether the source also produces all following parts.
    fileprivate let isRemainder: Bool
    fileprivate let source: any ContentSource
}

/// A part of a streamed response, produced by a worker.
package struct ProducedPart: Sendable {
    fileprivate let number: Int
    fileprivate let part: [UInt8]
    /// The source of the following parts, if this part was produced by it.
    fileprivate let source: (any ContentSource)?

    /// Produces the part.
    package init(of job: consuming SourceJob) {
        number = job.number
        var producer = job.source
        let isRemainder = job.isRemainder
        // Drops the second reference, so that the source is not copied when it is mutated.
        _ = consume job
        part = producer.next()
        source = isRemainder ? producer : nil
    }
}
