// SPDX-License-Identifier: Apache-2.0

/// The lines after the last chunk (RFC 9112 section 7.1.2).
///
/// They are checked and thrown away: no field of a request that means something to this server may
/// come late.
struct TrailerSection: Sendable {
    private var state = State.lineStart
    private var bytes = 0
    private var lines = 0

    private enum State {
        case lineStart
        case name
        case value
        case lineFeed
        case lastLineFeed
    }

    /// Takes bytes in, up to the end of the section; true if that is there.
    ///
    /// - Parameters:
    ///   - text: Bytes as they came.
    ///   - index: Where to go on; moved behind what has been read.
    ///   - limits: The bounds of the section, those of a head.
    /// - Returns: Whether the section has ended.
    /// - Throws: What is wrong with it.
    mutating func take(
        _ text: Span<UInt8>,
        from index: inout Int,
        limits: Limits
    ) throws(Refusal) -> Bool {
        while index < text.count {
            if state == .value {
                let end = min(text.count, index + max(0, limits.headBytes - bytes))
                let next = text.afterPlainText(from: index, end: end)
                bytes += next - index
                index = next
                guard index < text.count else { return false }
            }
            let byte = text[index]
            index += 1
            bytes += 1
            guard bytes <= limits.headBytes else { throw .headTooLarge }
            if try take(byte, limits: limits) { return true }
        }
        return false
    }

    private mutating func take(_ byte: UInt8, limits: Limits) throws(Refusal) -> Bool {
        switch state {
        case .lineStart where byte == .carriageReturn:
            state = .lastLineFeed
        case .lineStart:
            lines += 1
            guard lines <= limits.fieldCount else { throw .tooManyFields }
            guard byte.isTokenCharacter else { throw .invalidTrailer }
            state = .name
        case .name:
            guard byte.isTokenCharacter || byte == UInt8(ascii: ":") else { throw .invalidTrailer }
            if byte == UInt8(ascii: ":") { state = .value }
        case .value:
            guard byte.isFieldValueCharacter || byte == .carriageReturn else {
                throw .invalidTrailer
            }
            if byte == .carriageReturn { state = .lineFeed }
        case .lineFeed:
            guard byte == .lineFeed else { throw .invalidTrailer }
            state = .lineStart
        case .lastLineFeed:
            guard byte == .lineFeed else { throw .invalidTrailer }
            return true
        }
        return false
    }
}
