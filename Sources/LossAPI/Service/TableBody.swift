// SPDX-License-Identifier: Apache-2.0

import Formats
import HTTP
import LossFacts
import Requests

/// Reads the rows of a body with a line for each into a request builder while the body arrives.
///
/// If the result follows from sums over rows, only those are kept of a long body.
struct TableBody<Reader: TableReader>: PartwiseBody {
    typealias Target = RequestBuilder

    /// `nil` once the rest of the body is discarded.
    private var reader: Reader?
    var part = BodyPart()
    /// The rows that are kept.
    private var kept = KeptRows()
    /// For each field of a row, that of the request.
    private var targets: [RequestField] = []
    /// The count of rows of which only sums are kept.
    private var foldedRows = 0
    /// Whether rows need not be kept, as far as is known.
    private var foldsRows: Bool
    /// The results of rows, if they are made while the body arrives.
    private var results: ResultRows?
    /// The maximum length of a body of which rows must be kept, in bytes.
    private let limit: Int

    /// The count of numbers of which sums are computed at once.
    private static var foldedCount: Int { 65_536 }

    /// The memory to evaluate these, in bytes.
    private static var foldedFootprint: Int { 2 * 1_024 * 1_024 }

    /// - Parameters:
    ///   - reader: The reader of the format.
    ///   - foldsRows: Whether the result follows from sums over rows, and from `results` for each.
    ///   - results: Collects the results of rows while the body arrives; `nil` if there are none.
    ///   - limit: The maximum length of the body in bytes if rows must be kept after all.
    init(_ reader: Reader, foldsRows: Bool, results: ResultRows?, limit: Int) {
        self.reader = reader
        self.foldsRows = foldsRows
        self.results = results
        self.limit = limit
    }

    var footprint: Int {
        (reader?.footprint ?? 0) + part.footprint + kept.footprint + (results?.footprint ?? 0)
    }

    var isBounded: Bool { foldsRows }

    static var hasRows: Bool { true }

    var streamsRows: Bool { results != nil }

    mutating func takeRows() -> ResultRows? { results?.take() }

    mutating func endBody() { reader?.end() }

    mutating func setRest(of builder: inout RequestBuilder) throws {
        if results != nil { try foldRows(of: &builder, atLeast: 1) }
        if kept.count > 0 || foldedRows == 0 { try setRows(of: &builder) }
    }

    mutating func abandon() {
        reader = nil
        kept = KeptRows()
    }

    mutating func read(
        _ bytes: Span<UInt8>,
        _ index: inout Int,
        into builder: inout RequestBuilder
    ) throws {
        while let event = try reader?.next(bytes, from: &index, part.meter) {
            switch event {
            case .fields(let fields):
                targets = try fields.map { try Self.field($0.name, of: builder) }
                kept.begin(fields, labelLimit: builder.groupLimit)
            case .rows(let block):
                guard try keep(block) else { return skip() }
                try foldRows(of: &builder, atLeast: Self.foldedCount)
            }
        }
        guard results != nil, let block = try reader?.takeRows(part.meter) else { return }
        guard try keep(block) else { return skip() }
        try foldRows(of: &builder, atLeast: 1)
    }

    /// The field to which a column belongs.
    private static func field(
        _ name: String,
        of builder: borrowing RequestBuilder
    ) throws -> RequestField {
        let field: RequestField
        do {
            field = try builder.field(name)
        } catch RequestError.unknownField(let name, _) {
            throw RequestError.unknownField(name, known: RequestField.ofRows(of: builder.facts))
        }
        switch (field, field.kind) {
        case (.lengths, _):
            throw Problem(
                .wrongKind,
                "\(name) has a number for each sequence, but a column has one for each row: send sequences "
                    + "as arrays, in JSON or in a binary format.",
                pointer: "/" + name
            )
        case (_, .numbers), (_, .labels): return field
        default:
            throw Problem(
                .wrongKind,
                "\(name) belongs in the query, once for all rows: a column has a number for each row.",
                pointer: "/" + name
            )
        }
    }

