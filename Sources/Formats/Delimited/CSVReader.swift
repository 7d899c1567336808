// SPDX-License-Identifier: Apache-2.0

package import TensorJSON

/// Reads a table of comma-separated values (RFC 4180).
///
/// The first line has the names of the columns. A cell is a number, or a missing value, which is empty or
/// one of few words. A byte order mark, blank lines in a table of several columns, and either line end
/// are accepted.
package struct CSVReader: TableReader {
    private let names: ColumnNames
    private var lines = PendingLines()
    private var isComplete = false
    /// Whether a line feed has been appended to the last line.
    private var isFinished = false
    /// The offset in the body of the next byte to read.
    private var position = 0
    /// The length of the body, once its last line has been completed.
    private var length = Int.max
    /// The line of the next row, counted from 1.
    private var line = 1
    /// The table, once its header has been read.
    private var table: Table?
    /// The count of rows in complete blocks.
    private var rowCount = 0
    /// Whether every line after the first has been a row.
    private var isRegular = true

    /// The maximum number of columns.
    package static let mostColumns = 65_536

    /// The columns of a table, and the rows of a block.
    fileprivate struct Table: Sendable {
        let fields: [ColumnNames.Plan.Field]
        /// The names of the columns.
        let names: [String]
        /// For each column, the field that it belongs to; `nil` if it is not read.
        let owners: [Int?]
        var block = RowBlockInProgress()
        /// Reads the cells that are plain numbers.
        var cells: CellReader
    }

    /// - Parameter names: The names of the columns, and of the fields to which they belong.
    package init(names: ColumnNames) {
        self.names = names
    }

    package var footprint: Int {
        lines.footprint + (table?.block.footprint ?? 0) + 64 * (table?.names.count ?? 0)
    }

    package func line(ofRow row: Int) -> Int? { isRegular ? row + 2 : nil }

    package mutating func end() { isComplete = true }

    package mutating func takeRows(
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) -> RowBlock? {
        guard table != nil, case .rows(let block) = try takeBlock(isFull: false, meter) else {
            return nil
        }
        return block
    }

    package mutating func next(
        _ bytes: Span<UInt8>,
        from index: inout Int,
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) -> TableEvent? {
        while true {
            if let block = try takeBlock(isFull: true, meter) { return block }
            if lines.areWorthReading {
                let text = lines.bytes
                var place = 0
                let event = try read(text.span, &place, meter)
                lines.remove(place, meter)
                if event == nil, !isBlockFull, !lines.isEmpty { lines.markIncomplete() }
                if let event { return event }
            } else if index < bytes.count, lines.isEmpty {
                if let event = try read(bytes, &index, meter) { return event }
                guard !isBlockFull, index < bytes.count else { continue }
                try lines.take(bytes, &index, meter)
                lines.markIncomplete()
                try checkLength()
            } else if index < bytes.count {
                try lines.take(bytes, &index, meter)
                try checkLength()
            } else {
                guard isComplete else { return nil }
                guard !lines.isEmpty else { return try takeBlock(isFull: false, meter) }
                guard !isFinished else { throw error(.unclosedQuote, column: nil) }
                isFinished = true
                length = position + lines.bytes.count
                try lines.finish(meter)
            }
        }
    }

    private var isBlockFull: Bool { table.map { $0.cells.row == $0.block.rows } ?? false }

    /// Reads the header or rows from complete lines; leaves `index` at the start of a line.
    private mutating func read(
        _ text: Span<UInt8>,
        _ index: inout Int,
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) -> TableEvent? {
        guard table != nil else { return try readHeader(text, &index, meter) }
        try readRows(text, &index, meter)
        return nil
    }

    /// Returns a block, if it is full or `isFull` is `false`.
    private mutating func takeBlock(
        isFull: Bool,
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) -> TableEvent? {
        guard var table else {
            guard isFull else { throw FormatError(.line(1, .noHeader), at: 0) }
            return nil
        }
        let count = table.cells.row
        guard isFull ? count == table.block.rows : count > 0 else { return nil }
        self.table = nil
        let block = try table.block.take(count, meter)
        table.cells.columns = table.columns
        table.cells.row = 0
        self.table = table
        rowCount += count
        return .rows(block)
    }

    private func checkLength() throws(FormatError) {
        guard lines.bytes.count > PendingLines.longestLine else { return }
        throw error(.tooLong(limit: PendingLines.longestLine), column: nil)
    }

    /// An error in the current line, `offset` bytes after its start.
    private func error(
        _ reason: LineReason,
        column: String?,
        offset: Int = 0,
        element: FormatError.Element? = nil
    ) -> FormatError {
        FormatError(
            .line(line, reason),
            at: min(position + offset, length),
            in: column,
            element: element
        )
    }
}

