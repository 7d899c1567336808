// SPDX-License-Identifier: Apache-2.0

import Formats
import TensorJSON

/// The formats besides JSON in which a body may be.
package enum FormatReading: CaseIterable, Sendable {
    case safetensors
    case npy
    case npz
    /// The Open Inference Protocol.
    case inference
    case csv
    case ndjson

    /// The fields that a table may have.
    static let fieldNames = ["predictions", "targets", "weights", "mask"]

    /// The maximum length in bytes of an inflated archive.
    private static let archiveLimit = 1_024 * 1_024

    /// All that was read, or the error.
    struct Outcome: Equatable {
        var tensors: [NamedTensor] = []
        var headers: [TensorHeader] = []
        var metadata: [String] = []
        var fields: [RowField] = []
        var values: [[Double]] = []
        var hasMissing: [Bool] = []
        /// The bytes of the labels of each field.
        var labels: [[[UInt8]]] = []
        var rows = 0
        var error: FormatError?

        /// The names, shapes and numbers of the tensors, which NaN does not make unequal.
        var tensorBits: [String] {
            tensors.map { "\($0.name)\($0.shape)\($0.values.map { $0.isNaN ? 1 : $0.bitPattern })" }
        }

        /// The bits of the numbers of each field, in any order of the fields.
        var sortedBits: [String] {
            values.map { "\($0.map { $0.isNaN ? 1 : ($0 + 0).bitPattern })" }.sorted()
        }

        static func == (left: Outcome, right: Outcome) -> Bool {
            // After an error, how much was read before depends on the pieces.
            guard left.error == right.error else { return false }
            guard left.error == nil else { return true }
            return left.tensorBits == right.tensorBits && left.headers == right.headers
                && left.metadata == right.metadata && left.fields == right.fields
                && left.rows == right.rows && left.hasMissing == right.hasMissing
                && left.sortedBits == right.sortedBits && left.labels == right.labels
        }
    }

    /// Reads a body in pieces of given lengths and a last piece.
    ///
    /// - Parameters:
    ///   - body: The body.
    ///   - option: The length of the bytes after JSON in the Open Inference Protocol, or whether columns
    ///     are chosen or have labels.
    ///   - pieces: The lengths of the pieces.
    ///   - meter: The account of the memory.
    /// - Returns: The tensors or rows, or the error.
    func outcome(
        _ body: [UInt8],
        _ option: UInt8,
        _ pieces: [Int],
        _ meter: (any MemoryMeter)?
    ) -> Outcome {
        let chosen = [
            ColumnNames.Choice(field: "predictions", columns: ["p"]),
            ColumnNames.Choice(field: "targets", columns: ["a", "b"]),
        ]
        let names = ColumnNames(
            fields: Self.fieldNames,
            chosen: option & 1 == 0 ? [] : chosen,
            labels: option & 2 == 0 ? [] : ["weights"]
        )
        var outcome = Outcome()
        do throws(FormatError) {
            switch self {
            case .safetensors:
                try outcome.read(SafeTensorsReader(), body, pieces, meter)
            case .npy:
                try outcome.read(NPYReader(names: Self.fieldNames), body, pieces, meter)
            case .npz:
                try outcome.read(NPZReader(limit: Self.archiveLimit), body, pieces, meter)
            case .inference:
                let length = option == 0 ? nil : max(1, body.count - Int(option) + 1)
                try outcome.read(InferenceReader(jsonLength: length), body, pieces, meter)
            case .csv: try outcome.read(CSVReader(names: names), body, pieces, meter)
            case .ndjson: try outcome.read(NDJSONReader(names: names), body, pieces, meter)
            }
        } catch {
            outcome.error = error
        }
        return outcome
    }

    /// Calls a closure with each piece of a body.
    fileprivate static func forEachPiece(
        of body: [UInt8],
        _ lengths: [Int],
        _ visit: ([UInt8]) throws(FormatError) -> Void
    ) throws(FormatError) {
        var rest = body[...]
        for length in lengths {
            let piece = rest.prefix(length)
            rest = rest.dropFirst(piece.count)
            try visit(Array(piece))
        }
        try visit(Array(rest))
    }
}

extension FormatReading.Outcome {
    fileprivate mutating func read(
        _ reader: some TensorReader,
        _ body: [UInt8],
        _ pieces: [Int],
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) {
        var reader = reader
        try FormatReading.forEachPiece(of: body, pieces) { (piece) throws(FormatError) in
            try readEvents(&reader, piece, meter)
        }
        try reader.end(meter)
        try readEvents(&reader, [], meter)
    }

    private mutating func readEvents(
        _ reader: inout some TensorReader,
        _ piece: [UInt8],
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) {
        var index = 0
        while let event = try reader.next(piece.span, from: &index, meter) {
            switch event {
            case .headers(let headers, let metadata):
                self.headers += headers
                self.metadata += metadata.map { "\($0.name) \($0.text)" }
            case .tensor(let tensor): tensors.append(tensor)
            }
        }
    }

    fileprivate mutating func read(
        _ reader: some TableReader,
        _ body: [UInt8],
        _ pieces: [Int],
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) {
        var reader = reader
        try FormatReading.forEachPiece(of: body, pieces) { (piece) throws(FormatError) in
            try readEvents(&reader, piece, meter)
        }
        reader.end()
        try readEvents(&reader, [], meter)
    }

    private mutating func readEvents(
        _ reader: inout some TableReader,
        _ piece: [UInt8],
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) {
        var index = 0
        while let event = try reader.next(piece.span, from: &index, meter) {
            switch event {
            case .fields(let fields):
                self.fields = fields
                values = fields.map { _ in [] }
                hasMissing = fields.map { _ in false }
                labels = fields.map { _ in [] }
            case .rows(let block):
                rows += block.count
                for field in fields.indices {
                    values[field] += block.values(of: field)
                    hasMissing[field] = hasMissing[field] || block.hasMissing[field]
                    guard fields[field].isLabel else { continue }
                    labels[field] += block.labels[field].map { Array($0.utf8) }
                }
            }
        }
    }
}
