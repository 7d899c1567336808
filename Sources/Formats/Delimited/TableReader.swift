// SPDX-License-Identifier: Apache-2.0

package import TensorJSON

/// Reads the rows of a body with a line for each row, while the body arrives.
///
/// After an error, a reader must not be used any further.
package protocol TableReader: Sendable {
    /// The memory in use, in bytes.
    var footprint: Int { get }

    /// Reads the next part of the body, up to the end of a block of rows.
    ///
    /// - Parameters:
    ///   - bytes: The part.
    ///   - index: The offset in the part from which to read; it is moved behind the bytes read.
    ///   - meter: The account to reserve memory from before allocating it; `nil` means unlimited.
    /// - Returns: The fields or a block; `nil` if the part has been read.
    /// - Throws: The error in the body.
    mutating func next(
        _ bytes: Span<UInt8>,
        from index: inout Int,
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) -> TableEvent?

    /// Takes the rows that have been read and returned in no block; `nil` if there are none.
    ///
    /// - Throws: an error if memory is exhausted.
    mutating func takeRows(_ meter: (any MemoryMeter)?) throws(FormatError) -> RowBlock?

    /// Marks the end of the body; ``next(_:from:_:)`` then returns what is left.
    mutating func end()

    /// The line, counted from 1, on which a row begins; `nil` if it is not known any more.
    func line(ofRow row: Int) -> Int?
}

/// The next thing that a body of rows contains.
package enum TableEvent: Sendable {
    /// The fields that each row has, before the first block.
    case fields([RowField])
    /// Consecutive rows.
    case rows(RowBlock)
}

/// A field of a row, which is a number, an array of numbers or a label.
package struct RowField: Equatable, Sendable {
    package let name: String
    /// The shape of the numbers in a row; `[]` stands for a single number.
    package let shape: [Int]
    /// Whether a row has a label, a text, in place of a number.
    package var isLabel = false

    /// The count of numbers, or of labels, in a row.
    package var width: Int { shape.reduce(1, *) }
}

/// Consecutive rows of numbers.
package struct RowBlock: Sendable {
    /// The count of rows.
    package let count: Int
    /// The numbers of all fields, and the place of those of each field among them.
    ///
    /// The reader writes the next block in the same memory if this one has been released.
    private let numbers: [Double]
    private let places: [Range<Int>]
    /// For each field, whether a value is missing.
    package let hasMissing: [Bool]
    /// For each field, its labels in all rows; empty if no field has labels.
    package let labels: [[String]]

    fileprivate init(
        count: Int,
        _ numbers: [Double],
        _ places: [Range<Int>],
        hasMissing: [Bool],
        labels: [[String]]
    ) {
        self.count = count
        self.numbers = numbers
        self.places = places
        self.hasMissing = hasMissing
        self.labels = labels
    }

    /// The numbers of a field in all rows, one row after the other; NaN is a missing value.
    package func values(of field: Int) -> ArraySlice<Double> { numbers[places[field]] }
}

/// The rows of a block that is being read.
///
/// The numbers of a field are consecutive, so that a complete block has an array for each field.
struct RowBlockInProgress: Sendable {
    /// The numbers of all fields, field by field.
    var values: [Double] = []
    var hasMissing: [Bool] = []
    /// For each field, its labels.
    private(set) var labels: [[String]] = []
    /// The memory of the labels, in bytes.
    private var labelBytes = 0
    /// The count of rows for which there is room.
    private(set) var rows = 0
    private var widths: [Int] = []
    /// For each field, the count of numbers in a row of the fields before it.
    private var offsets: [Int] = []
    /// The count of numbers for which the next block has room.
    private var size = Self.leastSize

    /// The count of numbers in the first block, which is all that short bodies need.
    private static let leastSize = 512
    /// The count of numbers in a long block, which fit into a cache.
    private static let mostSize = 8_192

    /// The memory in use, in bytes.
    var footprint: Int { 8 * values.capacity + labelBytes }

    /// The count of numbers in a row.
    private(set) var width = 0

    /// Prepares for rows of fields with some counts of numbers.
    ///
    /// - Throws: an error if memory is exhausted.
    mutating func begin(
        _ widths: [Int],
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) {
        self.widths = widths
        width = 0
        offsets = widths.map { own in
            defer { width += own }
            return width
        }
        hasMissing = [Bool](repeating: false, count: widths.count)
        labels = [[String]](repeating: [], count: widths.count)
        meter?.giveBack(labelBytes)
        labelBytes = 0
        rows = max(1, size / max(width, 1))
        try resize(meter)
    }

    /// Appends the label of the next row of a field.
    ///
    /// - Throws: an error if memory is exhausted.
    mutating func append(
        _ label: String,
        to field: Int,
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) {
        let size = MemoryLayout<String>.stride + label.utf8.count
        guard meter?.take(size) ?? true else { throw .memoryExhausted }
        labelBytes += size
        labels[field].append(label)
    }

    /// Removes the labels of rows from one on, which are not complete.
    mutating func removeLabels(from row: Int) {
        for field in labels.indices where labels[field].count > row {
            labels[field].removeLast(labels[field].count - row)
        }
    }

    /// The place of the first number of a field.
    func start(of field: Int) -> Int { rows * offsets[field] }

    /// Returns the first rows, and prepares for others.
    ///
    /// - Throws: an error if memory is exhausted.
    mutating func take(
        _ count: Int,
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) -> RowBlock {
        let places = widths.indices.map { field in
            let start = start(of: field)
            return start..<(start + count * widths[field])
        }
        let hasLabels = labels.contains { !$0.isEmpty }
        let block = RowBlock(
            count: count,
            values,
            places,
            hasMissing: hasMissing,
            labels: hasLabels ? labels : []
        )
        size = min(4 * size, Self.mostSize)
        try begin(widths, meter)
        return block
    }

    private mutating func resize(_ meter: (any MemoryMeter)?) throws(FormatError) {
        let count = rows * width
        guard values.count != count else { return }
        let held = 8 * values.capacity
        guard meter?.take(8 * count) ?? true else { throw .memoryExhausted }
        values = [Double](repeating: 0, count: count)
        meter?.giveBack(8 * count + held)
        guard meter?.take(8 * values.capacity) ?? true else { throw .memoryExhausted }
    }
}
