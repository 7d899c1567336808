// SPDX-License-Identifier: Apache-2.0

import TensorJSON

/// The text of a cell, which may be quoted (RFC 4180, section 2).
struct CSVCell {
    /// The content, within the quotes if there are any.
    let content: Range<Int>
    /// The position after the cell, of a comma or of a line end.
    let end: Int
    private let isQuoted: Bool
    /// Whether the content has doubled quotes.
    private let hasDoubledQuotes: Bool
    /// The count of line feeds in the cell.
    let lineFeeds: Int

    static let quote = UInt8(ascii: "\"")
    static let comma = UInt8(ascii: ",")
    static let carriageReturn = UInt8(ascii: "\r")
    static let lineFeed = UInt8(ascii: "\n")

    /// Finds the cell at a position; `nil` if the text ends within it.
    ///
    /// - Throws: The reason that the cell is refused.
    init?(_ text: Span<UInt8>, at start: Int) throws(LineReason) {
        var position = start
        guard position < text.count, text[position] == Self.quote else {
            while position < text.count, !Self.endsCell(text[position]) { position += 1 }
            guard position < text.count else { return nil }
            content = start..<position
            end = position
            (isQuoted, hasDoubledQuotes, lineFeeds) = (false, false, 0)
            return
        }
        var (doubles, lines) = (false, 0)
        position += 1
        while true {
            guard position + 1 < text.count else { return nil }
            let byte = text[position]
            if byte == Self.lineFeed { lines += 1 }
            position += 1
            guard byte == Self.quote else { continue }
            guard text[position] == Self.quote else { break }
            doubles = true
            position += 1
        }
        guard Self.endsCell(text[position]) else { throw .strayQuote }
        content = (start + 1)..<(position - 1)
        end = position
        (isQuoted, hasDoubledQuotes, lineFeeds) = (true, doubles, lines)
    }

    private static func endsCell(_ byte: UInt8) -> Bool {
        byte == comma || byte == lineFeed || byte == carriageReturn
    }

    /// The content as text; `nil` if it is not UTF-8.
    func string(_ text: Span<UInt8>) -> String? {
        var bytes: [UInt8] = []
        bytes.append(copying: text.extracting(content))
        var string = String(validating: bytes, as: UTF8.self)
        if hasDoubledQuotes {
            string = string.map { text in
                text.split(separator: "\"\"", omittingEmptySubsequences: false)
                    .joined(separator: "\"")
            }
        }
        return string
    }

    /// The text, of which white space around it is no part unless it is quoted.
    ///
    /// - Throws: The reason that it is not a label.
    func label(_ text: Span<UInt8>) throws(LineReason) -> String {
        guard let string = string(text) else { throw .invalidUTF8 }
        var label = Substring(string)
        if !isQuoted {
            label = label.drop { $0 == " " || $0 == "\t" }
            while let last = label.last, last == " " || last == "\t" { label.removeLast() }
        }
        guard !label.isEmpty else { throw .noLabel }
        return String(label)
    }

    /// The number, NaN for a missing value; white space around it is ignored.
    ///
    /// - Throws: The reason that it is not a number.
    func number(_ text: Span<UInt8>) throws(LineReason) -> Double {
        var range = content
        while !range.isEmpty, Self.isBlank(text[range.lowerBound]) { range.removeFirst() }
        while !range.isEmpty, Self.isBlank(text[range.upperBound - 1]) { range.removeLast() }
        guard !range.isEmpty else { return .nan }
        let cell = text.extracting(range)
        if case .number(let number) = NumberInText(cell) { return number }
        if let value = Self.word(cell) { return value }
        var bytes: [UInt8] = []
        bytes.append(copying: cell.extracting(first: min(cell.count, Self.longestNumber)))
        let word = String(decoding: bytes, as: UTF8.self)
        guard bytes.count == cell.count else { throw .notANumber(word.shortened) }
        return try Self.number(bytes, word)
    }

    /// The maximum length in bytes of a number that is not one of JSON.
    private static let longestNumber = 1_024

    /// The value of a word in any case: of a missing value, or of a label; `nil` for others.
    private static func word(_ cell: Span<UInt8>) -> Double? {
        guard cell.count <= 5 else { return nil }
        var word: UInt64 = 0
        for index in cell.indices { word = word << 8 | UInt64(cell[index] | 0x20) }
        return switch word {
        case 0x6E61, 0x6E_616E, 0x6E75_6C6C: .nan  // na, nan, null
        case 0x7472_7565: 1  // true
        case 0x66_616C_7365: 0  // false
        default: nil
        }
    }

    /// The words, after a sign or not, of numbers that are refused.
    private static let infinities: Set = ["inf", "infinity"]

    /// Reads a number with a plus sign, or without digits on one side of its point.
    private static func number(_ bytes: [UInt8], _ word: String) throws(LineReason) -> Double {
        var rest = bytes[...]
        var plain: [UInt8] = []
        if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
            rest.removeFirst()
            if sign == UInt8(ascii: "-") { plain.append(sign) }
        }
        if infinities.contains(String(decoding: rest, as: UTF8.self).lowercased()) {
            throw .infinite(word)
        }
        let point = UInt8(ascii: ".")
        // Only one sign may precede the digits.
        guard rest.first != UInt8(ascii: "-") else { throw .notANumber(word.shortened) }
        var hasPoint = false
        if rest.first == point { plain.append(UInt8(ascii: "0")) }
        for (index, byte) in zip(rest.indices, rest) {
            let next = index + 1 < rest.endIndex ? rest[index + 1] : 0
            // At the end of the digits, a point is superfluous; there must be digits before it.
            let endsDigits = index + 1 == rest.endIndex || next | 0x20 == UInt8(ascii: "e")
            let isSuperfluous = !hasPoint && index > rest.startIndex && endsDigits
            if byte == point {
                hasPoint = true
                if isSuperfluous { continue }
            }
            plain.append(byte)
        }
        switch NumberInText(plain.span) {
        case .number(let number): return number
        case .tooLarge: throw .tooLarge(word.shortened)
        case .notANumber:
            let commas = bytes.count { $0 == comma }
            let rest = plain.map { $0 == comma ? point : $0 }
            if commas == 1, case .number = NumberInText(rest.span) {
                throw .decimalComma(word.shortened)
            }
            throw .notANumber(word.shortened)
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
