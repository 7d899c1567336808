// SPDX-License-Identifier: Apache-2.0

/// The names of columns, and the fields to which they belong.
///
/// A column belongs to the field of its name. Columns `f_0`, `f_1` and so on are the numbers of the rows
/// of `f`; for a name that ends in "s", the names may be in the singular. Others can be chosen.
package struct ColumnNames: Sendable {
    /// The names of the fields that may have columns.
    private let fields: [String]
    /// The names, or the prefixes, of the columns of some fields.
    private let chosen: [Choice]
    /// The fields whose rows have a label, which is a text or an integer, instead of numbers.
    private let labels: [String]

    /// Whether the columns of some field are chosen, so that any names are possible.
    var areChosen: Bool { !chosen.isEmpty }

    /// The columns of a field.
    package struct Choice: Equatable, Sendable {
        package let field: String
        /// The name or the prefix of its columns, or the names of several columns in order.
        package let columns: [String]

        package init(field: String, columns: [String]) {
            self.field = field
            self.columns = columns
        }
    }

    /// - Parameters:
    ///   - fields: The names of the fields that may have columns.
    ///   - chosen: The columns of some fields; if it is empty, a column that belongs to no field is a
    ///     field of its name, which the caller refuses, else it is not read.
    ///   - labels: The fields that have labels.
    package init(fields: [String], chosen: [Choice] = [], labels: [String] = []) {
        self.fields = fields
        self.chosen = chosen
        self.labels = labels
    }

    /// The fields to which the columns of a table belong.
    struct Plan: Sendable {
        /// A field with its columns.
        struct Field: Sendable {
            let name: String
            /// The offsets of its columns, in the order of their numbers.
            let columns: [Int]
            /// Whether its rows are arrays rather than numbers.
            let isArray: Bool
            /// Whether its rows are labels.
            let isLabel: Bool

            /// The count of numbers in a row.
            var width: Int { isLabel ? 0 : columns.count }
        }

        fileprivate(set) var fields: [Field] = []
        fileprivate var isTaken: [Bool]
        fileprivate let labels: [String]
    }

    /// Finds the fields of columns.
    ///
    /// - Throws: The reason that they are refused, with the name of a column.
    func plan(_ names: [String]) throws(NamedReason) -> Plan {
        var plan = Plan(isTaken: [Bool](repeating: false, count: names.count), labels: labels)
        var offsets: [String: [Int]] = [:]
        for (offset, name) in names.enumerated() { offsets[name, default: []].append(offset) }
        let table = Table(names: names, offsets: offsets)
        for choice in chosen { try plan.add(choice, table) }
        for field in fields where !chosen.contains(where: { $0.field == field }) {
            try plan.add(field, table)
        }
        guard chosen.isEmpty else { return plan }
        for (offset, name) in names.enumerated() where !plan.isTaken[offset] {
            // The first column of a data frame may be its index, which has no name.
            guard offset > 0 || !name.isEmpty else { continue }
            guard !name.isEmpty else {
                throw NamedReason(.unnamedColumn(offset + 1), column: nil)
            }
            let only = try table.offset(of: name) ?? offset
            try plan.take(name, [only], isArray: false, table)
        }
        return plan
    }

    /// The columns of a table by name.
    fileprivate struct Table {
        let names: [String]
        let offsets: [String: [Int]]

        /// The offset of the only column with a name; `nil` if there is none.
        func offset(of name: String) throws(NamedReason) -> Int? {
            guard let found = offsets[name] else { return nil }
            guard found.count == 1 else { throw NamedReason(.repeatedColumn, column: name) }
            return found[0]
        }

        /// The offsets of the columns whose names are a prefix and the integers from 0 on.
        func offsets(after prefix: String) throws(NamedReason) -> [Int] {
            guard offsets[prefix + "_0"] != nil else { return [] }
            let start = prefix + "_"
            let count = names.count { name in
                name.hasPrefix(start) && Int(name.dropFirst(start.count)) != nil
            }
            var found: [Int] = []
            for index in 0..<count {
                guard let offset = try offset(of: "\(start)\(index)") else {
                    throw NamedReason(.missingColumn("\(start)\(index)"), column: prefix)
                }
                found.append(offset)
            }
            return found
        }
    }
}

/// The reason that a column is refused, and its name.
struct NamedReason: Error {
    let reason: LineReason
    let column: String?

    init(_ reason: LineReason, column: String?) {
        self.reason = reason
        self.column = column
    }
}

extension ColumnNames.Plan {
    /// Adds a field whose columns are chosen.
    fileprivate mutating func add(
        _ choice: ColumnNames.Choice,
        _ table: ColumnNames.Table
    ) throws(NamedReason) {
        guard choice.columns.count == 1 else {
            var found: [Int] = []
            for name in choice.columns {
                guard let offset = try table.offset(of: name) else {
                    throw NamedReason(
                        .unknownColumn(name, known: table.names),
                        column: choice.field
                    )
                }
                found.append(offset)
            }
            return try take(choice.field, found, isArray: true, table)
        }
        let name = choice.columns[0]
        if let offset = try table.offset(of: name) {
            return try take(choice.field, [offset], isArray: false, table)
        }
        let found = try table.offsets(after: name)
        guard !found.isEmpty else {
            throw NamedReason(.unknownColumn(name, known: table.names), column: choice.field)
        }
        try take(choice.field, found, isArray: true, table)
    }

    /// Adds a field that has columns of its name, or of its name in the singular; none if there are none.
    fileprivate mutating func add(
        _ field: String,
        _ table: ColumnNames.Table
    ) throws(NamedReason) {
        if let offset = try table.offset(of: field), !isTaken[offset] {
            return try take(field, [offset], isArray: false, table)
        }
        for prefix in [field] + (field.hasSuffix("s") ? [String(field.dropLast())] : []) {
            let found = try table.offsets(after: prefix)
            guard !found.isEmpty, !found.contains(where: { isTaken[$0] }) else { continue }
            return try take(field, found, isArray: true, table)
        }
    }

    fileprivate mutating func take(
        _ field: String,
        _ columns: [Int],
        isArray: Bool,
        _ table: ColumnNames.Table
    ) throws(NamedReason) {
        for column in columns {
            guard !isTaken[column] else {
                throw NamedReason(.sharedColumn(table.names[column]), column: field)
            }
            isTaken[column] = true
        }
        let isLabel = labels.contains(field) && !isArray
        fields.append(
            Field(name: field, columns: columns, isArray: isArray, isLabel: isLabel)
        )
    }
}
