// SPDX-License-Identifier: Apache-2.0

extension [UInt8] {
    /// Appends numbers as nested arrays of a shape with at least one dimension.
    ///
    /// - Parameters:
    ///   - values: consecutive numbers of the array.
    ///   - shape: the shape of the whole array.
    ///   - first: the index of the first of the values in the whole array.
    ///   - hasNulls: whether some value may be NaN, which is written as null.
    mutating func append(
        numbers values: Span<Double>,
        shape: [Int],
        from first: Int,
        hasNulls: Bool
    ) {
        var rows = NestedRows(shape: shape, after: first)
        if first == 0 {
            append(contentsOf: repeatElement(ASCII.openBracket, count: rows.rank))
        }
        guard !values.isEmpty else {
            while !rows.isComplete {
                append(upTo: rows.separatorLength + NumberText.slotLength) { rows.end($0, at: 0) }
            }
            return
        }
        let table = WriterTable.table
        let start = count
        var block = NumberBlock()
        var next = 0
        while next < values.count {
            let end = Swift.min(next + NumberBlock.count, values.count)
            let capacity =
                (end - next) * (NumberText.longest + rows.separatorLength) + NumberText.slotLength
            reserve(capacity, written: count - start, next, values.count - next)
            append(upTo: capacity) { buffer in
                rows.write(
                    values.extracting(next..<end),
                    hasMissing: hasNulls,
                    &block,
                    buffer,
                    table
                )
            }
            next = end
        }
    }

    /// Reserves capacity for a block, and for all remaining numbers as estimated from those
    /// written.
    private mutating func reserve(_ block: Int, written: Int, _ numbers: Int, _ remaining: Int) {
        guard numbers > 0, capacity < count + block else { return }
        let estimate = Int(1.02 * Double(written) / Double(numbers) * Double(remaining))
        reserveCapacity(count + block + Swift.max(estimate, count / 4))
    }
}

/// Writes the rows of a nested array and the brackets between them.
private struct NestedRows: NumberLayout {
    /// The number of brackets around the numbers of a row.
    ///
    /// Arrays are nested only up to the first dimension of length 0.
    let rank: Int
    /// The maximum number of bytes between two rows.
    var separatorLength: Int { 2 * rank + 1 }
    private(set) var isComplete = false

    private let lengths: [Int]
    /// The number of closed elements of each array that encloses a row.
    private var closedCounts: [Int]
    private let rowLength: Int
    private var remainingInRow: Int

    /// Starts after the first `first` numbers.
    init(shape: [Int], after first: Int) {
        let empty = shape.firstIndex(of: 0) ?? shape.count
        lengths = empty < shape.count ? Array(shape[...empty]) : shape
        rank = lengths.count
        rowLength = lengths[rank - 1]
        closedCounts = [Int](repeating: 0, count: rank - 1)
        var rest = first
        remainingInRow = rowLength
        guard first > 0 else { return }
        remainingInRow = rowLength - rest % rowLength
        for level in (0..<rank - 1).reversed() {
            rest /= lengths[level + 1]
            closedCounts[level] = rest % lengths[level]
        }
    }

    var missing: ShortText { .nullAndComma }

    /// Writes numbers, and the separators between rows; returns the length.
    ///
    /// The closure writes the number at an index and a comma at a position, and returns the position
    /// after them.
    @inline(__always)
    mutating func write(
        _ count: Int,
        _ buffer: ByteBuffer,
        _ number: (_ index: Int, _ position: Int) -> Int
    ) -> Int {
        var position = 0
        var next = 0
        while next < count {
            let end = next &+ min(remainingInRow, count &- next)
            for index in next..<end { position = number(index, position) }
            remainingInRow &-= end &- next
            next = end
            // Overwrites the comma after the last number.
            if remainingInRow == 0 { position = self.end(buffer, at: position &- 1) }
        }
        return position
    }

    /// Writes the separator between this row and the next, or the brackets after the last row.
    mutating func end(_ buffer: ByteBuffer, at start: Int) -> Int {
        var position = start
        var level = rank - 1
        buffer.slot(at: position).store(ASCII.closeBracket, at: 0)
        position += 1
        while level > 0, closedCounts[level - 1] + 1 == lengths[level - 1] {
            level -= 1
            closedCounts[level] = 0
            buffer.slot(at: position).store(ASCII.closeBracket, at: 0)
            position += 1
        }
        remainingInRow = rowLength
        isComplete = level == 0
        guard !isComplete else { return position }
        closedCounts[level - 1] += 1
        buffer.slot(at: position).store(ASCII.comma, at: 0)
        for _ in level..<rank {
            position += 1
            buffer.slot(at: position).store(ASCII.openBracket, at: 0)
        }
        return position + 1
    }
}
