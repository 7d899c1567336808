// SPDX-License-Identifier: Apache-2.0

/// A short piece of JSON text that a reader expects, such as the key of a member and the signs around it.
///
/// A text matches with and without a space after each comma and colon, as most writers write.
package struct ExpectedText: Sendable {
    private let compact: Words
    private let spaced: Words
    private let endsInSeparator: Bool

    /// Creates an expected text of at most 24 bytes, of which spaces take a part.
    ///
    /// - Parameter text: a text without spaces, whose commas and colons are those of the grammar.
    package init(_ text: String) {
        compact = Words(Array(text.utf8))
        endsInSeparator = text.utf8.last == ASCII.comma || text.utf8.last == ASCII.colon
        spaced = Words(
            text.utf8.flatMap { byte in
                byte == ASCII.comma || byte == ASCII.colon ? [byte, 0x20] : [byte]
            }
        )
    }

    /// The bytes of a text in words, the first byte in the lowest place.
    private struct Words {
        let length: Int
        private let words: (UInt64, UInt64, UInt64)
        private let masks: (UInt64, UInt64, UInt64)

        init(_ bytes: [UInt8]) {
            precondition((1...24).contains(bytes.count), "the text has 1 to 24 bytes")
            length = bytes.count
            let text = bytes.span
            words = (text.word(at: 0), text.word(at: 8), text.word(at: 16))
            func mask(from start: Int) -> UInt64 {
                let count = min(max(bytes.count - start, 0), 8)
                return count == 8 ? ~0 : (1 << UInt64(8 * count)) - 1
            }
            masks = (mask(from: 0), mask(from: 8), mask(from: 16))
        }

        @inline(__always)
        func match(_ text: Span<UInt8>, at position: Int) -> Bool {
            guard (text.word(at: position) ^ words.0) & masks.0 == 0 else { return false }
            guard length > 8 else { return true }
            guard (text.word(at: position &+ 8) ^ words.1) & masks.1 == 0 else { return false }
            guard length > 16 else { return true }
            return (text.word(at: position &+ 16) ^ words.2) & masks.2 == 0
        }
    }

    /// The length of the text at a position if it is the expected one, else 0.
    @inline(__always)
    fileprivate func length(in text: Span<UInt8>, at position: Int) -> Int {
        if compact.match(text, at: position) {
            let end = position &+ compact.length
            return compact.length &+ (endsInSeparator && text.byte(at: end) == 0x20 ? 1 : 0)
        }
        return spaced.match(text, at: position) ? spaced.length : 0
    }
}

// Readers of texts whose members and their order are known, which make no string of a key. Each moves
// `position` behind what it has read, and leaves it near the first byte that differs.
extension Span<UInt8> {
    /// Reads an expected text; returns `false` if another follows.
    package func skip(_ expected: ExpectedText, at position: inout Int) -> Bool {
        let length = expected.length(in: self, at: position)
        position &+= length
        return length > 0
    }

    /// Reads one byte; returns `false` if it is another.
    package func skip(_ expected: UInt8, at position: inout Int) -> Bool {
        guard byte(at: position) == expected else { return false }
        position &+= 1
        return true
    }

    /// Reads an integer of at most 18 decimal digits without leading zeros; `nil` if there is none.
    package func readDecimal(at position: inout Int) -> Int? {
        let start = position
        var number = 0
        while byte(at: position).isDigit, position &- start < 18 {
            number = 10 &* number &+ Int(byte(at: position) &- ASCII.zero)
            position &+= 1
        }
        guard position > start, byte(at: start) != ASCII.zero || position == start &+ 1 else {
            return nil
        }
        return number
    }

    /// Reads lower-case hexadecimal digits, eight at a time.
    ///
    /// - Parameters:
    ///   - position: the position of the first digit.
    ///   - digits: receives the integer in digits of 32 bits, the highest first; the last is padded with zeros
    ///     in its lowest places.
    /// - Returns: the number of hexadecimal digits.
    package func readHexadecimal(
        at position: inout Int,
        appendingTo digits: inout [UInt32]
    ) -> Int {
        let start = position
        while true {
            let (digit, count) = hexadecimalDigit(word(at: position))
            position &+= count
            if count > 0 { digits.append(digit) }
            guard count == 8 else { return position &- start }
        }
    }

