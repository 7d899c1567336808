// SPDX-License-Identifier: Apache-2.0

/// The texts around the numbers of rows: commas and line ends, or the names of members.
package struct RowPieces: Sendable {
    /// The text before the first number of a row.
    let first: [UInt8]
    /// The texts after the numbers of a row in their order; the last is followed by the text before the
    /// next row.
    fileprivate let pieces: [Piece]
    fileprivate let missing: ShortText
    /// The length of the longest text after a number.
    fileprivate let longest: Int

    /// - Parameters:
    ///   - first: the text before the first number of a row.
    ///   - after: the text after each number of a row, of which there is at least one.
    ///   - missing: the text of a missing value, at most seven bytes.
    package init(first: [UInt8], after: [[UInt8]], missing: [UInt8]) {
        precondition(!after.isEmpty && missing.count < 8, "no number in a row, or a long text")
        self.first = first
        var pieces: [Piece] = []
        for (place, text) in after.enumerated() {
            let whole = place == after.count - 1 ? text + first : text
            var start = 0
            repeat {
                let end = start + 8
                pieces.append(Piece(text: ShortText(whole[start...]), isLast: end >= whole.count))
                start = end
            } while start < whole.count
        }
        self.pieces = pieces
        self.missing = ShortText(missing + [ASCII.comma])
        longest = after.reduce(0) { max($0, $1.count) } + first.count
    }
}

/// A part of the text after a number.
private struct Piece: Sendable {
    let text: ShortText
    /// Whether a number follows.
    let isLast: Bool
}

extension [UInt8] {
    /// Appends rows of numbers, with the texts around them.
    ///
    /// - Parameters:
    ///   - values: the numbers of whole rows, one row after the other; NaN is a missing value.
    ///   - texts: the texts around the numbers.
    package mutating func append(rows values: Span<Double>, _ texts: RowPieces) {
        guard !values.isEmpty else { return }
        let table = WriterTable.table
        var layout = RowLayout(texts)
        var block = NumberBlock()
        append(copying: texts.first.span)
        var next = 0
        while next < values.count {
            let end = Swift.min(next + NumberBlock.count, values.count)
            let own = values.extracting(next..<end)
            let capacity =
                own.count * (NumberText.longest + texts.longest) + NumberText.slotLength
            // The increment of an exponent carries into the sign bit only for NaN and infinities.
            var carries: UInt64 = 0
            for index in own.indices {
                carries |= own[index].magnitude.bitPattern &+ 0x0010_0000_0000_0000
            }
            let hasMissing = carries >> 63 != 0
            append(upTo: capacity) { buffer in
                layout.write(own, hasMissing: hasMissing, &block, buffer, table)
            }
            next = end
        }
        // No row follows the last.
        removeLast(texts.first.count)
    }
}

/// Writes the texts after the numbers of rows.
private struct RowLayout: NumberLayout {
    private let texts: RowPieces
    /// The index of the next text.
    private var next = 0

    init(_ texts: RowPieces) { self.texts = texts }

    var missing: ShortText { texts.missing }

    @inline(__always)
    mutating func write(
        _ count: Int,
        _ buffer: ByteBuffer,
        _ number: (_ index: Int, _ position: Int) -> Int
    ) -> Int {
        let own = texts.pieces
        let pieces = own.span
        var (next, position) = (next, 0)
        for index in 0..<count {
            // The text overwrites the comma.
            position = number(index, position) &- 1
            while true {
                let piece = pieces[next]
                buffer.slot(at: position).store(piece.text.word, at: 0)
                position &+= piece.text.length
                next &+= 1
                if piece.isLast { break }
            }
            if next == pieces.count { next = 0 }
        }
        self.next = next
        return position
    }
}
