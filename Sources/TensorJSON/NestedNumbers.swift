// SPDX-License-Identifier: Apache-2.0

extension [UInt8] {
    /// Appends numbers as arrays nested to the depth of a shape of at least one dimension.
    ///
    /// - Parameters:
    ///   - values: the numbers from some place on, or all of them.
    ///   - shape: the shape of all.
    ///   - first: that place.
    mutating func append(numbers values: Span<Double>, shape: [Int], from first: Int) {
        var rows = Rows(shape: shape, after: first)
        if first == 0 {
            append(contentsOf: repeatElement(Character8.openBracket, count: rows.rank))
        }
        guard !values.isEmpty else {
            while !rows.isComplete {
                append(upTo: rows.room + NumberText.room) { rows.end($0, at: 0) }
            }
            return
        }
        let table = WriterTable.table
        let start = count
        var block = NumberBlock()
        var next = 0
        while next < values.count {
            let end = Swift.min(next + NumberBlock.count, values.count)
            let room = (end - next) * (NumberText.longest + rows.room) + NumberText.room
            reserve(room, written: count - start, next, values.count - next)
            append(upTo: room) { room in
                rows.write(values.extracting(next..<end), &block, room, table)
            }
            next = end
        }
    }

    /// Makes room for a block and, once there are numbers to judge by, for all that are left.
    private mutating func reserve(_ block: Int, written: Int, _ numbers: Int, _ left: Int) {
        guard numbers > 0, capacity < count + block else { return }
        let estimate = Int(1.02 * Double(written) / Double(numbers) * Double(left))
        reserveCapacity(count + block + Swift.max(estimate, count / 4))
    }
}

/// Where the brackets stand in an array of some shape.
private struct Rows {
    /// How many brackets there are around a row, with its own.
    ///
    /// An array nests no further than to its first dimension of length 0.
    let rank: Int
    /// How many bytes go between two rows at most.
    var room: Int { 2 * rank + 1 }
    private(set) var isComplete = false

    private let lengths: [Int]
    /// How many arrays have ended in each array that is open around a row.
    private var ended: [Int]
    private let rowLength: Int
    private var leftInRow: Int

    /// Starts behind some numbers.
    init(shape: [Int], after first: Int) {
        let empty = shape.firstIndex(of: 0) ?? shape.count
        lengths = empty < shape.count ? Array(shape[...empty]) : shape
        rank = lengths.count
        rowLength = lengths[rank - 1]
        ended = [Int](repeating: 0, count: rank - 1)
        var rest = first
        leftInRow = rowLength
        guard first > 0 else { return }
        leftInRow = rowLength - rest % rowLength
        for level in (0..<rank - 1).reversed() {
            rest /= lengths[level + 1]
            ended[level] = rest % lengths[level]
        }
    }

    /// Writes at most a block of numbers with all that stands after each, and returns the length.
    ///
    /// By itself and not within the closure that calls it, it keeps more in registers: 11.1 ns
    /// a number and not 11.3.
    @inline(never)
    mutating func write(
        _ values: Span<Double>,
        _ block: inout NumberBlock,
        _ room: ByteRoom,
        _ table: WriterTable
    ) -> Int {
        let areSmall = SmallWhole.areAll(values)
        if !areSmall { block.prepare(values, table) }
        var position = 0
        var next = 0
        while next < values.count {
            let end = next &+ min(leftInRow, values.count &- next)
            if areSmall {
                for index in next..<end {
                    let text = table.wholeText(SmallWhole(values[index]))
                    room.slot(at: position).store(text, at: 0)
                    position &+= Int(truncatingIfNeeded: text &>> 56)
                }
            } else {
                for index in next..<end {
                    position = NumberText.write(
                        values[index],
                        as: block.decimals[index],
                        block.values[index],
                        room,
                        at: position,
                        table
                    )
                    position &+= 1
                }
            }
            leftInRow &-= end &- next
            next = end
            // Over the comma after the last number.
            if leftInRow == 0 { position = self.end(room, at: position &- 1) }
        }
        return position
    }

    /// Writes what stands between this row and the next, or after the last one.
    mutating func end(_ room: ByteRoom, at start: Int) -> Int {
        var position = start
        var level = rank - 1
        room.slot(at: position).store(Character8.closeBracket, at: 0)
        position += 1
        while level > 0, ended[level - 1] + 1 == lengths[level - 1] {
            level -= 1
            ended[level] = 0
            room.slot(at: position).store(Character8.closeBracket, at: 0)
            position += 1
        }
        leftInRow = rowLength
        isComplete = level == 0
        guard !isComplete else { return position }
        ended[level - 1] += 1
        room.slot(at: position).store(Character8.comma, at: 0)
        for _ in level..<rank {
            position += 1
            room.slot(at: position).store(Character8.openBracket, at: 0)
        }
        return position + 1
    }
}
