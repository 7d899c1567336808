// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The memory layout of the rows of a tensor along one of its axes.
struct RowLayout {
    /// The number of numbers in a row.
    let length: Int
    /// The number of rows.
    let count: Int
    /// The shape of the losses, one per row: that of the tensor without the axis.
    let lossShape: [Int]
    let shape: [Int]
    /// The distance of consecutive numbers of a row.
    private let step: Int

    /// Creates the layout of the rows along `axis`; negative axes count from the last dimension.
    init(shape: [Int], axis: Int) throws(LossError) {
        let dimension = axis < 0 ? axis + shape.count : axis
        guard shape.indices.contains(dimension) else {
            throw .noAxis(axis: axis, input: "predictions", shape: shape)
        }
        self.shape = shape
        length = shape[dimension]
        lossShape = Array(shape[..<dimension] + shape[(dimension + 1)...])
        count = lossShape.reduce(1, *)
        step = shape[(dimension + 1)...].reduce(1, *)
    }

    /// The number of rows in a block.
    ///
    /// A block stays in the second-level cache from the loss to the division of its gradient, and is
    /// long enough for sequential reads from memory.
    private var capacity: Int { min(count, max(1, 2048 / length)) }

    /// The blocks of rows.
    var blocks: some Sequence<Range<Int>> {
        stride(from: 0, to: count, by: capacity).lazy.map { [count, capacity] first in
            first..<min(first + capacity, count)
        }
    }

    /// The maximum length of a row that is evaluated as a whole, and of a strip.
    ///
    /// The intermediate arrays of longer rows would take a multiple of the row's own memory.
    static let stripLength = 4_096

    /// Whether rows are too long to be evaluated as a whole.
    var areLong: Bool { length > Self.stripLength }

    /// The strips of a row, as ranges of columns; all but the last have the same length.
    var strips: some Sequence<Range<Int>> {
        let count = (length + Self.stripLength - 1) / Self.stripLength
        let width = (length + count - 1) / max(count, 1)
        return stride(from: 0, to: length, by: max(width, 1)).lazy.map { [length] first in
            first..<min(first + width, length)
        }
    }

    /// Whether the rows are contiguous in memory.
    var areContiguous: Bool { step == 1 }

    /// The offset of the first number of a row in the tensor.
    private func start(_ row: Int) -> Int {
        step == 1 ? row * length : row / step * step * length + row % step
    }

    /// The offset of a number of a row in the tensor.
    func offset(_ row: Int, _ column: Int) -> Int { start(row) + column * step }

    /// The offsets of a range of contiguous rows.
    func offsets(of rows: Range<Int>) -> Range<Int> {
        start(rows.lowerBound)..<start(rows.upperBound)
    }

    /// The offsets of the next block of contiguous rows, for prefetching; empty if there is none.
    func offsets(after rows: Range<Int>) -> Range<Int> {
        guard areContiguous else { return 0..<0 }
        return offsets(of: rows.upperBound..<min(rows.upperBound + rows.count, count))
    }

    /// Copies rows to a contiguous array, which may be longer.
    func gather(_ values: [Double], _ rows: Range<Int>, into numbers: inout [Double]) {
        let values = values.span
        var numbers = numbers.mutableSpan
        if areContiguous {
            let values = values.extracting(offsets(of: rows))
            let count = values.count
            precondition(numbers.count >= count, "too little room for the rows")
            for index in 0..<count { numbers[index] = values[index] }
        } else {
            var place = 0
            for row in rows {
                let start = start(row)
                for index in 0..<length { numbers[place + index] = values[start + index * step] }
                place += length
            }
        }
    }

    /// Copies a range of columns of a row to an array of the same length.
    func gather(
        _ values: [Double],
        _ row: Int,
        columns: Range<Int>,
        into numbers: inout [Double]
    ) {
        let values = values.span
        var numbers = numbers.mutableSpan
        let start = start(row) + columns.lowerBound * step
        for index in numbers.indices { numbers[index] = values[start + index * step] }
    }

    /// Copies numbers to a range of columns of a row.
    func scatter(
        _ numbers: [Double],
        _ row: Int,
        columns: Range<Int>,
        into values: inout [Double]
    ) {
        let numbers = numbers.span
        var values = values.mutableSpan
        let start = start(row) + columns.lowerBound * step
        for index in numbers.indices { values[start + index * step] = numbers[index] }
    }

    /// Copies contiguous rows back to their places.
    func scatter(_ numbers: [Double], _ rows: Range<Int>, into values: inout [Double]) {
        let numbers = numbers.span
        var values = values.mutableSpan
        var place = 0
        for row in rows {
            let start = start(row)
            for index in 0..<length { values[start + index * step] = numbers[place + index] }
            place += length
        }
    }
}
