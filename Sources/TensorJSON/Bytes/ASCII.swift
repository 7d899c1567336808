// SPDX-License-Identifier: Apache-2.0

/// The ASCII characters of JSON's grammar (RFC 8259, section 2).
enum ASCII {
    static let quote = UInt8(ascii: "\"")
    static let backslash = UInt8(ascii: "\\")
    static let slash = UInt8(ascii: "/")
    static let comma = UInt8(ascii: ",")
    static let colon = UInt8(ascii: ":")
    static let point = UInt8(ascii: ".")
    static let minus = UInt8(ascii: "-")
    static let plus = UInt8(ascii: "+")
    static let zero = UInt8(ascii: "0")
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let openBracket = UInt8(ascii: "[")
    static let closeBracket = UInt8(ascii: "]")
    static let openBrace = UInt8(ascii: "{")
    static let closeBrace = UInt8(ascii: "}")
}

extension UInt8 {
    /// `0` to `9`.
    @inline(__always)
    var isDigit: Bool { self &- ASCII.zero < 10 }

    /// `e` or `E`.
    @inline(__always)
    var isExponentMark: Bool { self | 0x20 == UInt8(ascii: "e") }

    /// A letter, an underscore or a dollar sign: the start of a JavaScript identifier.
    var startsIdentifier: Bool {
        self == UInt8(ascii: "_") || self == UInt8(ascii: "$")
            || (self | 0x20) &- UInt8(ascii: "a") < 26
    }
}

extension Span<UInt8> {
    /// The first position at or after `position` that is not white space (space, tab, line feed or
    /// carriage return).
    @inline(__always)
    func afterWhitespace(_ position: Int) -> Int {
        let isSpace = byte(at: position) == 0x20
        let next = isSpace ? position &+ 1 : position
        return byte(at: next) > 0x20 ? next : afterLongWhitespace(next)
    }

    @inline(never)
    private func afterLongWhitespace(_ start: Int) -> Int {
        var position = start
        while case let byte = byte(at: position),
            byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
        {
            position += 1
        }
        return position
    }

    /// At most 40 bytes of the text in a range, for use in an error.
    func excerpt(_ range: Range<Int>) -> String {
        let shown = range.prefix(40)
        let text = String(decoding: shown.map { byte(at: $0) }, as: UTF8.self)
        return shown.count < range.count ? text + "…" : text
    }
}
