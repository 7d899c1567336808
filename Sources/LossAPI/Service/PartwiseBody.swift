// SPDX-License-Identifier: Apache-2.0

import Formats
import HTTP

/// A reader of bodies whose format has a decoder, which reads them part by part.
protocol PartwiseBody<Target>: BodyReader {
    /// The part that has been received, and how far the body has been read.
    var part: BodyPart { get set }

    /// Reads what is available of a part.
    ///
    /// - Parameters:
    ///   - bytes: The part.
    ///   - index: The offset from which to read; it is moved behind the bytes read.
    ///   - target: The receiver of the fields.
    /// - Throws: An error in the body or in a field.
    mutating func read(
        _ bytes: Span<UInt8>,
        _ index: inout Int,
        into target: inout Target
    ) throws

    /// Tells the decoder that the body has ended; what is left can then be read.
    mutating func endBody() throws

    /// Sets the fields that are known only once the whole body has been read.
    mutating func setRest(of target: inout Target) throws

    /// Discards the decoder and what it has read.
    mutating func abandon()
}

extension PartwiseBody {
    var textFootprint: Int { part.footprint }

    var isAtEnd: Bool { part.isAtEnd }

    /// Always `false`: a number takes little time for each byte.
    var isPaused: Bool { false }

    mutating func append(_ bytes: Span<UInt8>) { part.append(bytes) }

    mutating func append(_ segment: consuming BodySegment, _: MemoryAccount) -> Bool {
        part.replace(with: segment)
        return true
    }

    mutating func setMeter(_ meter: MemoryAccount?) { part.meter = meter }

    mutating func end() { part.isComplete = true }

    mutating func discardText() { part.discard() }

    mutating func skip() {
        discardText()
        abandon()
        part.isAtEnd = true
    }

    mutating func setRest(of _: inout Target) {}

    mutating func read(into target: inout Target, stopsAtLongValues _: Bool) throws {
        guard !isAtEnd else { return }
        let (bytes, start) = part.take()
        var index = start
        do {
            try read(bytes.span, &index, into: &target)
            guard part.isComplete else { return }
            try endBody()
            try read(bytes.span, &index, into: &target)
            try setRest(of: &target)
            part.isAtEnd = true
        } catch let error as FormatError where error.isOutOfMemory {
            // The account knows why, and the request is refused.
            skip()
        }
    }
}
