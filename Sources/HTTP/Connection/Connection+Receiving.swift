// SPDX-License-Identifier: Apache-2.0

extension Connection {
    /// The maximum number of unread body bytes to discard, after an early response, to keep the
    /// connection usable for the next request.
    static let discardLimit = 64 * 1_024

    /// The minimum body length for which reading straight into the segment is worthwhile.
    private static let directReadMinimum = 16 * 1_024

    /// Processes bytes that were read after ``Action/read``.
    ///
    /// - Returns: The number of bytes consumed. Offer the rest again when ``next()`` asks for more,
    ///   or buffer it with ``buffer(_:)``.
    package mutating func receive(_ bytes: ArraySlice<UInt8>, now: Instant) -> Int {
        self.now = now
        lastProgressTime = now
        return process(bytes)
    }

    /// Buffers bytes that cannot be processed yet.
    package mutating func buffer(_ bytes: ArraySlice<UInt8>) {
        // Copied, so that the caller can reuse its read buffer.
        pipelinedBytes = ArraySlice(Array(pipelinedBytes) + bytes)
    }

    /// The number of body bytes that can be read straight into the segment; 0 if reading through
    /// the shared buffer is better.
    package var directBodyBytes: Int {
        guard case .body = phase, case .length(let length)? = head?.framing, pipelinedBytes.isEmpty,
            length - contentBytes >= Self.directReadMinimum, length > limits.inlineBodyBytes
        else { return 0 }
        return min(length - contentBytes, content.remainingCapacity)
    }

    /// Reads a part of the body straight into the segment.
    ///
    /// - Parameters:
    ///   - count: The maximum number of bytes to read, at most ``directBodyBytes``.
    ///   - now: The current time.
    ///   - read: Appends received bytes to its argument.
    package mutating func receiveBody(
        upTo count: Int,
        now: Instant,
        _ read: (inout OutputSpan<UInt8>) -> Void
    ) {
        self.now = now
        guard let length = head?.contentLength else { return }
        let remaining = length - contentBytes
        let maximum = min(count, directBodyBytes)
        let taken = content.add(upTo: maximum, remaining: remaining, read)
        contentBytes += taken
        if taken > 0 { lastProgressTime = now }
        if taken > 0, taken == remaining { endBody(storing: true) }
    }

    /// Records that the client has half-closed and will send nothing more.
    package mutating func peerClosed(now: Instant) {
        self.now = now
        inputEnded = true
    }

    /// Processes the pipelined bytes that can be processed now.
    ///
    /// Not inlined, because ``next()`` would prepare for it in every call.
    @inline(never)
    mutating func processPipelined() {
        let count = process(pipelinedBytes)
        pipelinedBytes = count == pipelinedBytes.count ? [] : pipelinedBytes.dropFirst(count)
    }

    /// Applies the end of input to the current phase; not inlined, as ``processPipelined()``.
    @inline(never)
    mutating func endOfInput() {
        switch phase {
        case .head where partialHead.isEmpty, .discarding: phase = .closing(.byPeer)
        case .lingering: phase = .closing(.afterResponse)
        // An incomplete request must not be processed (RFC 9112 section 8).
        default: phase = .refusing(.incompleteRequest)
        }
    }

    private mutating func process(_ bytes: ArraySlice<UInt8>) -> Int {
        do throws(Refusal) {
            switch phase {
            case .head: return try processHead(bytes)
            case .body: return try processBody(bytes, storing: true)
            case .discarding: return try processBody(bytes, storing: false)
            case .lingering: return bytes.count
            default: return 0
            }
        } catch {
            // The response has already been sent.
            if case .discarding = phase { phase = .halfClosing } else { phase = .refusing(error) }
            partialHead = []
            return bytes.count
        }
    }