    /// Reads a string and appends its bytes; returns `false` if it is not well-formed.
    package func readString(at position: inout Int, appendingTo bytes: inout [UInt8]) -> Bool {
        guard byte(at: position) == ASCII.quote else { return false }
        let start = position &+ 1
        var end = start
        while byte(at: end).isPlain { end &+= 1 }
        if byte(at: end) == ASCII.quote, end &- start <= StringToken.longest {
            bytes.append(copying: extracting(start..<end))
            position = end &+ 1
            return true
        }
        do {
            let string = try StringToken(self, position)
            bytes.append(contentsOf: string.value.utf8)
            position = string.end
            return true
        } catch {
            position = Swift.max(position, Swift.min(error.position, count))
            return false
        }
    }

    /// The position of the first byte of a value from a position on; `nil` if there is none.
    package func position(of byte: UInt8, from start: Int) -> Int? {
        let ones: UInt64 = 0x0101_0101_0101_0101
        var position = start
        while position <= count &- 8 {
            let difference = word(at: position) ^ ones &* UInt64(byte)
            // Borrows reach only bytes after the first that is zero.
            let zeros = (difference &- ones) & ~difference & (ones &* 0x80)
            guard zeros == 0 else { return position &+ zeros.trailingZeroBitCount &>> 3 }
            position &+= 8
        }
        while position < count {
            if self[position] == byte { return position }
            position &+= 1
        }
        return nil
    }
}

extension UInt8 {
    /// Whether it stands for itself in a string: ASCII, but no control character, quote or backslash.
    @inline(__always)
    fileprivate var isPlain: Bool {
        self >= 0x20 && self < 0x80 && self != ASCII.quote && self != ASCII.backslash
    }
}

/// The lower-case hexadecimal digits at the start of a text of eight bytes, as the highest places of a number,
/// and how many there are.
@inline(__always)
private func hexadecimalDigit(_ text: UInt64) -> (digit: UInt32, count: Int) {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let top = ones &* 0x80
    // Without its top bit, a byte plus 0x80 - n has the top bit if it is at least n.
    let bytes = text & ~top
    let fromZero = bytes &+ ones &* (0x80 - 0x30)
    let afterNine = bytes &+ ones &* (0x80 - 0x3A)
    let fromA = bytes &+ ones &* (0x80 - 0x61)
    let afterF = bytes &+ ones &* (0x80 - 0x67)
    let letters = fromA & ~afterF
    let others = ~((fromZero & ~afterNine | letters) & ~text) & top
    let count = others == 0 ? 8 : others.trailingZeroBitCount &>> 3
    let values = (bytes & (ones &* 0x0F)) &+ ((letters & top) &>> 7) &* 9
    let kept = count == 8 ? values : values & ((1 &<< UInt64(8 &* count)) &- 1)
    // The first byte is the highest.
    var packed = kept.byteSwapped
    packed = (packed | packed &>> 4) & 0x00FF_00FF_00FF_00FF
    packed = (packed | packed &>> 8) & 0x0000_FFFF_0000_FFFF
    packed |= packed &>> 16
    return (UInt32(truncatingIfNeeded: packed), count)
}

extension JSONReader {
    /// The progress of a reader of one form of a value.
    package enum KnownForm {
        /// The value ends at a position.
        case read(end: Int)
        /// The text differs at about a position.
        case differs(near: Int)
    }

    /// Reads the next value by a reader of its usual form, which is faster than this one.
    ///
    /// - Parameters:
    ///   - depth: the nesting depth of the value in that form.
    ///   - read: Reads the value at a position of the text. It must accept only what this reader would, and
    ///     keep nothing of a value that differs.
    /// - Returns: `false` if the value has another form; nothing has been read then.
    /// - Throws: `JSONError` with `needsMore` if the value continues beyond the received text.
    package mutating func readKnownForm(
        depth: Int,
        _ read: (Span<UInt8>, _ start: Int) -> KnownForm
    ) throws(JSONError) -> Bool {
        try requireProgress()
        guard self.depth + depth <= maximumDepth else { return false }
        let start = text.bytes.span.afterWhitespace(offset)
        switch read(text.bytes.span, start) {
        case .read(let end):
            move(to: end)
            return true
        case .differs(let place):
            // Near the end, the text may differ because it has been cut off.
            guard text.isComplete || place + Self.longestExpected < text.bytes.count else {
                throw shortage()
            }
            return false
        }
    }

    /// More bytes than any token of a known form whose end decides about it.
    private static let longestExpected = 64
}
