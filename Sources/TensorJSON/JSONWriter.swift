// SPDX-License-Identifier: Apache-2.0

/// Writes one JSON text into its own bytes, without white space.
///
/// Commas come by themselves. That keys and values alternate and that every bracket is closed is
/// the caller's business; `finish` checks the brackets' count.
package struct JSONWriter {
    /// What has been written so far and not been taken.
    package private(set) var bytes: [UInt8] = []

    private var needsComma = false
    private var depth = 0

    /// Starts an empty text with room for a number of bytes.
    package init(reserving capacity: Int = 256) {
        bytes.reserveCapacity(capacity)
    }

    /// Ends the text and gives away what has not been taken of it, without a copy.
    package consuming func finish() -> [UInt8] {
        precondition(depth == 0, "an object or array has not been ended")
        return bytes
    }

    /// Makes room for a number of bytes beyond those written so far.
    package mutating func reserve(_ capacity: Int) {
        bytes.reserveCapacity(bytes.count + capacity)
    }

    /// Opens an object.
    package mutating func beginObject() {
        begin(Character8.openBrace)
    }

    /// Closes the object that was opened last.
    package mutating func endObject() {
        end(Character8.closeBrace)
    }

    /// Opens an array.
    package mutating func beginArray() {
        begin(Character8.openBracket)
    }

    /// Closes the array that was opened last.
    package mutating func endArray() {
        end(Character8.closeBracket)
    }

    /// Writes the key of the value that comes next.
    package mutating func key(_ key: String) {
        string(key)
        bytes.append(Character8.colon)
        needsComma = false
    }

    /// Writes the key of the value that comes next, whose text has been made before.
    package mutating func key(_ key: JSONKey) {
        beginValue()
        bytes.append(contentsOf: key.text)
        needsComma = false
    }

    /// Writes a string.
    ///
    /// Quotes, backslashes and control characters are escaped, and nothing else.
    package mutating func string(_ text: String) {
        beginValue()
        bytes.append(Character8.quote)
        if text.utf8.contains(where: { $0.isEscaped }) {
            for byte in text.utf8 { appendEscaped(byte) }
        } else {
            bytes.append(contentsOf: text.utf8)
        }
        bytes.append(Character8.quote)
    }

    /// Writes an integer.
    package mutating func integer(_ value: Int) {
        beginValue()
        bytes.append(contentsOf: String(value).utf8)
    }

    /// Writes `true` or `false`.
    package mutating func boolean(_ value: Bool) {
        beginValue()
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    /// Writes `null`.
    package mutating func null() {
        beginValue()
        bytes.append(contentsOf: "null".utf8)
    }

    /// Writes a number in the fewest digits that read back as the same double.
    ///
    /// - Precondition: it is finite.
    package mutating func number(_ value: Double) {
        beginValue()
        let table = WriterTable.table
        bytes.append(upTo: NumberText.room) { room in
            let decimal = ShortestDecimal.quick(value, table)
            let digits = EightDigits.reversedValues(decimal.head)
            return NumberText.write(value, as: decimal, digits, room, at: 0, table)
        }
    }

    /// Writes numbers as arrays nested to the depth of a shape; `[]` writes the single number.
    ///
    /// - Precondition: all are finite, and there are as many as the shape has places.
    package mutating func numbers(_ values: [Double], shape: [Int]) {
        numbers(values.span, shape: shape, 0..<values.count)
    }

    /// Writes a part of numbers as arrays nested to the depth of a shape.
    ///
    /// With the part go the brackets that open before its first number, if that is the very first,
    /// and what stands after each of its numbers. One part after the other makes the whole.
    ///
    /// - Parameters:
    ///   - values: the numbers of the part.
    ///   - shape: the shape of the whole.
    ///   - range: which of the whole's numbers these are.
    /// - Precondition: all are finite, and there are as many as `range` has places.
    package mutating func numbers(_ values: Span<Double>, shape: [Int], _ range: Range<Int>) {
        let count = shape.reduce(1, *)
        precondition(
            values.count == range.count && range.lowerBound >= 0 && range.upperBound <= count,
            "a part of a number array needs as many values as its range has places"
        )
        guard !range.isEmpty || count == 0 else { return }
        guard !shape.isEmpty else { return number(values[0]) }
        if range.lowerBound == 0 { beginValue() }
        bytes.append(numbers: values, shape: shape, from: range.lowerBound)
    }

    /// Gives away what has been written so far; what is written next goes on behind it.
    package mutating func take() -> [UInt8] {
        var taken: [UInt8] = []
        swap(&taken, &bytes)
        return taken
    }

    private mutating func beginValue() {
        if needsComma { bytes.append(Character8.comma) }
        needsComma = true
    }

    private mutating func begin(_ bracket: UInt8) {
        beginValue()
        bytes.append(bracket)
        needsComma = false
        depth += 1
    }

    private mutating func end(_ bracket: UInt8) {
        precondition(depth > 0, "no object or array is open")
        bytes.append(bracket)
        needsComma = true
        depth -= 1
    }

    private mutating func appendEscaped(_ byte: UInt8) {
        guard byte.isEscaped else { return bytes.append(byte) }
        bytes.append(Character8.backslash)
        switch byte {
        case Character8.quote, Character8.backslash: bytes.append(byte)
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        default:
            bytes.append(contentsOf: (byte < 16 ? "u000" : "u00").utf8)
            bytes.append(contentsOf: String(byte, radix: 16).utf8)
        }
    }
}

extension UInt8 {
    /// What RFC 8259, section 7 forbids to stand in a string as it is.
    fileprivate var isEscaped: Bool {
        self < 0x20 || self == Character8.quote || self == Character8.backslash
    }
}

/// The key of a member that is written often: its text with quotes, escapes and colon, made once.
package struct JSONKey: Sendable {
    fileprivate let text: [UInt8]

    package init(_ key: String) {
        var writer = JSONWriter()
        writer.key(key)
        text = writer.bytes
    }
}
