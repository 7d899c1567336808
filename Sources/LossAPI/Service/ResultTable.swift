// SPDX-License-Identifier: Apache-2.0

import Formats
import HTTP
import HTTPTypes
import LossFacts
import LossFunctions
import Requests
import TensorJSON

/// A result as lines of text, one for each row of its arrays, after its first part.
struct ResultTable: ContentSource {
    private let table: RowText
    private let columns: [[Double]]
    private let rowCount: Int
    /// The next row to write.
    private var row = 0

    /// The count of numbers of a part, which takes a fraction of a millisecond to write.
    private static let partLength = 16_384

    /// Serializes a result: the whole of a short one, or the first part of a long one and the rest.
    ///
    /// A result without arrays is a row of its numbers.
    ///
    /// - Parameters:
    ///   - evaluation: The result.
    ///   - format: CSV or NDJSON.
    /// - Returns: The text, or its first part and the rest.
    /// - Throws: A problem if its arrays do not have the same number of rows.
    static func serialize(
        _ evaluation: Evaluation,
        as format: BodyFormat
    ) throws(Problem) -> (start: [UInt8], rest: ResultTable?) {
        let tensors = evaluation.arrays
        if evaluation.partial != nil, format == .csv || !tensors.isEmpty {
            throw Problem(
                .conflictingOptions,
                "partial is a document, which has no place among the rows of \(format.mediaType): "
                    + "request JSON.",
                pointer: "/outputs",
                allowed: [BodyFormat.json.mediaType]
            )
        }
        guard var source = try ResultTable(tensors, as: format) else {
            return (format == .csv ? summary(of: evaluation) : object(of: evaluation), nil)
        }
        let start = source.table.header + source.next()
        return (start, source.isAtEnd ? nil : source)
    }

    /// The most bytes of all lines.
    var mostBytes: Int { table.header.count + table.mostBytes(of: rowCount) }

    /// All lines, with or without the line of names.
    func text(withHeader hasHeader: Bool) -> [UInt8] {
        let rows = table.text(of: columns, 0..<rowCount)
        return hasHeader && !table.header.isEmpty ? table.header + rows : rows
    }

    /// Creates a table that has not been written; `nil` if there are no arrays.
    ///
    /// - Throws: A problem if the arrays do not have the same number of rows.
    init?(_ tensors: [NamedTensor], as format: BodyFormat) throws(Problem) {
        guard let first = tensors.first else { return nil }
        if let other = tensors.first(where: { $0.shape[0] != first.shape[0] }) {
            throw Problem(
                .conflictingOptions,
                "The result in \(format.mediaType) needs arrays with as many rows as each other, but "
                    + "\(first.name) has \(first.shape[0]) and \(other.name) has \(other.shape[0]): request "
                    + "JSON."
            )
        }
        let fields = tensors.map { tensor in
            RowText.Field(
                name: tensor.name,
                width: tensor.shape.dropFirst().reduce(1, *),
                isArray: tensor.shape.count > 1
            )
        }
        table = format == .csv ? RowText(csv: fields) : RowText(ndjson: fields)
        columns = tensors.map { $0.values }
        rowCount = first.shape[0]
    }

    var isAtEnd: Bool { row == rowCount }

    /// The memory in use, in bytes, with that of the parts made ahead.
    var footprint: Int {
        guard !isAtEnd else { return 0 }
        let count = columns.reduce(0) { $0 + $1.count }
        return 8 * count + ResultText.textFootprint(of: count)
    }

    mutating func next() -> [UInt8] {
        let rows = max(1, Self.partLength / max(table.width, 1))
        let end = min(row + rows, rowCount)
        defer { row = end }
        return table.text(of: columns, row..<end)
    }

    /// The line of names and the line of values of a result without arrays.
    private static func summary(of evaluation: Evaluation) -> [UInt8] {
        let result = evaluation.result
        var cells: [(name: String, text: String)] = []
        if let loss = evaluation.total ?? result.reduced { cells.append(("loss", loss.shortest)) }
        cells.append(("normalizer", result.normalizer.shortest))
        if let skipped = result.skipped { cells.append(("skipped", "\(skipped)")) }
        if let statistics = result.statistics {
            cells.append(("count", "\(statistics.count)"))
            cells.append(("mean", statistics.mean.shortest))
            cells.append(("variance", statistics.variance?.shortest ?? ""))
            cells.append(("standard_error", statistics.standardError?.shortest ?? ""))
            for (name, extreme) in [
                ("least", statistics.least), ("greatest", statistics.greatest),
            ] {
                cells.append((name, extreme.loss.shortest))
                let place = extreme.place.map { "\($0)" }.joined(separator: " ")
                cells.append((name + "_place", place))
            }
        }
        for diagnostic in result.diagnostics ?? [] {
            cells.append(("diagnostics." + diagnostic.name, diagnostic.value.shortest))
        }
        let lines = [cells.map { $0.name }, cells.map { $0.text }]
        return Array((lines.map { $0.joined(separator: ",") + "\n" }).joined().utf8)
    }

    /// The line of a result without arrays.
    private static func object(of evaluation: Evaluation) -> [UInt8] {
        ResultText.serialize(evaluation).start + Array("\n".utf8)
    }
}

extension Evaluation {
    /// Its losses and derivatives that are arrays.
    var arrays: [NamedTensor] { tensors.filter { !$0.shape.isEmpty } }
}

extension ResponseFields {
    /// Adds the parts of a result that are not arrays, which the rows of a table do not have.
    func adding(_ evaluation: Evaluation) -> ResponseFields {
        var fields = fields
        func add(_ name: String, _ text: String) {
            guard let name = HTTPField.Name(name) else { return }
            fields[name] = text
        }
        if let loss = evaluation.total ?? evaluation.result.reduced { add("Loss", loss.shortest) }
        for (name, text) in evaluation.metadata {
            let words = name.split { $0 == "_" || $0 == "." }
            add(
                "Loss-"
                    + words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(
                        separator: "-"
                    ),
                text
            )
        }
        return ResponseFields(fields)
    }
}
