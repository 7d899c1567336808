// SPDX-License-Identifier: Apache-2.0

/// Reading bytes as text.
extension Span<UInt8> {
    /// Whether these bytes are `text`, which is given in lower case, in any case.
    func equalsIgnoringCase(_ text: String) -> Bool {
        let expected = text.utf8.span
        guard count == expected.count else { return false }
        for index in indices where self[index].lowercased != expected[index] { return false }
        return true
    }

    /// Whether these bytes are exactly `text`.
    func equals(_ text: String) -> Bool {
        let expected = text.utf8.span
        guard count == expected.count else { return false }
        for index in indices where self[index] != expected[index] { return false }
        return true
    }

    /// The bytes of a range as a string, nil where they are not UTF-8.
    func string(_ range: Range<Int>) -> String? {
        do {
            return String(copying: try UTF8Span(validating: extracting(range)))
        } catch {
            // Where the first wrong byte stands does not matter: the caller has a fact to report.
            return nil
        }
    }

    /// The part of a range that is left without the white space at its ends (RFC 9110 section
    /// 5.6.3).
    func trimming(_ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, self[start].isWhitespace { start += 1 }
        while start < end, self[end - 1].isWhitespace { end -= 1 }
        return start..<end
    }

    /// Where a byte first stands within a range.
    func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
        for index in range where self[index] == byte { return index }
        return nil
    }
}
