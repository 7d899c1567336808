// SPDX-License-Identifier: Apache-2.0

extension Connection {
    /// The most bytes of a body that an answer did not wait for which are read for the sake of
    /// the next request; after more than these the connection is closed.
    static let discardLimit = 64 * 1_024

    /// Bodies shorter than this are not worth a read of their own.
    private static let directReadMinimum = 16 * 1_024

    /// Takes in bytes that have been read after ``Action/read``.
    ///
    /// - Returns: How many bytes were of use by now. The rest has to be offered again when
    ///   ``next()`` asks for more, or to be left with ``keep(_:)``.
    package mutating func receive(_ bytes: ArraySlice<UInt8>, now: Instant) -> Int {
        self.now = now
        progressed = now
        return take(bytes)
    }

    /// Takes over bytes that are of no use yet.
    package mutating func keep(_ bytes: ArraySlice<UInt8>) {
        // A copy of its own, so that the buffer it was read into is free again.
        ahead = ArraySlice(Array(ahead) + bytes)
    }

    /// How many bytes of a body are still to come, if they are best read into place.
    package var directBodyBytes: Int {
        guard case .body = phase, case .length(let length)? = head?.framing, ahead.isEmpty,
            length - contentBytes >= Self.directReadMinimum, length > limits.inlineBodyBytes
        else { return 0 }
        return min(length - contentBytes, incoming.room)
    }

    /// Reads a part of the body straight to where it waits to be taken in.
    ///
    /// - Parameters:
    ///   - count: The most bytes to read, not more than ``directBodyBytes``.
    ///   - now: The time.
    ///   - read: Appends what the network has to its argument.
    package mutating func receiveBody(
        upTo count: Int,
        now: Instant,
        _ read: (inout OutputSpan<UInt8>) -> Void
    ) {
        self.now = now
        guard let length = head?.contentLength else { return }
        let left = length - contentBytes
        let most = min(count, directBodyBytes)
        let taken = incoming.add(upTo: most, of: left, read)
        contentBytes += taken
        if taken > 0 { progressed = now }
        if taken > 0, taken == left { endBody(keeping: true) }
    }

    /// Takes note that the client has half-closed: it will send nothing more.
    package mutating func peerClosed(now: Instant) {
        self.now = now
        inputEnded = true
    }

    /// Takes what of the bytes that came early is of use now.
    mutating func takeAhead() {
        let count = take(ahead)
        ahead = count == ahead.count ? [] : ahead.dropFirst(count)
    }

    /// What the end of input means to what is at hand.
    mutating func endOfInput() {
        switch phase {
        case .head where partialHead.isEmpty, .discarding: phase = .closing(.byPeer)
        case .lingering: phase = .closing(.afterAnswer)
        // A request that is not complete is never acted on (RFC 9112 section 8).
        default: phase = .refusing(.incompleteRequest)
        }
    }

    private mutating func take(_ bytes: ArraySlice<UInt8>) -> Int {
        do throws(Refusal) {
            switch phase {
            case .head: return try takeHead(bytes)
            case .body: return try takeBody(bytes, keeping: true)
            case .discarding: return try takeBody(bytes, keeping: false)
            case .lingering: return bytes.count
            default: return 0
            }
        } catch {
            // An answer that is out cannot be taken back.
            if case .discarding = phase { phase = .halfClosing } else { phase = .refusing(error) }
            partialHead = []
            return bytes.count
        }
    }

    private mutating func takeHead(_ bytes: ArraySlice<UInt8>) throws(Refusal) -> Int {
        let before = partialHead.count
        let rested = started
        let parsed: RequestHead?
        if before == 0, let repeated = latestHead?.repeated(in: bytes) {
            started = now
            head = repeated
            phase = .undecided
            return repeated.wireBytes
        }
        if before == 0 {
            started = now
            parsed = try parser.parse(bytes, limits: limits)
        } else {
            partialHead.append(contentsOf: bytes)
            parsed = try parser.parse(partialHead[...], limits: limits)
        }
        guard let parsed else {
            if before == 0 { partialHead = Array(bytes) }
            if isGuest, partialHead.count > Self.guestHeadBytes { throw .tooManyConnections }
            if parser.isBlank(partialHead.span) {
                parser = HeadParser()
                partialHead = []
                started = rested
            }
            return bytes.count
        }
        head = parsed
        latestHead = parsed.isWorthKeeping ? parsed : nil
        partialHead = []
        phase = .undecided
        return parser.length - before
    }

    /// Takes bytes of a body, to be kept or to be thrown away.
    private mutating func takeBody(
        _ bytes: ArraySlice<UInt8>,
        keeping: Bool
    ) throws(Refusal) -> Int {
        guard case .length(let length)? = head?.framing else {
            return try takeChunks(bytes, keeping: keeping)
        }
        let part = bytes.prefix(length - contentBytes - discarded)
        let isLast = contentBytes + discarded + part.count == length
        store(part, keeping: keeping, isLast: isLast)
        if isLast { endBody(keeping: keeping) }
        return part.count
    }

    private mutating func takeChunks(
        _ bytes: ArraySlice<UInt8>,
        keeping: Bool
    ) throws(Refusal) -> Int {
        var index = 0
        // The data of short chunks is put together, and taken in as one.
        var joined: [UInt8] = []
        while let piece = try nextPiece(of: bytes, from: &index, after: &joined, keeping: keeping) {
            switch piece {
            case .data(let range) where range.count < Self.shortChunk:
                if joined.isEmpty { joined.reserveCapacity(bytes.count - range.lowerBound) }
                for place in range { joined.append(bytes[bytes.startIndex + place]) }
            case .data(let range):
                try storeChunks(&joined, keeping: keeping)
                let start = bytes.startIndex
                store(
                    bytes[start + range.lowerBound..<start + range.upperBound],
                    keeping: keeping,
                    isLast: false
                )
                guard discarded <= Self.discardLimit else { throw .bodyTooLarge }
            case .end:
                try storeChunks(&joined, keeping: keeping)
                endBody(keeping: keeping)
                return index
            }
        }
        try storeChunks(&joined, keeping: keeping)
        return index
    }

    /// The next piece of a chunked body; where its framing is wrong, the data before it counts.
    private mutating func nextPiece(
        of bytes: ArraySlice<UInt8>,
        from index: inout Int,
        after joined: inout [UInt8],
        keeping: Bool
    ) throws(Refusal) -> ChunkedDecoder.Piece? {
        do throws(Refusal) {
            return try chunks.next(bytes.span, from: &index, limits: limits)
        } catch {
            try storeChunks(&joined, keeping: keeping)
            throw error
        }
    }

    /// Chunks shorter than this are copied together: each by itself costs more to be taken in.
    private static let shortChunk = 512

    private mutating func storeChunks(_ data: inout [UInt8], keeping: Bool) throws(Refusal) {
        guard !data.isEmpty else { return }
        store(data[...], keeping: keeping, isLast: false)
        data.removeAll(keepingCapacity: true)
        guard discarded <= Self.discardLimit else { throw .bodyTooLarge }
    }

    private mutating func store(_ part: ArraySlice<UInt8>, keeping: Bool, isLast: Bool) {
        guard keeping else {
            discarded += part.count
            return
        }
        contentBytes += part.count
        incoming.add(part, isLast: isLast, of: head?.contentLength)
    }

    private mutating func endBody(keeping: Bool) {
        guard keeping else { return beginNextRequest() }
        incoming.end()
        isRequestRead = true
        phase = .complete
    }
}
