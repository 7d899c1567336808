// SPDX-License-Identifier: Apache-2.0

/// Takes the chunked transfer coding off a body (RFC 9112 section 7.1).
struct ChunkedDecoder: Sendable {
    /// What a run of bytes turned out to be.
    enum Piece: Equatable {
        /// Bytes of the body, to be kept.
        case data(Range<Int>)
        /// The end of the body; what follows belongs to the next request.
        case end
    }

    private var state = State.line(ChunkLine())
    /// The sum of the chunk sizes so far.
    private var total = 0
    /// Bytes of framing that no data has made up for.
    private var waste = 0

    private enum State {
        case line(ChunkLine)
        case data(left: Int)
        case carriageReturn
        case lineFeed
        case trailers(TrailerSection)
    }

    /// Framing a sender may have in excess of 16 bytes a chunk and two a byte of data.
    private static let wasteLimit = 16 * 1_024

    /// The largest chunk that its framing is measured against, lest the measure overflow.
    private static let measure = 1_024 * 1_024

    /// The next piece of the body, nil if more bytes are needed.
    ///
    /// - Parameters:
    ///   - bytes: Bytes as they came.
    ///   - index: Where to go on; moved behind what has been read.
    ///   - limits: The bounds that the body and its trailers have to keep.
    /// - Returns: The piece.
    /// - Throws: What is wrong with the framing.
    mutating func next(
        _ bytes: Span<UInt8>,
        from index: inout Int,
        limits: Limits
    ) throws(Refusal) -> Piece? {
        while index < bytes.count {
            if case .data(let left) = state {
                let count = min(left, bytes.count - index)
                state = count == left ? .carriageReturn : .data(left: left - count)
                index += count
                return .data(index - count..<index)
            }
            let byte = bytes[index]
            index += 1
            if try takeFraming(byte, limits: limits) { return .end }
        }
        return nil
    }

    /// Takes in a byte that is not data; true if it ends the body.
    private mutating func takeFraming(_ byte: UInt8, limits: Limits) throws(Refusal) -> Bool {
        waste += 1
        guard waste <= Self.wasteLimit else { throw .wastefulChunks }
        switch state {
        case .line(var line):
            let isComplete = try line.take(byte)
            state = isComplete ? try beginData(line.size, limits: limits) : .line(line)
        case .data:
            break
        case .carriageReturn:
            guard byte == .carriageReturn else { throw .invalidChunkEnd }
            state = .lineFeed
        case .lineFeed:
            guard byte == .lineFeed else { throw .invalidChunkEnd }
            state = .line(ChunkLine())
        case .trailers(var trailers):
            waste -= 1
            let isComplete = try trailers.take(byte, limits: limits)
            state = .trailers(trailers)
            return isComplete
        }
        return false
    }

    /// The state after a chunk line; the last chunk is the empty one.
    private mutating func beginData(_ size: Int, limits: Limits) throws(Refusal) -> State {
        guard size > 0 else { return .trailers(TrailerSection()) }
        guard size <= limits.bodyBytes - total else { throw .bodyTooLarge }
        total += size
        waste = max(0, waste - 16 - 2 * min(size, Self.measure))
        return .data(left: size)
    }
}