extension CSVReader {
    /// Reads the names of the columns; returns the fields, or `nil` if the line is not complete.
    private mutating func readHeader(
        _ text: Span<UInt8>,
        _ index: inout Int,
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) -> TableEvent? {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        if position == 0, text.count - index >= mark.count,
            mark.indices.allSatisfy({ text[index + $0] == mark[$0] })
        {
            move(&index, by: mark.count)
        }
        // Blank lines before the header.
        while let length = Self.lineEnd(text, index) {
            line += 1
            isRegular = false
            move(&index, by: length)
        }
        var place = index
        var names: [String] = []
        while true {
            guard let cell = try cell(text, place, offset: place - index) else { return nil }
            guard let name = cell.string(text) else {
                throw error(.invalidUTF8, column: "\(names.count + 1)", offset: place - index)
            }
            guard names.count < Self.mostColumns else {
                throw error(.tooManyColumns(limit: Self.mostColumns), column: nil)
            }
            names.append(name)
            place = cell.end
            guard text[place] != CSVCell.comma else {
                place += 1
                continue
            }
            let endsWithReturn = text[place] == CSVCell.carriageReturn
            guard let length = Self.lineEnd(text, place) else {
                guard place + 1 < text.count || !endsWithReturn else { return nil }
                throw error(.strayReturn, column: nil, offset: place - index)
            }
            place += length
            try begin(names, endsWithReturn: endsWithReturn, meter)
            line += 1
            move(&index, by: place - index)
            let fields = table?.fields ?? []
            return .fields(
                fields.map { field in
                    let shape = field.isArray ? [field.columns.count] : []
                    return RowField(name: field.name, shape: shape, isLabel: field.isLabel)
                }
            )
        }
    }

    /// The length of the line end at a position; `nil` if there is none, or only a part of one.
    private static func lineEnd(_ text: Span<UInt8>, _ position: Int) -> Int? {
        guard position < text.count else { return nil }
        if text[position] == CSVCell.lineFeed { return 1 }
        guard text[position] == CSVCell.carriageReturn, position + 1 < text.count,
            text[position + 1] == CSVCell.lineFeed
        else { return nil }
        return 2
    }

    private mutating func move(_ index: inout Int, by count: Int) {
        index += count
        position += count
    }

    /// The cell at a place; `nil` if the text ends within it.
    private func cell(
        _ text: Span<UInt8>,
        _ place: Int,
        offset: Int
    ) throws(FormatError) -> CSVCell? {
        do throws(LineReason) {
            return try CSVCell(text, at: place)
        } catch {
            throw self.error(error, column: nil, offset: offset)
        }
    }

    private mutating func begin(
        _ names: [String],
        endsWithReturn: Bool,
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) {
        if names.count == 1,
            let separator = names[0].utf8.first(where: { $0 == 0x3B || $0 == 0x09 })
        {
            throw error(.otherSeparator(separator), column: nil)
        }
        if !self.names.areChosen, names.allSatisfy(Self.isNumber) {
            throw error(.numbersInHeader, column: nil)
        }
        let plan: ColumnNames.Plan
        do throws(NamedReason) {
            plan = try self.names.plan(names)
        } catch {
            throw self.error(error.reason, column: error.column)
        }
        var owners = [Int?](repeating: nil, count: names.count)
        for (field, own) in plan.fields.enumerated() {
            for column in own.columns { owners[column] = field }
        }
        let columns = [CellReader.Column](repeating: .other, count: names.count)
        var table = Table(
            fields: plan.fields,
            names: names,
            owners: owners,
            cells: CellReader(columns: columns, endsWithReturn: endsWithReturn)
        )
        guard meter?.take(64 * names.count) ?? true else { throw .memoryExhausted }
        try table.block.begin(plan.fields.map { $0.width }, meter)
        table.cells.columns = table.columns
        self.table = table
    }
}

extension CSVReader {
    private static func isNumber(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        if case .number = NumberInText(bytes.span) { return true }
        return false
    }
}

extension CSVReader.Table {
    /// The columns with the places of their numbers in the block.
    fileprivate var columns: [CellReader.Column] {
        var columns = [CellReader.Column](repeating: .other, count: names.count)
        for (index, field) in fields.enumerated() {
            guard !field.isLabel else {
                columns[field.columns[0]] = .text
                continue
            }
            let start = block.start(of: index)
            for (item, column) in field.columns.enumerated() {
                columns[column] = .init(start: start + item, stride: field.columns.count)
            }
        }
        return columns
    }
}

extension CSVReader.Table {
    /// Returns to the start of a row, whose end has not arrived.
    fileprivate mutating func leaveRow() {
        cells.column = 0
        block.removeLabels(from: cells.row)
    }
}

