// SPDX-License-Identifier: Apache-2.0

extension Fault {
    /// What is wrong where a value has to start, and a byte stands that starts none; or, for a
    /// value that has started well, what is wrong with it.
    ///
    /// - Parameters:
    ///   - text: the whole text.
    ///   - position: the first byte that is not white space.
    ///   - opening: what is open there.
    ///   - isAfterComma: whether a comma stands before it.
    /// - Returns: the fault and its position.
    static func ofValue(
        _ text: Span<UInt8>,
        _ position: Int,
        inside opening: JSONError.Opening,
        isAfterComma: Bool
    ) -> Fault {
        guard position < text.count else {
            return Fault(.unexpectedEnd(inside: opening), at: position)
        }
        let byte = text[position]
        let next = text.byte(at: position + 1)
        switch byte {
        case Character8.minus, 0x30...0x39:
            return NumberToken.fault(text, position)
        case Character8.plus where next.startsWord:
            return WordToken.fault(text, position + 1, sign: "+", start: position)
        case Character8.plus:
            return Fault(.leadingPlus, at: position)
        case Character8.point:
            return Fault(.missingIntegerDigits, at: position)
        case UInt8(ascii: "'"):
            return Fault(.singleQuote, at: position)
        case Character8.closeBracket, Character8.closeBrace:
            return isAfterComma
                ? Fault(.trailingComma, at: position) : unexpected(text, position, .value)
        case _ where byte.startsWord:
            return WordToken.fault(text, position, sign: "", start: position)
        case _ where position == 0 && startsWithByteOrderMark(text):
            return Fault(.byteOrderMark, at: position)
        default:
            return unexpected(text, position, .value)
        }
    }

    /// What is wrong where a key or the end of an object has to stand.
    static func ofKey(_ text: Span<UInt8>, _ position: Int) -> Fault {
        let byte = text.byte(at: position)
        if byte == UInt8(ascii: "'") { return Fault(.singleQuote, at: position) }
        if byte == Character8.closeBrace { return Fault(.trailingComma, at: position) }
        if byte.startsWord {
            return Fault(.unquotedKey(WordToken.letters(text, position)), at: position)
        }
        return unexpected(text, position, .key, inside: .object)
    }

    /// What is wrong where only the bytes in `expected` would go on.
    static func unexpected(
        _ text: Span<UInt8>,
        _ position: Int,
        _ expected: JSONError.Expectation,
        inside opening: JSONError.Opening = .array
    ) -> Fault {
        guard position < text.count else {
            return Fault(.unexpectedEnd(inside: opening), at: position)
        }
        let byte = text[position]
        let next = text.byte(at: position + 1)
        if byte == Character8.slash, next == Character8.slash || next == UInt8(ascii: "*") {
            return Fault(.comment, at: position)
        }
        if byte | 0x20 == UInt8(ascii: "x"), text.byte(at: position - 1) == Character8.zero {
            return Fault(.hexadecimalNumber, at: position - 1)
        }
        return Fault(.unexpectedByte(byte, expected: expected), at: position)
    }

    /// What is wrong where only white space may follow.
    static func ofRest(_ text: Span<UInt8>, _ position: Int) -> Fault {
        let fault = unexpected(text, position, .value, inside: .body)
        guard case .unexpectedByte(let byte, _) = fault.reason else { return fault }
        return Fault(.trailingBytes(byte), at: position)
    }

    /// Whether the text starts with U+FEFF in UTF-8 or in either order of UTF-16.
    private static func startsWithByteOrderMark(_ text: Span<UInt8>) -> Bool {
        switch (text.byte(at: 0), text.byte(at: 1), text.byte(at: 2)) {
        case (0xEF, 0xBB, 0xBF), (0xFE, 0xFF, _), (0xFF, 0xFE, _): true
        default: false
        }
    }
}
