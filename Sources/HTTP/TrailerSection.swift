// SPDX-License-Identifier: Apache-2.0

/// The lines after the last chunk (RFC 9112 section 7.1.2), one byte at a time.
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

    /// Takes the next byte in; true if it ends the section.
    mutating func take(_ byte: UInt8, limits: Limits) throws(Refusal) -> Bool {
        bytes += 1
        guard bytes <= limits.headBytes else { throw .headTooLarge }
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
