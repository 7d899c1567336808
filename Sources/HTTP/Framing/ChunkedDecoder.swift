// SPDX-License-Identifier: Apache-2.0

/// Decodes the chunked transfer coding of a body (RFC 9112 section 7.1).
struct ChunkedDecoder: Sendable {
    /// An element of a chunked body.
    enum Element: Equatable {
        /// The range of some data bytes.
        case data(Range<Int>)
        /// The end of the body; subsequent bytes belong to the next request.
        case end
    }

    /// The maximum length of a stream in bytes; `nil` if the limit of bodies applies.
    private let streamBytes: Int?
    private var state = State.start
    /// The sum of the chunk sizes so far.
    private var totalDataBytes = 0
    /// Bytes of framing beyond the allowance that the data has earned.
    private var excessFraming = 0

    private enum State {
        /// Before the first byte of a chunk line.
        case start
        case line(ChunkLine)
        case data(remaining: Int)
        case carriageReturn
        case lineFeed
        case trailers(TrailerSection)
    }

    /// The maximum number of bytes of framing beyond 16 per chunk and two per byte of data.
    private static let excessFramingLimit = 16 * 1_024

    /// The size at which a chunk stops earning allowance, to avoid overflow.
    private static let maximumCountedChunk = 1_024 * 1_024

    /// - Parameter streamBytes: The maximum length of a stream in bytes; `nil` if the limit of bodies
    ///   applies.
    init(streamBytes: Int? = nil) {
        self.streamBytes = streamBytes
    }

    /// Returns the next element of the body; `nil` if more bytes are needed.
    ///
    /// - Parameters:
    ///   - bytes: Bytes as received.
    ///   - index: The position to continue at; advanced past the bytes consumed.
    ///   - limits: The limits on the body and its trailers.
    /// - Returns: The element.
    /// - Throws: The framing error.
    mutating func next(
        _ bytes: Span<UInt8>,
        from index: inout Int,
        limits: Limits
    ) throws(Refusal) -> Element? {
        while index < bytes.count {
            switch state {
            case .data(let remaining):
                let count = min(remaining, bytes.count - index)
                index += count
                state = count == remaining ? .carriageReturn : .data(remaining: remaining - count)
                return .data(index - count..<index)
            case .carriageReturn where index + 1 < bytes.count, .start:
                if try parsePlainLine(bytes, from: &index, limits: limits) { continue }
            case .trailers(var trailers):
                let isComplete = try trailers.parse(bytes, from: &index, limits: limits)
                state = .trailers(trailers)
                return isComplete ? .end : nil
            default: break
            }
            let byte = bytes[index]
            index += 1
            try parseFraming(byte, limits: limits)
        }
        return nil
    }

    /// Parses, in one step, the line end after the data of a chunk, or a chunk line of a size only,
    /// as almost all are.
    ///
    /// This fast path keeps even chunks of one byte cheap. Returns `false` if the line is of
    /// another kind or incomplete.
    private mutating func parsePlainLine(
        _ bytes: Span<UInt8>,
        from index: inout Int,
        limits: Limits
    ) throws(Refusal) -> Bool {
        var end = index
        var size = 0
        if case .start = state {
            // Seven digits exceed any permitted size.
            while end < bytes.count, end < index + 7, let digit = bytes[end].hexadecimalValue {
                size = size << 4 | Int(digit)
                end += 1
            }
            guard end > index else { return false }
        }
        guard end + 1 < bytes.count, bytes[end] == .carriageReturn, bytes[end + 1] == .lineFeed
        else { return false }
        excessFraming += end + 2 - index
        guard excessFraming <= Self.excessFramingLimit else { throw .wastefulChunks }
        index = end + 2
        if case .start = state {
            state = try beginData(size, limits: limits)
        } else {
            state = .start
        }
        return true
    }

    /// Parses a byte that is neither data nor part of the trailers.
    private mutating func parseFraming(_ byte: UInt8, limits: Limits) throws(Refusal) {
        excessFraming += 1
        guard excessFraming <= Self.excessFramingLimit else { throw .wastefulChunks }
        switch state {
        case .start:
            try parseLine(ChunkLine(), byte, limits: limits)
        case .line(let line):
            try parseLine(line, byte, limits: limits)
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

    private mutating func parseLine(
        _ line: ChunkLine,
        _ byte: UInt8,
        limits: Limits
    ) throws(Refusal) {
        var line = line
        let isComplete = try line.parse(byte)
        state = isComplete ? try beginData(line.size, limits: limits) : .line(line)
    }

    /// Returns the state after a chunk line; the last chunk is empty.
    private mutating func beginData(_ size: Int, limits: Limits) throws(Refusal) -> State {
        guard size > 0 else { return .trailers(TrailerSection()) }
        let limit = streamBytes ?? limits.bodyBytes
        guard size <= limit - totalDataBytes else {
            throw streamBytes == nil ? .bodyTooLarge : .streamTooLong
        }
        totalDataBytes += size
        excessFraming = max(0, excessFraming - 16 - 2 * min(size, Self.maximumCountedChunk))
        return .data(remaining: size)
    }
}
