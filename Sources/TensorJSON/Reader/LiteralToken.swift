// SPDX-License-Identifier: Apache-2.0

/// One of the literals `true`, `false` and `null`.
enum LiteralToken {
    case `true`
    case `false`
    case null

    /// The length in bytes.
    var length: Int { self == .false ? 5 : 4 }

    var kind: JSONKind { self == .null ? .null : .boolean }

    /// The literal that starts at a position; `nil` if there is none.
    init?(_ text: Span<UInt8>, at start: Int) {
        switch text.byte(at: start) {
        case UInt8(ascii: "n"): self = .null
        case UInt8(ascii: "t"): self = .true
        case UInt8(ascii: "f"): self = .false
        default: return nil
        }
        for (offset, byte) in word.utf8.enumerated() where text.byte(at: start + offset) != byte {
            return nil
        }
        let next = text.byte(at: start + length)
        guard !next.startsIdentifier, !next.isDigit else { return nil }
    }

    private var word: String {
        switch self {
        case .true: "true"
        case .false: "false"
        case .null: "null"
        }
    }

    /// Reads the literal that starts at a position.
    static func read(_ text: Span<UInt8>, _ start: Int) throws(TokenError) -> LiteralToken {
        switch letters(text, start) {
        case "true": return .true
        case "false": return .false
        case "null": return .null
        default: throw error(text, start, sign: "", start: start)
        }
    }

    /// Explains why a word is not one of the three literals.
    ///
    /// - Parameters:
    ///   - text: the received text.
    ///   - position: the position of the first letter.
    ///   - sign: the sign before the letters, if any.
    ///   - start: the position of the sign or, without one, of the first letter.
    /// - Returns: the error and its position.
    static func error(
        _ text: Span<UInt8>,
        _ position: Int,
        sign: String,
        start: Int
    ) -> TokenError {
        let word = letters(text, position)
        if ["nan", "inf", "infinity"].contains(word.lowercased()) {
            return TokenError(.nanToken(sign + word), at: start)
        }
        let isCut = position + word.utf8.count == text.count
        if isCut, sign.isEmpty, ["true", "false", "null"].contains(where: { $0.hasPrefix(word) }) {
            return TokenError(.unexpectedEnd(inside: .literal), at: text.count)
        }
        return sign.isEmpty
            ? TokenError(.unknownWord(word), at: start)
            : TokenError(.missingIntegerDigits, at: start)
    }

    /// The letters and digits that start at a position.
    static func letters(_ text: Span<UInt8>, _ start: Int) -> String {
        var end = start
        while text.byte(at: end).startsIdentifier || text.byte(at: end).isDigit { end += 1 }
        return text.excerpt(start..<end)
    }
}
