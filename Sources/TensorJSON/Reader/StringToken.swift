// SPDX-License-Identifier: Apache-2.0

/// A JSON string with its escapes resolved.
struct StringToken {
    let value: String
    let hasEscapes: Bool
    /// The position after the closing quote.
    let end: Int

    /// The maximum length of a string, in bytes between its quotes.
    ///
    /// Far longer than any name needs, it bounds the text that a body can make the reader keep and
    /// quote.
    static let longest = 64 * 1_024

    /// Reads the string whose opening quote is at a position.
    init(_ text: Span<UInt8>, _ start: Int) throws(TokenError) {
        let first = start + 1
        let (last, hasEscapes) = try Self.closingQuote(text, from: first)
        self.hasEscapes = hasEscapes
        end = last + 1
        let content: UTF8Span
        do {
            content = try UTF8Span(validating: text.extracting(first..<last))
        } catch {
            let position = first + error.byteOffsets.lowerBound
            throw TokenError(.invalidUTF8(text.byte(at: position)), at: position)
        }
        value =
            hasEscapes
            ? try Self.unescaped(text, first..<last) : String(copying: content)
    }

    /// Whether a string without escapes is at a position.
    static func isPlain(_ value: String, in text: Span<UInt8>, at start: Int) -> Bool {
        let value = value.utf8.span
        guard text.byte(at: start) == ASCII.quote,
            text.byte(at: start + 1 + value.count) == ASCII.quote
        else { return false }
        var offset = 0
        while offset &+ 8 <= value.count {
            guard value.word(at: offset) == text.word(at: start &+ 1 &+ offset) else {
                return false
            }
            offset &+= 8
        }
        while offset < value.count {
            guard value[offset] == text.byte(at: start &+ 1 &+ offset) else { return false }
            offset &+= 1
        }
        return true
    }

    /// The position of the closing quote, and whether an escape precedes it.
    private static func closingQuote(
        _ text: Span<UInt8>,
        from start: Int
    ) throws(TokenError) -> (Int, hasEscapes: Bool) {
        var position = start
        var hasEscapes = false
        while true {
            position += plainCount(text.word(at: position))
            guard position - start <= longest else {
                throw TokenError(.stringTooLong(limit: longest), at: start - 1)
            }
            guard position < text.count else {
                throw TokenError(.unexpectedEnd(inside: .string), at: text.count)
            }
            let byte = text[position]
            if byte == ASCII.quote { return (position, hasEscapes) }
            if byte < 0x20 { throw TokenError(.controlCharacter(byte), at: position) }
            let isEscape = byte == ASCII.backslash
            hasEscapes = hasEscapes || isEscape
            position += isEscape ? 2 : 1
        }
    }

    /// A lower bound on the bytes of a word that precede a quote, a backslash, a control character
    /// or the end of the text, which reads as zeros.
    ///
    /// The first of the eight bytes is the least significant.
    private static func plainCount(_ word: UInt64) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = word ^ (ones &* UInt64(ASCII.quote))
        let backslashes = word ^ (ones &* UInt64(ASCII.backslash))
        // Subtracting a number sets the top bit of smaller bytes; borrows reach only bytes after
        // the first of these.
        let below = (word &- ones &* 0x20) & ~word
        let marks = below | (quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes
        return (marks & (ones &* 0x80)).trailingZeroBitCount &>> 3
    }

    private static func unescaped(
        _ text: Span<UInt8>,
        _ range: Range<Int>
    ) throws(TokenError) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count)
        var position = range.lowerBound
        while position < range.upperBound {
            let byte = text[position]
            guard byte == ASCII.backslash else {
                bytes.append(byte)
                position += 1
                continue
            }
            let escape = try Escape(text, position)
            bytes.append(contentsOf: String(escape.scalar).utf8)
            position = escape.end
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// An escape sequence (RFC 8259, section 7).
private struct Escape {
    let scalar: Unicode.Scalar
    let end: Int

    /// Reads the escape whose backslash is at a position before a closing quote.
    init(_ text: Span<UInt8>, _ start: Int) throws(TokenError) {
        let letter = text.byte(at: start + 1)
        guard letter == UInt8(ascii: "u") else {
            guard let scalar = Self.single[letter] else {
                throw TokenError(.invalidEscape(letter), at: start)
            }
            self.scalar = scalar
            end = start + 2
            return
        }
        let unit = try Self.codeUnit(text, start)
        if let scalar = Unicode.Scalar(unit) {
            self.scalar = scalar
            end = start + 6
            return
        }
        // A lead surrogate must be followed immediately by the escape of a trail surrogate.
        guard UTF16.isLeadSurrogate(unit), text.byte(at: start + 6) == ASCII.backslash,
            text.byte(at: start + 7) == UInt8(ascii: "u"),
            case let trail = try Self.codeUnit(text, start + 6), UTF16.isTrailSurrogate(trail),
            let scalar = Unicode.Scalar(
                0x1_0000 + (UInt32(unit & 0x3FF) << 10 | UInt32(trail & 0x3FF))
            )
        else { throw TokenError(.loneSurrogate(unit), at: start) }
        self.scalar = scalar
        end = start + 12
    }

    private static let single: [UInt8: Unicode.Scalar] = [
        ASCII.quote: "\"", ASCII.backslash: "\\", ASCII.slash: "/",
        UInt8(ascii: "b"): "\u{8}", UInt8(ascii: "f"): "\u{C}", UInt8(ascii: "n"): "\n",
        UInt8(ascii: "r"): "\r", UInt8(ascii: "t"): "\t",
    ]

    /// The UTF-16 code unit of the escape `\u` at a position.
    private static func codeUnit(_ text: Span<UInt8>, _ start: Int) throws(TokenError) -> UInt16 {
        var unit: UInt16 = 0
        for position in start + 2..<start + 6 {
            let character = Character(Unicode.Scalar(text.byte(at: position)))
            guard character.isASCII, let digit = character.hexDigitValue else {
                throw TokenError(.invalidUnicodeEscape, at: start)
            }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }
}
