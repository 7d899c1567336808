// SPDX-License-Identifier: Apache-2.0

package import TensorJSON

/// Reads rows of JSON objects, one on each line.
///
/// The members of the first object are the fields, each a number, null for a missing value, an array of
/// numbers, or a label, which is a string or an integer; those of the others have the same names, in any order, and the same shapes. Blank lines are
/// skipped.
package struct NDJSONReader: TableReader {
    private let maximumDepth: Int
    private let names: ColumnNames
    private var lines = PendingLines()
    private var isComplete = false
    private var isFinished = false
    /// The offset in the body of the next byte to read.
    private var position = 0
    /// The line of the next row, counted from 1.
    private var line = 1
    /// The rows, once the first has been read.
    private var rows: Rows?
    /// The count of rows in complete blocks.
    private var rowCount = 0
    /// Whether every line has been a row.
    private var isRegular = true

    /// The members of all rows, and the rows of a block.
    fileprivate struct Rows: Sendable {
        /// The names of the members, in the order of the first row.
        let members: [String]
        /// The offsets of the members by name.
        let offsets: [String: Int]
        /// For each member, where its numbers belong; `nil` if it is not read.
        let targets: [Target?]
        let fields: [RowField]
        var block = RowBlockInProgress()
        var count = 0
        /// Reads lines that differ from the first one in their numbers only; `nil` if that has other values, or
        /// very many numbers.
        var plain: PlainLines?
    }

    /// The lines that differ from the first one in their numbers only, which most are.
    fileprivate struct PlainLines: Sendable {
        var cells: CellReader
        /// For each number, the field that it belongs to, and its offset in a row of the field.
        let places: [(field: Int, item: Int)]
    }

    /// The place of the numbers of a member.
    fileprivate struct Target: Sendable {
        let field: Int
        /// The offset of its first number in a row of the field.
        let item: Int
        /// The shape of its numbers.
        let shape: [Int]
        /// Whether it is a label that is a string, as in the first row; `nil` if it is not a label.
        let isString: Bool?
    }

    /// - Parameters:
    ///   - names: The names of the members, and of the fields to which they belong.
    ///   - maximumDepth: The maximum nesting depth of a line, including its object.
    package init(names: ColumnNames, maximumDepth: Int = 32) {
        self.names = names
        self.maximumDepth = maximumDepth
    }

    package var footprint: Int {
        lines.footprint + (rows?.block.footprint ?? 0) + 64 * (rows?.members.count ?? 0)
            + (rows?.plain?.cells.footprint ?? 0)
    }

    package func line(ofRow row: Int) -> Int? { isRegular ? row + 1 : nil }

    package mutating func end() { isComplete = true }

    package mutating func takeRows(
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) -> RowBlock? {
        guard case .rows(let block) = try takeBlock(isFull: false, meter) else { return nil }
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
                // A line feed within a line would be an error of JSON, so one line is there.
                let line = lines.bytes
                defer { lines.remove(line.count, meter) }
                if let event = try read(line, meter) { return event }
            } else if index < bytes.count {
                if lines.isEmpty, readPlainLines(bytes, &index) { continue }
                try lines.take(bytes, &index, meter)
                guard lines.bytes.count <= PendingLines.longestLine else {
                    throw error(.tooLong(limit: PendingLines.longestLine))
                }
            } else {
                guard isComplete else { return nil }
                guard !lines.isEmpty, !isFinished else {
                    return try takeBlock(isFull: false, meter)
                }
                isFinished = true
                try lines.finish(meter)
            }
        }
    }

    private mutating func takeBlock(
        isFull: Bool,
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) -> TableEvent? {
        guard var rows else { return nil }
        guard isFull ? rows.count == rows.block.rows : rows.count > 0 else { return nil }
        self.rows = nil
        let block = try rows.block.take(rows.count, meter)
        rowCount += rows.count
        rows.count = 0
        rows.setColumns()
        self.rows = rows
        return .rows(block)
    }

    private func error(
        _ reason: LineReason,
        member: String? = nil,
        element: FormatError.Element? = nil
    ) -> FormatError {
        FormatError(.line(line, reason), at: position, in: member, element: element)
    }
}

