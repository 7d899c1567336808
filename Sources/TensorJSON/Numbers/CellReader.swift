// SPDX-License-Identifier: Apache-2.0

/// Reads rows of cells that are numbers, between texts that are the same in all rows: commas and line ends,
/// or the names of members.
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
        /// Whether its cells are texts, which are found but not read.
        fileprivate let isText: Bool

        /// Creates a column whose number of a row has the place `start + stride * row`.
        package init(start: Int, stride: Int) {
            self.start = start
            self.stride = stride
            (isRead, isText) = (true, false)
        }

        private init(isText: Bool) {
            (start, stride, isRead) = (0, 0, false)
            self.isText = isText
        }

        /// A column that is not read: its cells may have any text.
        package static let other = Column(isText: false)

        /// A column of texts, whose places are noted.
        package static let text = Column(isText: true)
    }

    /// The place of a text, and its column.
    package struct Text: Sendable {
        package let column: Int
        package let range: Range<Int>
    }

    /// The columns of every row; there is at least one.
    package var columns: [Column] {
        didSet {
            precondition(columns.count == forms.count, "the count of columns has changed")
        }
    }
    /// The form that the numbers of each column appear to have.
    private var forms: [ShortNumber.Form]
    /// The text around the number of each column.
    private let surroundings: [Surroundings]
    /// The texts before the numbers of all columns, and after those the text at the end of a row.
    private let fixed: [UInt8]
    /// Whether nothing but commas is between the numbers of a row, and nothing before the first.
    private let hasCommas: Bool
    /// The offset in `fixed` of the text after the separator of the last column.
    private let endStart: Int
    /// The row, and the column in it, of the next cell.
    package var row = 0
    package var column = 0
    /// The texts that the last call found, in the order of the cells.
    package private(set) var texts: [Text] = []

    /// The text around the number of a column.
    private struct Surroundings {
        /// The offset and the length of the text before it, after the separator of the column before.
        let start: Int
        let length: Int
        /// The byte after it.
        let separator: UInt8
    }

    /// Reads cells separated by commas.
    ///
    /// - Parameters:
    ///   - columns: the columns; there is at least one.
    ///   - endsWithReturn: whether lines end with a carriage return and a line feed, rather than with a line
    ///     feed.
    package init(columns: [Column], endsWithReturn: Bool) {
        let end = endsWithReturn ? [ASCII.carriageReturn, ASCII.lineFeed] : [ASCII.lineFeed]
        let commas = [[UInt8]](repeating: [ASCII.comma], count: columns.count - 1)
        self.init(columns: columns, between: [[]] + commas + [end])
    }

    /// Reads cells with texts before, between and after them.
    ///
    /// - Parameters:
    ///   - columns: the columns; there is at least one.
    ///   - pieces: the texts; only the first may be empty.
    package init(columns: [Column], between pieces: [[UInt8]]) {
        self.columns = columns
        forms = [ShortNumber.Form](repeating: .other, count: columns.count)
        var (texts, surroundings) = (pieces[0], [Surroundings]())
        var start = 0
        for piece in pieces.dropFirst() {
            surroundings.append(
                Surroundings(start: start, length: texts.count - start, separator: piece[0])
            )
            start = texts.count
            texts += piece.dropFirst()
        }
        (fixed, self.surroundings, endStart) = (texts, surroundings, start)
        hasCommas =
            pieces[0].isEmpty && pieces.dropFirst().dropLast().allSatisfy { $0 == [ASCII.comma] }
    }

    /// The memory in use, in bytes.
    package var footprint: Int {
        columns.count * (MemoryLayout<Column>.stride + MemoryLayout<Surroundings>.stride + 1)
            + fixed.count
    }

    /// The place of the number of the next cell; `nil` if its column has none, or is not read.
    package var place: Int? {
        let column = columns[self.column]
        return column.isRead ? column.start + column.stride * row : nil
    }

    /// Reads cells up to the end of a row, or up to one that is not a number.
    ///
    /// Near the end of the text, cells are left to the caller as well, and so are texts that are empty or in
    /// quotes, or that begin or end with white space.
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
        // Two functions, so that no text is compared between commas.
        if hasCommas {
            readBetweenCommas(text, &position, &rowStart, rows: rows, into: &values)
        } else {
            readBetweenTexts(text, &position, &rowStart, rows: rows, into: &values)
        }
    }

    @inline(never)
    private mutating func readBetweenCommas(
        _ text: Span<UInt8>,
        _ position: inout Int,
        _ rowStart: inout Int,
        rows: Int,
        into values: inout MutableSpan<Double>
    ) {
        read(text, &position, &rowStart, rows: rows, into: &values, hasTexts: false)
    }

    @inline(never)
    private mutating func readBetweenTexts(
        _ text: Span<UInt8>,
        _ position: inout Int,
        _ rowStart: inout Int,
        rows: Int,
        into values: inout MutableSpan<Double>
    ) {
        read(text, &position, &rowStart, rows: rows, into: &values, hasTexts: true)
    }

    @inline(__always)
    private mutating func read(
        _ text: Span<UInt8>,
        _ position: inout Int,
        _ rowStart: inout Int,
        rows: Int,
        into values: inout MutableSpan<Double>,
        hasTexts: Bool
    ) {
        let powers = PowersOfFive.table
        // Local variables, which the loop can keep in registers.
        let columns = columns
        let last = columns.count - 1
        let lineEnd = surroundings[last].separator
        // At the end of a line, a line feed may follow a carriage return.
        let endLength = fixed.count - endStart
        var (row, column, place) = (row, column, position)
        var texts: [Text] = []
        defer { (self.row, self.column, position, self.texts) = (row, column, place, texts) }
        while row < rows {
            let target = columns[column]
            var separator = column == last ? lineEnd : ASCII.comma
            if hasTexts {
                let surrounding = surroundings[column]
                let first = surrounding.start
                let before = fixed.span.extracting(first..<first &+ surrounding.length)
                guard text.has(before, at: place) else { return }
                place &+= surrounding.length
                separator = surrounding.separator
            }
            var next: Int
            if target.isRead {
                var gap = 0
                let form = forms[column]
                var number = text.withWindowInPlace(at: place) { window in
                    ShortNumber.read(form, window, powers, .cell(separator), &gap)
                }
                if let found = number, found.end < 0 {
                    number = readAny(text, place, separator, powers, column)
                }
                guard let number, number.end >= 0 else { return }
                values[target.start &+ target.stride &* row] = number.value
                next = place &+ number.end
            } else {
                next = Self.skip(text, place, separator)
                // A line with nothing may not be a row.
                guard next >= 0, last > 0 || next > place &+ 1 else { return }
                if target.isText {
                    guard Self.isPlain(text, place, next &- 1) else { return }
                    texts.append(Text(column: column, range: place..<(next &- 1)))
                }
            }
            guard column == last else {
                place = next
                column &+= 1
                continue
            }
            if hasTexts {
                let end = fixed.span.extracting(endStart..<fixed.count)
                guard text.has(end, at: next) else { return }
            } else if endLength > 0 {
                guard text.byte(at: next) == ASCII.lineFeed else { return }
            }
            next &+= endLength
            place = next
            column = 0
            row &+= 1
            rowStart = next
        }
    }

    /// Reads a number that does not have the form of the previous one of its column, and notes its form.
    @inline(never)
    private mutating func readAny(
        _ text: Span<UInt8>,
        _ place: Int,
        _ separator: UInt8,
        _ powers: PowersOfFive,
        _ column: Int
    ) -> ShortNumber? {
        var gap = 0
        let (number, form) =
            text.withWindowInPlace(at: place) { window in
                (
                    ShortNumber.readAny(window, powers, .cell(separator), &gap),
                    ShortNumber.form(of: window)
                )
            } ?? (nil, .other)
        forms[column] = form
        return number
    }

    /// Whether a text is not empty, and has no white space around it.
    private static func isPlain(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        start < end
            && ![text.byte(at: start), text.byte(at: end &- 1)].contains {
                $0 == 0x20 || $0 == 0x09
            }
    }

    /// Returns the position after a cell without quotes and its separator; a negative number for other
    /// cells.
    private static func skip(_ text: Span<UInt8>, _ start: Int, _ separator: UInt8) -> Int {
        var position = start
        while position < text.count {
            switch text.byte(at: position) {
            case separator: return position &+ 1
            case ASCII.comma, ASCII.lineFeed, ASCII.carriageReturn, ASCII.quote: return -1
            default: position &+= 1
            }
        }
        return -1
    }
}

extension Span<UInt8> {
    /// Whether the bytes from a position on are those of another text.
    @inline(__always)
    fileprivate func has(_ other: Self, at position: Int) -> Bool {
        var offset = 0
        while offset &+ 8 <= other.count {
            guard word(at: position &+ offset) == other.word(at: offset) else { return false }
            offset &+= 8
        }
        while offset < other.count {
            guard byte(at: position &+ offset) == other.byte(at: offset) else { return false }
            offset &+= 1
        }
        return true
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
