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

    private var state = State.start
    /// The sum of the chunk sizes so far.
    private var total = 0
    /// Bytes of framing that no data has made up for.
    private var waste = 0

    private enum State {
        /// Before the first byte of the line of a chunk.
        case start
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
            switch state {
            case .data(let left):
                let count = min(left, bytes.count - index)
                index += count
                state = count == left ? .carriageReturn : .data(left: left - count)
                return .data(index - count..<index)
            case .carriageReturn where index + 1 < bytes.count, .start:
                if try takePlainLine(bytes, from: &index, limits: limits) { continue }
            case .trailers(var trailers):
                let isComplete = try trailers.take(bytes, from: &index, limits: limits)
                state = .trailers(trailers)
                return isComplete ? .end : nil
            default: break
            }
            let byte = bytes[index]
            index += 1
            try takeFraming(byte, limits: limits)
        }
        return nil
    }

    /// Takes in the line end behind the data of a chunk, or the line before it where that is a size
    /// and no more, as nearly all are; false where it is not, or not all of it is there.
    ///
    /// Chunks of one byte, the shortest there are, cost 3 ns a byte on the wire this way.
    private mutating func takePlainLine(
        _ bytes: Span<UInt8>,
        from index: inout Int,
        limits: Limits
    ) throws(Refusal) -> Bool {
        var end = index
        var size = 0
        if case .start = state {
            // Seven digits are more than any body may have.
            while end < bytes.count, end < index + 7, let digit = bytes[end].hexadecimalValue {
                size = size << 4 | Int(digit)
                end += 1
            }
            guard end > index else { return false }
        }
        guard end + 1 < bytes.count, bytes[end] == .carriageReturn, bytes[end + 1] == .lineFeed
        else { return false }
        waste += end + 2 - index
        guard waste <= Self.wasteLimit else { throw .wastefulChunks }
        index = end + 2
        if case .start = state {
            state = try beginData(size, limits: limits)
        } else {
            state = .start
        }
        return true
    }

    /// Takes in a byte that is neither data nor of the trailers.
    private mutating func takeFraming(_ byte: UInt8, limits: Limits) throws(Refusal) {
        waste += 1
        guard waste <= Self.wasteLimit else { throw .wastefulChunks }
        switch state {
        case .start:
            try takeLine(ChunkLine(), byte, limits: limits)
        case .line(let line):
            try takeLine(line, byte, limits: limits)
        case .data, .trailers:
            break
        case .carriageReturn:
            guard byte == .carriageReturn else { throw .invalidChunkEnd }
            state = .lineFeed
        case .lineFeed:
            guard byte == .lineFeed else { throw .invalidChunkEnd }
            state = .start
        }
    }

    private mutating func takeLine(
        _ line: ChunkLine,
        _ byte: UInt8,
        limits: Limits
    ) throws(Refusal) {
        var line = line
        let isComplete = try line.take(byte)
        state = isComplete ? try beginData(line.size, limits: limits) : .line(line)
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