    private mutating func processHead(_ bytes: ArraySlice<UInt8>) throws(Refusal) -> Int {
        let before = partialHead.count
        let previousStartTime = startTime
        let parsed: RequestHead?
        if before == 0, let repeated = latestHead?.repeated(in: bytes) {
            startTime = now
            head = repeated
            phase = .undecided
            return repeated.wireBytes
        }
        if before == 0 {
            startTime = now
            parsed = try parser.parse(bytes, limits: limits)
        } else {
            partialHead.append(contentsOf: bytes)
            parsed = try parser.parse(partialHead[...], limits: limits)
        }
        guard let parsed else {
            if before == 0 { partialHead = Array(bytes) }
            if isOverLimit, partialHead.count > Self.overLimitHeadBytes {
                throw .tooManyConnections
            }
            if parser.isBlank(partialHead.span) {
                parser = HeadParser()
                partialHead = []
                startTime = previousStartTime
            }
            return bytes.count
        }
        head = parsed
        latestHead = parsed.isReusable ? parsed : nil
        content.forget()
        partialHead = []
        phase = .undecided
        return parser.length - before
    }

    /// Processes bytes of the body, which are stored or discarded.
    private mutating func processBody(
        _ bytes: ArraySlice<UInt8>,
        storing: Bool
    ) throws(Refusal) -> Int {
        guard case .length(let length)? = head?.framing else {
            return try processChunks(bytes, storing: storing)
        }
        let part = bytes.prefix(length - contentBytes - discardedBytes)
        let isLast = contentBytes + discardedBytes + part.count == length
        store(part, storing: storing, isLast: isLast)
        if isLast { endBody(storing: storing) }
        return part.count
    }

    private mutating func processChunks(
        _ bytes: ArraySlice<UInt8>,
        storing: Bool
    ) throws(Refusal) -> Int {
        var index = 0
        // Data of short chunks is joined and stored in one step.
        var joined: [UInt8] = []
        while let element = try nextElement(
            of: bytes,
            from: &index,
            after: &joined,
            storing: storing
        ) {
            switch element {
            case .data(let range) where range.count < Self.shortChunk:
                if joined.isEmpty { joined.reserveCapacity(bytes.count - range.lowerBound) }
                for position in range { joined.append(bytes[bytes.startIndex + position]) }
            case .data(let range):
                try storeChunks(&joined, storing: storing)
                let start = bytes.startIndex
                store(
                    bytes[start + range.lowerBound..<start + range.upperBound],
                    storing: storing,
                    isLast: false
                )
                guard discardedBytes <= Self.discardLimit else { throw .bodyTooLarge }
            case .end:
                try storeChunks(&joined, storing: storing)
                endBody(storing: storing)
                return index
            }
        }
        try storeChunks(&joined, storing: storing)
        return index
    }

    /// Returns the next element of a chunked body; stores the data before a framing error.
    private mutating func nextElement(
        of bytes: ArraySlice<UInt8>,
        from index: inout Int,
        after joined: inout [UInt8],
        storing: Bool
    ) throws(Refusal) -> ChunkedDecoder.Element? {
        do throws(Refusal) {
            return try chunks.next(bytes.span, from: &index, limits: limits)
        } catch {
            try storeChunks(&joined, storing: storing)
            throw error
        }
    }

    /// The length in bytes below which chunks are joined, because storing each one separately costs
    /// more than copying it.
    private static let shortChunk = 512

    private mutating func storeChunks(_ data: inout [UInt8], storing: Bool) throws(Refusal) {
        guard !data.isEmpty else { return }
        store(data[...], storing: storing, isLast: false)
        data.removeAll(keepingCapacity: true)
        guard discardedBytes <= Self.discardLimit else { throw .bodyTooLarge }
    }

    private mutating func store(_ part: ArraySlice<UInt8>, storing: Bool, isLast: Bool) {
        guard storing else {
            discardedBytes += part.count
            return
        }
        contentBytes += part.count
        content.add(part, isLast: isLast, of: head?.contentLength)
    }

    private mutating func endBody(storing: Bool) {
        guard storing else { return beginNextRequest() }
        content.end()
        isRequestRead = true
        phase = .complete
    }
}
