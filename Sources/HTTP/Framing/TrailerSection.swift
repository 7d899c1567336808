// SPDX-License-Identifier: Apache-2.0

/// Parses the lines after the last chunk (RFC 9112 section 7.1.2).
///
/// They are validated and discarded: this server uses no field that may be sent as a trailer.
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

    /// Parses bytes up to the end of the section.
    ///
    /// - Parameters:
    ///   - text: Bytes as received.
    ///   - index: The position to continue at; advanced past the bytes consumed.
    ///   - limits: The limits on the section, the same as for a head.
    /// - Returns: Whether the section has ended.
    /// - Throws: The syntax error.
    mutating func parse(
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
            if try parse(byte, limits: limits) { return true }
        }
        return false
    }

    private mutating func parse(_ byte: UInt8, limits: Limits) throws(Refusal) -> Bool {
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
