// SPDX-License-Identifier: Apache-2.0

/// Parses the line before the data of a chunk: its size and extensions.
///
/// `chunk-size [ chunk-ext ] CRLF`, RFC 9112 section 7.1, one byte at a time. Extensions are
/// validated and otherwise ignored.
struct ChunkLine: Sendable {
    /// The size parsed so far.
    private(set) var size = 0
    private var state = State.start

    private enum State {
        case start
        case size
        case afterSize
        case nameStart
        case name
        case afterName
        case valueStart
        case value
        case quoted
        case escaped
        case afterQuoted
        case afterValue
        case lineFeed
    }

    /// Parses the next byte; returns whether it ends the line.
    mutating func parse(_ byte: UInt8) throws(Refusal) -> Bool {
        switch state {
        case .start, .size, .afterSize:
            try parseSize(byte)
        case .nameStart, .name, .afterName, .valueStart, .value, .quoted, .escaped, .afterQuoted,
            .afterValue:
            guard let next = stateOfExtension(after: byte) else { throw .invalidChunkExtension }
            state = next
        case .lineFeed:
            guard byte == .lineFeed else { throw .invalidChunkSize }
            return true
        }
        return false
    }

    /// Parses `1*HEXDIG`; white space is allowed only before an extension.
    private mutating func parseSize(_ byte: UInt8) throws(Refusal) {
        if let digit = byte.hexadecimalValue, state != .afterSize {
            guard size <= Int.max >> 4 else { throw .invalidChunkSize }
            size = size << 4 | Int(digit)
            state = .size
        } else if byte == UInt8(ascii: ";"), state != .start {
            state = .nameStart
        } else if byte.isWhitespace, state != .start {
            state = .afterSize
        } else if byte == .carriageReturn, state == .size {
            state = .lineFeed
        } else {
            throw .invalidChunkSize
        }
    }

    /// `*( BWS ";" BWS token [ BWS "=" BWS ( token / quoted-string ) ] )`, RFC 9112 section 7.1.1.
    ///
    /// - Returns: The next state; `nil` if the byte is invalid here.
    private func stateOfExtension(after byte: UInt8) -> State? {
        switch state {
        case .quoted where byte == UInt8(ascii: "\""): .afterQuoted
        case .quoted where byte == UInt8(ascii: "\\"): .escaped
        case .quoted, .escaped: byte.isFieldValueCharacter ? .quoted : nil
        case .valueStart where byte == UInt8(ascii: "\""): .quoted
        case .nameStart, .valueStart:
            if byte.isWhitespace { state } else { stateOfToken(after: byte) }
        case .name where byte.isTokenCharacter, .value where byte.isTokenCharacter: state
        default: stateOfEnd(after: byte)
        }
    }

    /// The state after the first character of a name or a value.
    private func stateOfToken(after byte: UInt8) -> State? {
        guard byte.isTokenCharacter else { return nil }
        return state == .nameStart ? .name : .value
    }

    /// The state after the end of a name or a value.
    private func stateOfEnd(after byte: UInt8) -> State? {
        let isName = state == .name || state == .afterName
        switch byte {
        case UInt8(ascii: ";"): return .nameStart
        case UInt8(ascii: "=") where isName: return .valueStart
        case .space, .horizontalTab: return isName ? .afterName : .afterValue
        // White space is not allowed before the line end.
        case .carriageReturn where state != .afterName && state != .afterValue: return .lineFeed
        default: return nil
        }
    }
}
