// SPDX-License-Identifier: Apache-2.0

import Formats
import HTTP
import LossFacts
import LossFunctions
import Requests

/// The rows of a table that are kept, column by column.
struct KeptRows: Sendable {
    /// The fields that each row has.
    private(set) var fields: [RowField] = []
    /// The count of rows.
    private(set) var count = 0
    /// For each field, its numbers or labels.
    private var columns: [Column] = []

    fileprivate struct Column: Sendable {
        var values: [Double] = []
        var hasMissing = false
        var labels: GroupLabels.Builder
        /// The memory reserved for the labels, in bytes.
        var labelBytes = 0

        /// The memory reserved, in bytes.
        var footprint: Int { 8 * values.capacity + labelBytes }
    }

    /// The memory in use, in bytes.
    var footprint: Int { columns.reduce(0) { $0 + $1.footprint } }

    /// Begins with no rows of some fields, with a maximum number of different labels.
    mutating func begin(_ fields: [RowField], labelLimit: Int) {
        self.fields = fields
        columns = fields.map { _ in Column(labels: GroupLabels.Builder(limit: labelLimit)) }
        count = 0
    }

    /// Appends rows; returns `false` if memory is exhausted.
    ///
    /// - Throws: `RequestError` if there are too many different labels.
    mutating func append(
        _ block: RowBlock,
        _ meter: MemoryAccount?
    ) throws(RequestError) -> Bool {
        for (index, field) in fields.enumerated() {
            guard field.isLabel else {
                guard columns[index].append(block.values(of: index), meter) else { return false }
                if block.hasMissing[index] { columns[index].hasMissing = true }
                continue
            }
            guard try columns[index].append(block.labels[index], meter) else { return false }
        }
        count += block.count
        return true
    }

    /// Removes all rows, and returns their numbers or labels for each field.
    mutating func take() -> [FieldValue] {
        var values: [FieldValue] = []
        for (index, field) in fields.enumerated() {
            var column = Column(labels: columns[index].labels.empty)
            swap(&column, &columns[index])
            guard !field.isLabel else {
                values.append(.labels(column.labels.finish()))
                continue
            }
            values.append(
                .numbers(
                    Tensor(
                        shape: [count] + field.shape,
                        values: column.values,
                        hasMissing: column.hasMissing
                    )
                )
            )
        }
        count = 0
        return values
    }
}

extension KeptRows.Column {
    /// Appends numbers; returns `false` if memory is exhausted.
    fileprivate mutating func append(_ numbers: ArraySlice<Double>, _ meter: MemoryAccount?) -> Bool
    {
        let needed = values.count + numbers.count
        if needed > values.capacity {
            // While the array grows, the old and the new storage both exist.
            let capacity = max(needed, 2 * values.capacity)
            let held = 8 * values.capacity
            guard meter?.reserve(8 * capacity) ?? true else { return false }
            values.reserveCapacity(capacity)
            meter?.release(8 * capacity + held)
            guard meter?.reserve(8 * values.capacity) ?? true else { return false }
        }
        values.append(contentsOf: numbers)
        return true
    }

    /// Appends labels; returns `false` if memory is exhausted.
    fileprivate mutating func append(
        _ texts: [String],
        _ meter: MemoryAccount?
    ) throws(RequestError) -> Bool {
        var size = Self.bytesEach * texts.count
        for text in texts {
            let count = labels.groupCount
            labels.append(text)
            guard !labels.isOverLimit else { throw .tooManyGroups(limit: labels.limit) }
            if labels.groupCount > count { size += GroupLabels.keyBytes + text.utf8.count }
        }
        guard meter?.reserve(size) ?? true else { return false }
        labelBytes += size
        return true
    }

    /// The memory for the code of a label, whose array may have twice as much room, and its place in the order
    /// of the groups, in bytes.
    private static let bytesEach = 12
}