extension NDJSONReader {
    /// Reads a line with its line feed; returns the fields after the first one.
    private mutating func read(
        _ bytes: [UInt8],
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) -> TableEvent? {
        if position == 0, bytes.starts(with: Self.byteOrderMark) {
            position = Self.byteOrderMark.count
            return try readLine(Array(bytes.dropFirst(position)), meter)
        }
        return try readLine(bytes, meter)
    }

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private mutating func readLine(
        _ bytes: [UInt8],
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) -> TableEvent? {
        defer {
            line += 1
            position += bytes.count
        }
        guard bytes.contains(where: { !Self.isBlank($0) }) else {
            isRegular = false
            return nil
        }
        // The text and the values of a line exist twice while it is read.
        guard meter?.take(Self.bytesEach * bytes.count) ?? true else { throw .memoryExhausted }
        defer { meter?.giveBack(Self.bytesEach * bytes.count) }
        guard rows == nil else {
            try add(bytes, meter)
            return nil
        }
        let begun = try begin(bytes, meter)
        rows = begun
        try add(bytes, meter)
        return .fields(begun.fields)
    }

    /// The memory for each byte of a line while it is read, in bytes: its text, numbers of two bytes, and
    /// names.
    private static let bytesEach = 16

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }
}

extension NDJSONReader {
    /// Finds the fields to which the members of the first object belong.
    private func begin(
        _ bytes: [UInt8],
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) -> Rows {
        var members: [String] = []
        try read(bytes) { (reader, name) throws(JSONError) in
            members.append(name)
            try reader.skipValue()
        }
        let limit = CSVReader.mostColumns
        guard members.count <= limit else { throw error(.tooManyColumns(limit: limit)) }
        let plan: ColumnNames.Plan
        do throws(NamedReason) {
            plan = try names.plan(members)
        } catch {
            throw self.error(error.reason, member: error.column)
        }
        var owners = [Int?](repeating: nil, count: members.count)
        for (field, own) in plan.fields.enumerated() {
            for member in own.columns { owners[member] = field }
        }
        // The shapes of the numbers.
        var shapes: [[Int]] = []
        var strings: [Bool] = []
        try read(bytes) { (reader, _) throws(JSONError) in
            strings.append(try reader.peekKind() == .string)
            guard let owner = owners[shapes.count], !plan.fields[owner].isLabel else {
                shapes.append([])
                return try reader.skipValue()
            }
            shapes.append(try Self.numbers(&reader).shape)
        }
        var targets = [Target?](repeating: nil, count: members.count)
        var fields: [RowField] = []
        for (index, field) in plan.fields.enumerated() {
            for (item, member) in field.columns.enumerated() {
                if field.isArray, !shapes[member].isEmpty {
                    throw error(.wrongShape(shapes[member], expected: []), member: members[member])
                }
                targets[member] = Target(
                    field: index,
                    item: item,
                    shape: shapes[member],
                    isString: field.isLabel ? strings[member] : nil
                )
            }
            let shape = field.isArray ? [field.columns.count] : shapes[field.columns[0]]
            fields.append(RowField(name: field.name, shape: shape, isLabel: field.isLabel))
        }
        guard meter?.take(64 * members.count) ?? true else { throw .memoryExhausted }
        let offsets = Dictionary(uniqueKeysWithValues: zip(members, members.indices))
        var rows = Rows(members: members, offsets: offsets, targets: targets, fields: fields)
        try rows.block.begin(fields.map { $0.isLabel ? 0 : $0.width }, meter)
        // Labels are kept apart from numbers, by the general reader.
        rows.plain = fields.contains { $0.isLabel } ? nil : PlainLines(like: bytes, rows)
        guard meter?.take(rows.plain?.cells.footprint ?? 0) ?? true else { throw .memoryExhausted }
        rows.setColumns()
        return rows
    }

