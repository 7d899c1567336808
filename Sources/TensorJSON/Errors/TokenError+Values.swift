// SPDX-License-Identifier: Apache-2.0

extension TokenError {
    /// Explains why no value can be read at a position where one must start.
    ///
    /// - Parameters:
    ///   - text: the received text.
    ///   - position: the first byte that is not white space.
    ///   - context: the innermost open value.
    ///   - isAfterComma: whether a comma precedes the position.
    /// - Returns: the error and its position.
    static func invalidValue(
        _ text: Span<UInt8>,
        _ position: Int,
        inside context: JSONError.Context,
        isAfterComma: Bool
    ) -> TokenError {
        guard position < text.count else {
            return TokenError(.unexpectedEnd(inside: context), at: position)
        }
        let byte = text[position]
        let next = text.byte(at: position + 1)
        switch byte {
        case ASCII.minus, 0x30...0x39:
            return NumberToken.error(text, position)
        case ASCII.plus where next.startsIdentifier:
            return LiteralToken.error(text, position + 1, sign: "+", start: position)
        case ASCII.plus:
            return TokenError(.leadingPlus, at: position)
        case ASCII.point:
            return TokenError(.missingIntegerDigits, at: position)
        case UInt8(ascii: "'"):
            return TokenError(.singleQuote, at: position)
        case ASCII.closeBracket, ASCII.closeBrace:
            return isAfterComma
                ? TokenError(.trailingComma, at: position) : unexpected(text, position, .value)
        case _ where byte.startsIdentifier:
            return LiteralToken.error(text, position, sign: "", start: position)
        case _ where position == 0 && startsWithByteOrderMark(text):
            return TokenError(.byteOrderMark, at: position)
        default:
            return unexpected(text, position, .value)
        }
    }

    /// Explains why neither a key nor the end of an object can be read at a position.
    static func invalidKey(_ text: Span<UInt8>, _ position: Int) -> TokenError {
        let byte = text.byte(at: position)
        if byte == UInt8(ascii: "'") { return TokenError(.singleQuote, at: position) }
        if byte == ASCII.closeBrace { return TokenError(.trailingComma, at: position) }
        if byte.startsIdentifier {
            return TokenError(.unquotedKey(LiteralToken.letters(text, position)), at: position)
        }
        return unexpected(text, position, .key, inside: .object)
    }

    /// Explains why the byte at a position is not one of those expected.
    static func unexpected(
        _ text: Span<UInt8>,
        _ position: Int,
        _ expected: JSONError.Expectation,
        inside context: JSONError.Context = .array
    ) -> TokenError {
        guard position < text.count else {
            return TokenError(.unexpectedEnd(inside: context), at: position)
        }
        let byte = text[position]
        let next = text.byte(at: position + 1)
        if byte == ASCII.slash, next == ASCII.slash || next == UInt8(ascii: "*") {
            return TokenError(.comment, at: position)
        }
        if byte | 0x20 == UInt8(ascii: "x"), text.byte(at: position - 1) == ASCII.zero {
            return TokenError(.hexadecimalNumber, at: position - 1)
        }
        return TokenError(.unexpectedByte(byte, expected: expected), at: position)
    }

    /// Explains why the text after the end of the body's value is invalid.
    static func trailing(_ text: Span<UInt8>, _ position: Int) -> TokenError {
        let error = unexpected(text, position, .value, inside: .body)
        guard case .unexpectedByte(let byte, _) = error.reason else { return error }
        return TokenError(.trailingBytes(byte), at: position)
    }

    /// Whether the text starts with U+FEFF in UTF-8 or in either order of UTF-16.
    private static func startsWithByteOrderMark(_ text: Span<UInt8>) -> Bool {
        switch (text.byte(at: 0), text.byte(at: 1), text.byte(at: 2)) {
        case (0xEF, 0xBB, 0xBF), (0xFE, 0xFF, _), (0xFF, 0xFE, _): true
        default: false
        }
    }
}
