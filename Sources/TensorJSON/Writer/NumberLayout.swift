// SPDX-License-Identifier: Apache-2.0

/// What surrounds the numbers of a text, such as brackets or line ends.
protocol NumberLayout {
    /// The text of a missing value, at most seven bytes, and a comma.
    var missing: ShortText { get }

    /// Writes the next numbers, and what surrounds them.
    ///
    /// - Parameters:
    ///   - count: the count of numbers.
    ///   - buffer: receives the text.
    ///   - number: writes the number at an index and a comma at a position, and returns the position after
    ///     them.
    /// - Returns: the length of the text.
    mutating func write(
        _ count: Int,
        _ buffer: ByteBuffer,
        _ number: (_ index: Int, _ position: Int) -> Int
    ) -> Int
}

/// A text of at most eight bytes.
struct ShortText: Sendable {
    /// The bytes, the first in the lowest place.
    let word: UInt64
    let length: Int

    static let nullAndComma = ShortText("null,".utf8)

    /// Creates the text of the first eight of some bytes.
    init(_ bytes: some Collection<UInt8>) {
        let own = bytes.prefix(8)
        word = own.reversed().reduce(0) { $0 << 8 | UInt64($1) }
        length = own.count
    }
}

extension NumberLayout {
    /// Writes at most a block of numbers.
    ///
    /// - Parameters:
    ///   - values: the numbers.
    ///   - hasMissing: whether some may be NaN.
    ///   - block: memory for the digits.
    ///   - buffer: receives the text.
    ///   - table: the tables of the writer.
    /// - Returns: the length of the text.
    @inline(__always)
    mutating func write(
        _ values: Span<Double>,
        hasMissing: Bool,
        _ block: inout NumberBlock,
        _ buffer: ByteBuffer,
        _ table: WriterTable
    ) -> Int {
        if hasMissing { return writeWithMissing(values, buffer, table) }
        if SmallInteger.representsAll(values) { return writeSmallIntegers(values, buffer, table) }
        if ShortestDecimal.areProbablyIntegers(values) {
            return writeIntegers(values, &block, buffer, table)
        }
        return writeAny(values, &block, buffer, table)
    }

    // The following are functions of their own because they then keep more in registers.

    /// Writes numbers one by one, with a text for NaN.
    @inline(never)
    private mutating func writeWithMissing(
        _ values: Span<Double>,
        _ buffer: ByteBuffer,
        _ table: WriterTable
    ) -> Int {
        let missing = missing
        return write(values.count, buffer) { index, position in
            guard !values[index].isNaN else {
                buffer.slot(at: position).store(missing.word, at: 0)
                return position &+ missing.length
            }
            return NumberText.write(values[index], buffer, at: position, table) &+ 1
        }
    }

    @inline(never)
    private mutating func writeSmallIntegers(
        _ values: Span<Double>,
        _ buffer: ByteBuffer,
        _ table: WriterTable
    ) -> Int {
        write(values.count, buffer) { index, position in
            let text = table.integerText(SmallInteger(values[index]))
            buffer.slot(at: position).store(text, at: 0)
            return position &+ Int(truncatingIfNeeded: text &>> 56)
        }
    }

    @inline(never)
    private mutating func writeIntegers(
        _ values: Span<Double>,
        _ block: inout NumberBlock,
        _ buffer: ByteBuffer,
        _ table: WriterTable
    ) -> Int {
        block.prepare(values) { ShortestDecimal.integer($0, table) }
        return write(values.count, buffer) { index, position in
            NumberText.write(
                values[index],
                asInteger: block.decimals[index],
                block.digits[index],
                buffer,
                at: position,
                table
            ) &+ 1
        }
    }

    @inline(never)
    private mutating func writeAny(
        _ values: Span<Double>,
        _ block: inout NumberBlock,
        _ buffer: ByteBuffer,
        _ table: WriterTable
    ) -> Int {
        block.prepare(values) { ShortestDecimal.quick($0, table) }
        return write(values.count, buffer) { index, position in
            NumberText.write(
                values[index],
                as: block.decimals[index],
                block.digits[index],
                buffer,
                at: position,
                table
            ) &+ 1
        }
    }
}