    /// Reads lines that differ from the first one in their numbers only, up to another line or the end of the
    /// block; returns whether there are any.
    private mutating func readPlainLines(_ bytes: Span<UInt8>, _ index: inout Int) -> Bool {
        guard var rows, var plain = rows.plain.take() else { return false }
        // The rows would have a second reference to the block.
        self.rows = nil
        let start = index
        (plain.cells.row, plain.cells.column) = (rows.count, 0)
        var place = index
        var values: [Double] = []
        swap(&values, &rows.block.values)
        var numbers = values.mutableSpan
        plain.cells.read(bytes, &place, &index, rows: rows.block.rows, into: &numbers)
        swap(&values, &rows.block.values)
        let count = plain.cells.row - rows.count
        rows.count += count
        line += count
        position += index - start
        rows.plain = plain
        self.rows = rows
        return count > 0
    }

    /// Reads the members of an object, which is all that a line has.
    ///
    /// - Throws: The error in the line.
    private func read(
        _ bytes: [UInt8],
        _ value: (inout JSONReader, _ name: String) throws(JSONError) -> Void
    ) throws(FormatError) {
        var reader = JSONReader(bytes, maximumDepth: maximumDepth)
        do throws(JSONError) {
            try reader.beginObject()
            while let name = try reader.nextKey() { try value(&reader, name) }
            try reader.finish()
        } catch {
            // The line feed at the end may have been appended.
            let end = bytes.count - (isFinished ? 1 : 0)
            throw FormatError(
                .line(line, .json(error)),
                at: position + min(error.position, end)
            )
        }
    }

    /// Reads a number, a boolean as 1 or 0, null as NaN, or an array of these.
    private static func numbers(_ reader: inout JSONReader) throws(JSONError) -> NumberArray {
        switch try reader.peekKind() {
        case .null:
            try reader.skipValue()
            return NumberArray(shape: [], values: [.nan], hasNull: true)
        case .boolean: return NumberArray(shape: [], values: [try reader.readBoolean() ? 1 : 0])
        default:
            var numbers = NumbersInProgress(others: [.null, .booleans])
            try reader.read(&numbers)
            return numbers.takeArray()
        }
    }

    /// Reads a label, or returns the reason that there is none.
    private static func label(
        _ reader: inout JSONReader,
        isString: Bool
    ) throws(JSONError) -> Result<String, LineReason> {
        switch try reader.peekKind() {
        case .string:
            let label = try reader.readString()
            return isString ? .success(label) : .failure(.unlikeLabels(isString: true))
        case .number:
            let number = try reader.readNumber()
            guard !isString else { return .failure(.unlikeLabels(isString: false)) }
            guard abs(number) < 0x1p53, let integer = Int(exactly: number) else {
                return .failure(.inexactLabel)
            }
            return .success("\(integer)")
        default:
            try reader.skipValue()
            return .failure(.noLabel)
        }
    }

    /// Adds the row of an object.
    private mutating func add(
        _ bytes: [UInt8],
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) {
        guard var rows else { return }
        // The rows would have a second reference to the block.
        self.rows = nil
        defer { self.rows = rows }
        var count = 0
        var reason: (LineReason, member: String)?
        var labels: [(field: Int, text: String)] = []
        try read(bytes) { (reader, name) throws(JSONError) in
            let isNext = count < rows.members.count && rows.members[count] == name
            guard let member = isNext ? count : rows.offsets[name] else {
                reason = reason ?? (.unknownMember(known: rows.members), name)
                return try reader.skipValue()
            }
            count += 1
            guard let target = rows.targets[member] else { return try reader.skipValue() }
            if let isString = target.isString {
                switch try Self.label(&reader, isString: isString) {
                case .success(let label): labels.append((target.field, label))
                case .failure(let failure): reason = reason ?? (failure, name)
                }
                return
            }
            let numbers = try Self.numbers(&reader)
            if !rows.add(numbers, to: target) {
                reason = reason ?? (.wrongShape(numbers.shape, expected: target.shape), name)
            }
        }
        if let (reason, member) = reason { throw error(reason, member: member) }
        guard count == rows.members.count else { throw try missingMember(bytes, rows.members) }
        for label in labels { try rows.block.append(label.text, to: label.field, meter) }
        rows.count += 1
    }