extension CSVReader {
    /// Reads rows until the block is full, or up to a line that is not complete.
    private mutating func readRows(
        _ text: Span<UInt8>,
        _ index: inout Int,
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) {
        guard var table else { return }
        // The table would keep a second reference to the block.
        self.table = nil
        defer { self.table = table }
        let rows = table.block.rows
        while table.cells.row < rows, index < text.count {
            var place = index
            var rowStart = index
            let first = table.cells.row
            if let length = Self.lineEnd(text, place) {
                try checkBlankLine(table)
                line += 1
                isRegular = false
                move(&index, by: length)
                continue
            }
            var values: [Double] = []
            swap(&values, &table.block.values)
            var numbers = values.mutableSpan
            table.cells.read(text, &place, &rowStart, rows: rows, into: &numbers)
            swap(&values, &table.block.values)
            try keepLabels(of: &table, text, first, meter)
            line += table.cells.row - first
            move(&index, by: rowStart - index)
            guard table.cells.row < rows, place < text.count else {
                return table.leaveRow()
            }
            // The next line may be blank.
            if table.cells.row > first, table.cells.column == 0 { continue }
            // A cell that is not a plain number, or is near the end of the text.
            guard try readRow(text, from: place, &index, &table, meter) else {
                return table.leaveRow()
            }
        }
    }

    /// Keeps the labels among the cells that have been read; the row of the first one is that of the line.
    private func keepLabels(
        of table: inout Table,
        _ text: Span<UInt8>,
        _ first: Int,
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) {
        for found in table.cells.texts {
            guard let field = table.owners[found.column] else { continue }
            var bytes: [UInt8] = []
            bytes.append(copying: text.extracting(found.range))
            guard let label = String(validating: bytes, as: UTF8.self) else {
                let row = table.block.labels[field].count
                throw FormatError(
                    .line(line + row - first, .invalidUTF8),
                    at: position,
                    in: table.names[found.column]
                )
            }
            try table.block.append(label, to: field, meter)
        }
    }

    private func checkBlankLine(_ table: borrowing Table) throws(FormatError) {
        guard table.names.count == 1 else { return }
        throw error(.blankLine, column: nil)
    }

    /// Reads the cells of a row from a place on, to its end; returns `false` if the text ends before.
    private mutating func readRow(
        _ text: Span<UInt8>,
        from start: Int,
        _ index: inout Int,
        _ table: inout Table,
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) -> Bool {
        var place = start
        var lineFeeds = 0
        // The fields with a missing value, which count once the row is known to be complete.
        var missing: [Int] = []
        while true {
            let column = table.cells.column
            let offset = place - index
            guard let cell = try self.cell(text, place, offset: offset) else { return false }
            if let target = table.cells.place, let field = table.owners[column] {
                let number: Double
                do throws(LineReason) {
                    number = try cell.number(text)
                } catch {
                    throw self.error(error, table, column: column, of: field, offset: offset)
                }
                table.block.values[target] = number
                if number.isNaN { missing.append(field) }
            } else if let field = table.owners[column] {
                let label: String
                do throws(LineReason) {
                    label = try cell.label(text)
                } catch {
                    throw self.error(error, table, column: column, of: field, offset: offset)
                }
                try table.block.append(label, to: field, meter)
            }
            lineFeeds += cell.lineFeeds
            place = cell.end
            let isLast = column == table.names.count - 1
            if text[place] == CSVCell.comma {
                place += 1
                guard !isLast else { return try refuseCount(text, place, column + 2, table) }
                table.cells.column += 1
                continue
            }
            guard let length = Self.lineEnd(text, place) else {
                guard place + 1 < text.count else { return false }
                throw error(.strayReturn, column: nil, offset: place - index)
            }
            guard isLast else {
                throw error(.wrongCount(column + 1, expected: table.names.count), column: nil)
            }
            for field in missing { table.block.hasMissing[field] = true }
            table.cells.column = 0
            table.cells.row += 1
            line += 1 + lineFeeds
            if lineFeeds > 0 { isRegular = false }
            move(&index, by: place + length - index)
            return true
        }
    }

    /// An error in a cell of a column of a field.
    private func error(
        _ reason: LineReason,
        _ table: borrowing Table,
        column: Int,
        of field: Int,
        offset: Int
    ) -> FormatError {
        let own = table.fields[field]
        let row = rowCount + table.cells.row
        let item = own.columns.firstIndex(of: column) ?? 0
        return error(
            reason,
            column: table.names[column],
            offset: offset,
            element: .init(offset: row, index: own.isArray ? [row, item] : [row])
        )
    }

    /// Refuses a row with too many cells once its end is known; returns `false` if it is not.
    private func refuseCount(
        _ text: Span<UInt8>,
        _ start: Int,
        _ first: Int,
        _ table: borrowing Table
    ) throws(FormatError) -> Bool {
        var (place, count) = (start, first)
        while true {
            guard let cell = try cell(text, place, offset: 0) else { return false }
            place = cell.end
            guard text[place] == CSVCell.comma else {
                throw error(.wrongCount(count, expected: table.names.count), column: nil)
            }
            count += 1
            place += 1
        }
    }
}
