// SPDX-License-Identifier: Apache-2.0

/// Comparing, searching and decoding bytes as text.
extension Span<UInt8> {
    /// Returns whether the bytes equal `text`, given in lower case, ignoring case.
    func equalsIgnoringCase(_ text: String) -> Bool {
        guard count == text.utf8.count else { return false }
        let expected = text.utf8.span
        for index in indices where self[index].lowercased != expected[index] { return false }
        return true
    }

    /// Returns whether the bytes equal `name`, ignoring case, comparing eight at a time.
    ///
    /// `name` consists of lower-case letters and hyphens. The bit 0x20 distinguishes the cases of a
    /// letter, and the bit 0x40 a letter of `name` from a hyphen.
    func equalsIgnoringCase(_ name: Span<UInt8>) -> Bool {
        guard count == name.count else { return false }
        var index = 0
        while index <= count - 8 {
            let expected = name.word(at: index)
            let cases = (expected & 0x4040_4040_4040_4040) &>> 1
            guard word(at: index) | cases == expected else { return false }
            index += 8
        }
        while index < count {
            guard self[index] | ((name[index] & 0x40) >> 1) == name[index] else { return false }
            index += 1
        }
        return true
    }

    /// Returns whether the bytes are exactly `text`.
    func equals(_ text: String) -> Bool {
        let expected = text.utf8.span
        guard count == expected.count else { return false }
        for index in indices where self[index] != expected[index] { return false }
        return true
    }

    /// Returns whether the bytes equal `other`, comparing eight at a time.
    func equals(_ other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        guard count >= 8 else {
            for index in indices where self[index] != other[index] { return false }
            return true
        }
        // The last eight bytes may overlap the ones before.
        let last = count - 8
        var index = 0
        while index < last {
            guard word(at: index) == other.word(at: index) else { return false }
            index += 8
        }
        return word(at: last) == other.word(at: last)
    }

    /// Returns the eight bytes at a position, the first one lowest; compiled to one load.
    @inline(__always)
    func word(at position: Int) -> UInt64 {
        precondition(position >= 0 && position <= count - 8, "eight bytes beyond the end")
        var word: UInt64 = 0
        for offset in 0..<8 { word |= UInt64(self[position &+ offset]) &<< UInt64(8 &* offset) }
        return word
    }

    /// Returns a position before which all bytes are `VCHAR`, space or `obs-text`, examining eight
    /// at a time.
    @inline(__always)
    func afterPlainText(from position: Int, end: Int) -> Int {
        let lowest: UInt64 = 0x0101_0101_0101_0101
        var index = position
        while index &+ 8 <= end {
            let word = word(at: index)
            // The top bit of each byte that is below 0x20 or equal to 0x7F, and possibly of
            // subsequent bytes.
            let control = (word &- (0x20 &* lowest)) & ~word
            let difference = word ^ (0x7F &* lowest)
            let delete = (difference &- lowest) & ~difference
            let marks = (control | delete) & (0x80 &* lowest)
            guard marks == 0 else { return index &+ marks.trailingZeroBitCount / 8 }
            index &+= 8
        }
        return index
    }

    /// Returns the position of the first colon in a range, examining eight bytes at a time.
    func firstColon(in range: Range<Int>) -> Int? {
        let lowest: UInt64 = 0x0101_0101_0101_0101
        var index = range.lowerBound
        while index + 8 <= range.upperBound {
            let difference = word(at: index) ^ (UInt64(UInt8(ascii: ":")) &* lowest)
            // The lowest mark is exact; higher ones may result from a borrow.
            let marks = (difference &- lowest) & ~difference & (0x80 &* lowest)
            if marks != 0 { return index + marks.trailingZeroBitCount / 8 }
            index += 8
        }
        return firstIndex(of: UInt8(ascii: ":"), in: index..<range.upperBound)
    }

    /// Decodes a range as a string; `nil` if it is not valid UTF-8.
    func string(_ range: Range<Int>) -> String? {
        do {
            return String(copying: try UTF8Span(validating: extracting(range)))
        } catch {
            // The position of the invalid byte is not reported by any caller.
            return nil
        }
    }

    /// Returns a range without the white space at its ends (RFC 9110 section 5.6.3).
    func trimming(_ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, self[start].isWhitespace { start += 1 }
        while start < end, self[end - 1].isWhitespace { end -= 1 }
        return start..<end
    }

    /// Returns the position of the first occurrence of a byte in a range.
    func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
        for index in range where self[index] == byte { return index }
        return nil
    }
}