    /// The error of an object that does not have all members.
    private func missingMember(
        _ bytes: [UInt8],
        _ members: [String]
    ) throws(FormatError) -> FormatError {
        var own: Set<String> = []
        try read(bytes) { (reader, name) throws(JSONError) in
            own.insert(name)
            try reader.skipValue()
        }
        return error(.missingMember, member: members.first { !own.contains($0) })
    }
}

extension NDJSONReader.PlainLines {
    /// The maximum length of a line, in bytes, and of its numbers: others take long in any case.
    private static let longestLine = 16 * 1_024
    private static let mostNumbers = 1_024

    /// Creates the reader of lines like the first one; `nil` if that has other values, or is too long.
    ///
    /// - Parameters:
    ///   - line: the text of the first line, which is valid.
    ///   - rows: the members of all lines.
    fileprivate init?(like line: [UInt8], _ rows: NDJSONReader.Rows) {
        guard line.count <= Self.longestLine else { return nil }
        var places: [(field: Int, item: Int)] = []
        for target in rows.targets {
            guard let target, places.count < Self.mostNumbers else { return nil }
            let width = target.shape.reduce(1, *)
            guard width <= Self.mostNumbers else { return nil }
            places += (0..<width).map { (target.field, target.item + $0) }
        }
        let pieces = Self.pieces(of: line)
        guard !places.isEmpty, pieces.count == places.count + 1 else { return nil }
        let columns = [CellReader.Column](repeating: .other, count: places.count)
        self.init(cells: CellReader(columns: columns, between: pieces), places: places)
    }

    /// The texts before, between and after the numbers, booleans and nulls of a line of JSON.
    private static func pieces(of line: [UInt8]) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var piece: [UInt8] = []
        var index = 0
        while index < line.count {
            let byte = line[index]
            if isOfValue(byte) {
                pieces.append(piece)
                piece = []
                while index < line.count, isOfValue(line[index]) { index += 1 }
                continue
            }
            let start = index
            index += 1
            if byte == quote {
                while index < line.count, line[index] != quote {
                    index += line[index] == backslash ? 2 : 1
                }
                index = min(index + 1, line.count)
            }
            piece += line[start..<index]
        }
        return pieces + [piece]
    }

    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")

    /// Whether a byte outside of strings belongs to a number, a boolean or null.
    private static func isOfValue(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2D, 0x2E: true
        default: false
        }
    }
}

extension NDJSONReader.Rows {
    /// Sets the places of the numbers of plain lines in the block.
    fileprivate mutating func setColumns() {
        guard let places = plain?.places else { return }
        plain?.cells.columns = places.map { field, item in
            CellReader.Column(start: block.start(of: field) + item, stride: fields[field].width)
        }
    }

    /// Stores the numbers of a member; returns `false` if their shape differs from that in the first row.
    fileprivate mutating func add(_ numbers: NumberArray, to target: NDJSONReader.Target) -> Bool {
        // Null stands for an array of missing values, too.
        let isNull = numbers.shape.isEmpty && numbers.hasNull
        guard isNull || numbers.shape == target.shape else { return false }
        let start = block.start(of: target.field) + count * fields[target.field].width + target.item
        let width = target.shape.reduce(1, *)
        for offset in 0..<width {
            block.values[start + offset] = isNull ? .nan : numbers.values[offset]
        }
        if numbers.hasNull { block.hasMissing[target.field] = true }
        return true
    }
}
