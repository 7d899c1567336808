// SPDX-License-Identifier: Apache-2.0

/// The texts around the numbers of rows: commas and line ends, or the names of members.
package struct RowPieces: Sendable {
    /// The text before the first number of a row.
    let first: [UInt8]
    /// The texts after the numbers of a row, in pieces of at most eight bytes; the last is followed by the
    /// text before the next row.
    fileprivate let pieces: [ShortText]
    /// For each number of a row, the index behind its last piece.
    fileprivate let ends: [Int]
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
        var (pieces, ends): ([ShortText], [Int]) = ([], [])
        for (place, text) in after.enumerated() {
            let whole = place == after.count - 1 ? text + first : text
            for start in stride(from: 0, to: whole.count, by: 8) {
                pieces.append(ShortText(whole[start...]))
            }
            ends.append(pieces.count)
        }
        (self.pieces, self.ends) = (pieces, ends)
        self.missing = ShortText(missing + [ASCII.comma])
        longest = after.reduce(0) { max($0, $1.count) } + first.count
    }
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
            var hasMissing = false
            for index in own.indices where own[index].isNaN { hasMissing = true }
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
    /// The place of the next number in its row, and the index of the first piece after it.
    private var place = 0
    private var piece = 0

    init(_ texts: RowPieces) { self.texts = texts }

    var missing: ShortText { texts.missing }

    @inline(__always)
    mutating func write(
        _ count: Int,
        _ buffer: ByteBuffer,
        _ number: (_ index: Int, _ position: Int) -> Int
    ) -> Int {
        let (pieces, ends) = (texts.pieces, texts.ends)
        var (place, piece, position) = (place, piece, 0)
        for index in 0..<count {
            // The first piece overwrites the comma.
            position = number(index, position) &- 1
            let end = ends[place]
            while piece < end {
                buffer.slot(at: position).store(pieces[piece].word, at: 0)
                position &+= pieces[piece].length
                piece &+= 1
            }
            place &+= 1
            guard place == ends.count else { continue }
            (place, piece) = (0, 0)
        }
        (self.place, self.piece) = (place, piece)
        return position
    }
}
