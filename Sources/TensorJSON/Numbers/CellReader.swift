// SPDX-License-Identifier: Apache-2.0

/// Reads rows of cells that are numbers, separated by commas, with a line end after each row.
///
/// The numbers are those of JSON. A cell with anything else is left to the caller.
package struct CellReader: Sendable {
    /// A column of a table, whose numbers have their places in a block.
    package struct Column: Sendable {
        /// The place of the number of the first row.
        fileprivate let start: Int
        /// The distance between the places of consecutive rows; 0 if the column is not read.
        fileprivate let stride: Int
        fileprivate let isRead: Bool
        /// The form that the numbers of the column appear to have.
        fileprivate var form = ShortNumber.Form.other

        /// Creates a column whose number of a row has the place `start + stride * row`.
        package init(start: Int, stride: Int) {
            self.start = start
            self.stride = stride
            isRead = true
        }

        private init() {
            (start, stride, isRead) = (0, 0, false)
        }

        /// A column that is not read: its cells may have any text.
        package static let other = Column()
    }

    /// The columns of every row; there is at least one.
    package var columns: [Column]
    /// Whether lines end with a carriage return and a line feed, rather than with a line feed.
    package let endsWithReturn: Bool
    /// The row, and the column in it, of the next cell.
    package var row = 0
    package var column = 0

    package init(columns: [Column], endsWithReturn: Bool) {
        self.columns = columns
        self.endsWithReturn = endsWithReturn
    }

    /// The place of the number of the next cell; `nil` if its column is not read.
    package var place: Int? {
        let column = columns[self.column]
        return column.isRead ? column.start + column.stride * row : nil
    }

    /// Reads cells up to the end of a row, or up to one that is not a number.
    ///
    /// Near the end of the text, cells are left to the caller as well.
    ///
    /// - Parameters:
    ///   - text: the text.
    ///   - position: the start of the next cell.
    ///   - rowStart: set to the start of each row that is entered.
    ///   - rows: the row before which to stop.
    ///   - values: receives the numbers, at the places of their columns.
    package mutating func read(
        _ text: Span<UInt8>,
        _ position: inout Int,
        _ rowStart: inout Int,
        rows: Int,
        into values: inout MutableSpan<Double>
    ) {
        let powers = PowersOfFive.table
        let lineEnd = endsWithReturn ? ASCII.carriageReturn : ASCII.lineFeed
        let last = columns.count - 1
        while row < rows {
            let separator = column == last ? lineEnd : ASCII.comma
            let end: Int?
            if columns[column].isRead {
                end = readNumber(text, position, separator, powers, into: &values)
            } else {
                end = Self.skip(text, position, separator)
            }
            guard let end else { return }
            guard column == last else {
                position = end
                column &+= 1
                continue
            }
            if endsWithReturn {
                guard text.byte(at: end) == ASCII.lineFeed else { return }
                position = end &+ 1
            } else {
                position = end
            }
            column = 0
            row &+= 1
            rowStart = position
        }
    }

    /// Reads the number of a cell; returns the position after its separator, or `nil` for other cells.
    @inline(__always)
    private mutating func readNumber(
        _ text: Span<UInt8>,
        _ position: Int,
        _ separator: UInt8,
        _ powers: PowersOfFive,
        into values: inout MutableSpan<Double>
    ) -> Int? {
        var gap = 0
        let form = columns[column].form
        var found = text.withWindowInPlace(at: position) { window in
            ShortNumber.read(form, window, powers, .cell(separator), &gap)
        }
        if let number = found, number.end < 0 {
            found = text.withWindowInPlace(at: position) { window in
                columns[column].form = ShortNumber.form(of: window)
                return ShortNumber.readAny(window, powers, .cell(separator), &gap)
            }
        }
        guard let number = found, number.end >= 0 else { return nil }
        values[columns[column].start &+ columns[column].stride &* row] = number.value
        return position &+ number.end
    }

    /// Returns the position after a cell without quotes and its separator; `nil` for other cells.
    private static func skip(_ text: Span<UInt8>, _ start: Int, _ separator: UInt8) -> Int? {
        var position = start
        while position < text.count {
            switch text.byte(at: position) {
            case separator: return position &+ 1
            case ASCII.comma, ASCII.lineFeed, ASCII.carriageReturn, ASCII.quote: return nil
            default: position &+= 1
            }
        }
        return nil
    }
}

/// A number in a text that is not JSON.
package enum NumberInText: Equatable, Sendable {
    case number(Double)
    /// A number whose magnitude exceeds that of every double.
    case tooLarge
    case notANumber

    /// Reads a text that is a number in the grammar of JSON.
    package init(_ text: Span<UInt8>) {
        let first = text.byte(at: 0) == ASCII.minus ? 1 : 0
        guard text.byte(at: first).isDigit else {
            self = .notANumber
            return
        }
        let token = NumberToken.read(text, 0, PowersOfFive.table)
        if token.end == text.count {
            self = .number(token.value)
        } else if token.end < 0, case .numberOutOfRange = NumberToken.error(text, 0).reason,
            NumberToken.length(text) == text.count
        {
            self = .tooLarge
        } else {
            self = .notANumber
        }
    }
}
