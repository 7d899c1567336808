// SPDX-License-Identifier: Apache-2.0

import Formats
import TensorJSON

/// All that a body of rows contains.
struct TableContents: Equatable {
    var fields: [RowField] = []
    var count = 0
    /// The bits of the numbers of each field.
    var bits: [[UInt64]] = []
    var hasMissing: [Bool] = []
    /// The labels of each field.
    var labels: [[String]] = []

    /// The numbers of a field.
    subscript(name: String) -> [Double]? {
        fields.firstIndex { $0.name == name }.map { bits[$0].map { Double(bitPattern: $0) } }
    }
}

extension TableReader {
    /// Reads a whole body in parts of a size.
    mutating func readAll(
        _ body: [UInt8],
        by size: Int = .max,
        _ meter: (any MemoryMeter)? = nil
    ) throws(FormatError) -> TableContents {
        var contents = TableContents()
        for part in body.parts(of: size) { try read(part, into: &contents, meter) }
        end()
        try read([], into: &contents, meter)
        return contents
    }

    private mutating func read(
        _ part: [UInt8],
        into contents: inout TableContents,
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) {
        var index = 0
        while let event = try next(part.span, from: &index, meter) {
            switch event {
            case .fields(let fields):
                contents.fields = fields
                contents.bits = fields.map { _ in [] }
                contents.hasMissing = fields.map { _ in false }
                contents.labels = fields.map { _ in [] }
            case .rows(let block):
                contents.count += block.count
                for field in contents.fields.indices {
                    contents.bits[field] += block.values(of: field).map { $0.bitPattern }
                    if block.hasMissing[field] { contents.hasMissing[field] = true }
                    if !block.labels.isEmpty { contents.labels[field] += block.labels[field] }
                }
            }
        }
    }
}