    /// Appends rows to those that are kept; returns `false` if memory is exhausted.
    private mutating func keep(_ block: RowBlock) throws -> Bool {
        for (index, field) in targets.enumerated()
        where block.hasMissing[index] && !field.acceptsMissing {
            throw Problem(
                missingIn: kept.fields[index],
                block.values(of: index),
                after: foldedRows + kept.count
            ) { line(of: $0) }
        }
        return try kept.append(block, part.meter)
    }

    /// Replaces rows by sums over them and their results, if that is possible and they have at least
    /// `least` numbers.
    private mutating func foldRows(
        of builder: inout RequestBuilder,
        atLeast least: Int
    ) throws {
        guard foldsRows else {
            guard part.received <= limit else { throw tooLarge }
            return
        }
        let width = kept.fields.reduce(0) { $0 + $1.width }
        guard kept.count * width >= least else { return }
        guard part.meter?.reserve(Self.foldedFootprint) ?? true else { return skip() }
        defer { part.meter?.release(Self.foldedFootprint) }
        var request = builder
        let all = kept
        try setRows(of: &request)
        guard let evaluation = try request.foldRows(unless: part.meter?.cancellation) else {
            kept = all
            foldedRows -= all.count
            foldsRows = false
            results = nil
            return
        }
        guard try results?.append(evaluation, part.meter) ?? true else { return skip() }
        part.meter?.release(all.footprint)
        builder = request
    }

    /// Moves the rows that are kept into a builder.
    private mutating func setRows(of builder: inout RequestBuilder) throws {
        foldedRows += kept.count
        for (field, value) in zip(targets, kept.take()) { try builder.set(field, value) }
    }

    private var tooLarge: Problem {
        Problem(
            refusal: .bodyTooLarge,
            "The body has more than \(limit) bytes (--body-bytes), and all of its rows must be kept, "
                + "because they depend on each other: send fewer rows, or raise the limit of the server."
        )
    }
}

extension TableBody {
    func problem(explaining error: any Error) -> Problem {
        switch error {
        case RequestError.loss(.missingValue(let input, let place), _):
            return Problem(
                .missingValue,
                "\(input)\(place.writtenUnlessEmpty)\(line(of: place.first)) is a missing value. With "
                    + "missing=skip, losses with missing values are skipped; a mask can also leave them "
                    + "out.",
                pointer: "/" + input + place.map { "/\($0)" }.joined()
            )
        case RequestError.unknownField(_, let known):
            var problem = Problem(explaining: error)
            if let field = known.first {
                problem.detail +=
                    " The field columns of the query chooses columns of other names, as in "
                    + "columns=\(field):score."
            }
            return problem
        case RequestError.loss:
            var problem = Problem(explaining: error)
            // A pointer to a number has its row as the second step.
            let steps = problem.pointer?.split(separator: "/") ?? []
            if steps.count > 1, let row = Int(steps[1]), let line = reader?.line(ofRow: row) {
                problem.detail += " Row \(row) is in line \(line)."
            }
            return problem
        default: return Problem(explaining: error)
        }
    }

    /// The line of a row in a sentence; empty if it is not known.
    private func line(of row: Int?) -> String {
        guard let row, let line = reader?.line(ofRow: row) else { return "" }
        return " in line \(line)"
    }
}

extension Problem {
    /// Describes the first missing value of a field that may have none.
    ///
    /// - Parameters:
    ///   - field: the field.
    ///   - values: its numbers in some rows.
    ///   - rows: the count of rows before these.
    ///   - line: the line of a row in a sentence.
    init(
        missingIn field: RowField,
        _ values: ArraySlice<Double>,
        after rows: Int,
        line: (_ row: Int) -> String
    ) {
        let offset = (values.firstIndex { $0.isNaN } ?? values.startIndex) - values.startIndex
        let place = Tensor.place(
            of: offset,
            in: [max(values.count / max(field.width, 1), 1)] + field.shape
        )
        let row = rows + place[0]
        let index = [row] + place.dropFirst()
        self.init(
            .missingValue,
            "\(field.name)\(index.writtenUnlessEmpty)\(line(row)) is a missing value, but must be a "
                + "number: only inputs may have missing values.",
            pointer: "/" + field.name + index.map { "/\($0)" }.joined()
        )
    }
}
