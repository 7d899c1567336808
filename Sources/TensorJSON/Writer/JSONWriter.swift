// SPDX-License-Identifier: Apache-2.0

/// Writes a JSON text into a buffer, without white space.
///
/// The writer inserts commas. The caller is responsible for alternating keys and values and for
/// closing every bracket; `finish` checks the count of brackets.
package struct JSONWriter {
    /// The text that has been written but not taken.
    package private(set) var bytes: [UInt8] = []

    private var needsComma = false
    private var depth = 0

    /// Starts an empty text with a capacity in bytes.
    package init(reserving capacity: Int = 256) {
        if capacity > 0 { bytes.reserveCapacity(capacity) }
    }

    /// Ends the text and returns the part that has not been taken, without copying it.
    package consuming func finish() -> [UInt8] {
        precondition(depth == 0, "an object or array is still open")
        return bytes
    }

    /// Reserves capacity for a number of bytes beyond those written so far.
    package mutating func reserve(_ capacity: Int) {
        bytes.reserveCapacity(bytes.count + capacity)
    }

    /// Opens an object.
    package mutating func beginObject() {
        begin(ASCII.openBrace)
    }

    /// Closes the innermost object.
    package mutating func endObject() {
        end(ASCII.closeBrace)
    }

    /// Opens an array.
    package mutating func beginArray() {
        begin(ASCII.openBracket)
    }

    /// Closes the innermost array.
    package mutating func endArray() {
        end(ASCII.closeBracket)
    }

    /// Writes the key of the next value.
    package mutating func key(_ key: String) {
        string(key)
        bytes.append(ASCII.colon)
        needsComma = false
    }

    /// Writes a prepared key of the next value.
    package mutating func key(_ key: JSONKey) {
        beginValue()
        bytes.append(contentsOf: key.text)
        needsComma = false
    }

    /// Writes a string.
    ///
    /// Only quotes, backslashes and control characters are escaped.
    package mutating func string(_ text: String) {
        beginValue()
        bytes.append(ASCII.quote)
        if text.utf8.contains(where: { $0.isEscaped }) {
            for byte in text.utf8 { appendEscaped(byte) }
        } else {
            bytes.append(contentsOf: text.utf8)
        }
        bytes.append(ASCII.quote)
    }

    /// Writes an integer.
    package mutating func integer(_ value: Int) {
        beginValue()
        bytes.append(contentsOf: String(value).utf8)
    }

    /// Writes a value that is JSON text already.
    package mutating func text(_ text: [UInt8]) {
        beginValue()
        bytes.append(contentsOf: text)
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

    /// Writes a number with the fewest digits that read back as the same double.
    ///
    /// - Precondition: the number is finite.
    package mutating func number(_ value: Double) {
        beginValue()
        bytes.append(number: value)
    }

    /// Writes numbers as nested arrays of a given shape; the shape `[]` is a single number.
    ///
    /// - Precondition: all numbers are finite, and their count is the product of the shape.
    package mutating func numbers(_ values: [Double], shape: [Int]) {
        numbers(values.span, shape: shape, 0..<values.count)
    }

    /// Writes a part of the numbers of nested arrays.
    ///
    /// A part includes the separators and brackets after each of its numbers, and the first part
    /// includes the opening brackets, so that consecutive parts form the whole text.
    ///
    /// - Parameters:
    ///   - values: the numbers of the part.
    ///   - shape: the shape of the whole array.
    ///   - range: the indices of the part in the whole array.
    ///   - hasNulls: whether some value may be NaN, which is written as null.
    /// - Precondition: all other numbers are finite, and their count is that of `range`.
    package mutating func numbers(
        _ values: Span<Double>,
        shape: [Int],
        _ range: Range<Int>,
        hasNulls: Bool = false
    ) {
        let count = shape.reduce(1, *)
        precondition(
            values.count == range.count && range.lowerBound >= 0 && range.upperBound <= count,
            "the count of values differs from the count of the range"
        )
        guard !range.isEmpty || count == 0 else { return }
        guard !shape.isEmpty else { return values[0].isNaN ? null() : number(values[0]) }
        if range.lowerBound == 0 { beginValue() }
        bytes.append(
            numbers: values,
            shape: shape,
            from: range.lowerBound,
            hasNulls: hasNulls
        )
    }

    /// Leaves the place of a value to text from elsewhere.
    package mutating func skipValue() { beginValue() }

    /// Returns the text written so far and continues after it.
    package mutating func take() -> [UInt8] {
        var taken: [UInt8] = []
        swap(&taken, &bytes)
        return taken
    }

    private mutating func beginValue() {
        if needsComma { bytes.append(ASCII.comma) }
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
        bytes.append(ASCII.backslash)
        switch byte {
        case ASCII.quote, ASCII.backslash: bytes.append(byte)
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
    /// Whether the byte must be escaped in a string (RFC 8259, section 7).
    fileprivate var isEscaped: Bool {
        self < 0x20 || self == ASCII.quote || self == ASCII.backslash
    }
}

extension [UInt8] {
    /// Appends the text of a finite number, with the fewest digits that read back as the same double.
    package mutating func append(number: Double) {
        let table = WriterTable.table
        append(upTo: NumberText.slotLength) { buffer in
            NumberText.write(number, buffer, at: 0, table)
        }
    }
}

/// A prepared key: its text with quotes, escapes and colon.
package struct JSONKey: Sendable {
    fileprivate let text: [UInt8]

    package init(_ key: String) {
        var writer = JSONWriter()
        writer.key(key)
        text = writer.bytes
    }
}
