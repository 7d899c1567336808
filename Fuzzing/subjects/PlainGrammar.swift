// SPDX-License-Identifier: Apache-2.0

/// A simple, independent parser of the grammar of RFC 8259, to compare the reader with.
///
/// It rejects texts nested more than 100 levels deep.
struct PlainGrammar {
    private let text: [UInt8]
    private var position = 0
    private var depth = 0

    private struct NotJSON: Error {}

    static func accepts(_ text: [UInt8]) -> Bool {
        var grammar = PlainGrammar(text: text)
        do {
            grammar.space()
            try grammar.value()
            grammar.space()
        } catch {
            return false
        }
        return grammar.position == text.count
    }

    private init(text: [UInt8]) {
        self.text = text
    }

    private var next: UInt8? { position < text.count ? text[position] : nil }

    private mutating func space() {
        while [0x20, 0x09, 0x0A, 0x0D].contains(next) { position += 1 }
    }

    /// Moves past a byte if it is next.
    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func need(_ character: Unicode.Scalar) throws(NotJSON) {
        guard take(character) else { throw NotJSON() }
    }

    private mutating func value() throws(NotJSON) {
        depth += 1
        guard depth <= 100 else { throw NotJSON() }
        switch next {
        case UInt8(ascii: "{"): try object()
        case UInt8(ascii: "["): try array()
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        case UInt8(ascii: "n"): try word("null")
        default: try number()
        }
        depth -= 1
    }

    private mutating func object() throws(NotJSON) {
        try need("{")
        space()
        if take("}") { return }
        repeat {
            space()
            try string()
            space()
            try need(":")
            space()
            try value()
            space()
        } while take(",")
        try need("}")
    }

    private mutating func array() throws(NotJSON) {
        try need("[")
        space()
        if take("]") { return }
        repeat {
            space()
            try value()
            space()
        } while take(",")
        try need("]")
    }

    private mutating func word(_ word: String) throws(NotJSON) {
        for character in word.unicodeScalars { try need(character) }
    }

    private mutating func digits() throws(NotJSON) {
        let start = position
        while let byte = next, 0x30...0x39 ~= byte { position += 1 }
        guard position > start else { throw NotJSON() }
    }

    private mutating func number() throws(NotJSON) {
        _ = take("-")
        if !take("0") { try digits() }
        if take(".") { try digits() }
        if take("e") || take("E") {
            if !take("-") { _ = take("+") }
            try digits()
        }
    }

    private mutating func string() throws(NotJSON) {
        try need("\"")
        let start = position
        while let byte = next, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { throw NotJSON() }
            position += 1
            if byte == UInt8(ascii: "\\") { try escape() }
        }
        guard String(validating: text[start..<position], as: UTF8.self) != nil else {
            throw NotJSON()
        }
        try need("\"")
    }

    private mutating func escape() throws(NotJSON) {
        let escaped = next
        position += 1
        switch escaped.map({ Character(Unicode.Scalar($0)) }) {
        case "\"", "\\", "/", "b", "f", "n", "r", "t": return
        case "u":
            for _ in 0..<4 {
                guard let byte = next, Unicode.Scalar(byte).properties.isASCIIHexDigit else {
                    throw NotJSON()
                }
                position += 1
            }
        default: throw NotJSON()
        }
    }
}
