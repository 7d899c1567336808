// SPDX-License-Identifier: Apache-2.0

import TensorJSON

/// The text of rows of numbers, one on each line, in CSV or NDJSON.
package struct RowText: Sendable {
    /// A field of each row.
    package struct Field: Sendable {
        let name: String
        /// The count of numbers in a row.
        let width: Int
        /// Whether a row has an array rather than a number.
        let isArray: Bool

        package init(name: String, width: Int, isArray: Bool) {
            self.name = name
            self.width = width
            self.isArray = isArray
        }
    }

    /// The line before the rows; empty if there is none.
    package let header: [UInt8]
    private let widths: [Int]
    /// The text before each number of a row.
    private let separators: [[UInt8]]
    /// The text after the last number of a row.
    private let end: [UInt8]
    /// The texts around the numbers of a row; those of no number if there is none.
    private let pieces: RowPieces

    /// The rows of CSV, in which an array has a column for each number: `name_0`, `name_1` and so on.
    package init(csv fields: [Field]) {
        let names = fields.flatMap { field in
            field.isArray ? (0..<field.width).map { "\(field.name)_\($0)" } : [field.name]
        }
        header = Array((names.joined(separator: ",") + "\n").utf8)
        widths = fields.map { $0.width }
        separators = names.indices.map { $0 == 0 ? [] : [CSVCell.comma] }
        end = [CSVCell.lineFeed]
        // A line with nothing would be taken for no row.
        let missing = names.count == 1 ? [CSVCell.quote, CSVCell.quote] : []
        pieces = Self.pieces(separators, end, missing)
    }

    /// The rows of NDJSON, in which an array of several dimensions has a single one.
    package init(ndjson fields: [Field]) {
        header = []
        widths = fields.map { $0.width }
        var separators: [[UInt8]] = []
        // The text after the last number.
        var text = "{"
        for (index, field) in fields.enumerated() {
            text += "\(index > 0 ? "," : "")\"\(field.name)\":\(field.isArray ? "[" : "")"
            for _ in 0..<field.width {
                separators.append(Array(text.utf8))
                text = ","
            }
            if field.width > 0 { text = "" }
            if field.isArray { text += "]" }
        }
        self.separators = separators
        end = Array((text + "}\n").utf8)
        pieces = Self.pieces(separators, end, Array("null".utf8))
    }

    private static func pieces(
        _ separators: [[UInt8]],
        _ end: [UInt8],
        _ missing: [UInt8]
    ) -> RowPieces {
        RowPieces(
            first: separators.first ?? [],
            after: separators.dropFirst() + [end],
            missing: missing
        )
    }

    /// The count of numbers in a row.
    package var width: Int { separators.count }

    /// The most bytes of some rows: a number has up to 25.
    package func mostBytes(of rows: Int) -> Int {
        rows * (separators.reduce(end.count) { $0 + $1.count + 25 } + 1)
    }

    /// The text of some rows.
    ///
    /// - Parameters:
    ///   - columns: For each field, its numbers, one row after the other; NaN is a missing value.
    ///   - rows: The rows to write.
    /// - Returns: The lines.
    package func text(of columns: [[Double]], _ rows: Range<Int>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(mostBytes(of: rows.count) + 64)
        guard width > 0 else {
            for _ in rows { text.append(contentsOf: end) }
            return text
        }
        let numbers = numbers(of: columns, rows)
        text.append(rows: numbers.span, pieces)
        return text
    }

    /// The numbers of some rows, one row after the other.
    private func numbers(of columns: [[Double]], _ rows: Range<Int>) -> [Double] {
        guard widths.count > 1 else {
            return Array(columns[0][rows.lowerBound * width..<rows.upperBound * width])
        }
        var numbers = [Double](repeating: 0, count: rows.count * width)
        var first = 0
        for (column, own) in zip(columns, widths) {
            var (from, to) = (rows.lowerBound * own, first)
            for _ in rows {
                for item in 0..<own { numbers[to + item] = column[from + item] }
                from += own
                to += width
            }
            first += own
        }
        return numbers
    }
}
