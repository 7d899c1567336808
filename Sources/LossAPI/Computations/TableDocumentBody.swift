// SPDX-License-Identifier: Apache-2.0

import Formats
import HTTP
import LossFacts
import LossFunctions
import Requests

/// Reads the rows of a body with a line for each into a document while the body arrives.
struct TableDocumentBody<Reader: TableReader, Document: TensorDocument>: PartwiseBody {
    typealias Target = Document

    /// `nil` once the rest of the body is discarded.
    private var reader: Reader?
    var part = BodyPart()
    private var kept = KeptRows()
    /// The fields that the table may have.
    private let known: [String]

    init(_ reader: Reader, known: [String]) {
        self.reader = reader
        self.known = known
    }

    var footprint: Int { (reader?.footprint ?? 0) + part.footprint + kept.footprint }

    mutating func endBody() { reader?.end() }

    mutating func abandon() {
        reader = nil
        kept = KeptRows()
    }

    mutating func read(
        _ bytes: Span<UInt8>,
        _ index: inout Int,
        into document: inout Document
    ) throws {
        while let event = try reader?.next(bytes, from: &index, part.meter) {
            switch event {
            case .fields(let fields):
                for field in fields {
                    try document.refuseIfOutside(field.name)
                    guard known.contains(field.name) else {
                        throw Problem(unknownField: field.name, at: "", known: known)
                    }
                }
                kept.begin(fields, labelLimit: document.labelLimit)
            case .rows(let block):
                for (place, field) in kept.fields.enumerated()
                where block.hasMissing[place] && !document.acceptsMissing(field.name) {
                    throw Problem(missingIn: field, block.values(of: place), after: kept.count) {
                        line(of: $0).map { " in line \($0)" } ?? ""
                    }
                }
                guard try kept.append(block, part.meter) else { return skip() }
            }
        }
    }

    mutating func setRest(of document: inout Document) throws {
        for (field, value) in zip(kept.fields, kept.take()) {
            switch value {
            case .labels(let labels): try document.set(field.name, labels)
            case .numbers(let numbers): try document.set(field.name, numbers)
            default: break
            }
        }
    }

    /// The line of a row; `nil` if it is not known.
    private func line(of row: Int) -> Int? { reader?.line(ofRow: row) }

    func problem(explaining error: any Error) -> Problem {
        var problem = Problem(explaining: error)
        guard !(error is FormatError) else { return problem }
        // A pointer to a number has its row as the first integer.
        let steps = problem.pointer?.split(separator: "/") ?? []
        let names = kept.fields.map { $0.name }
        if !problem.detail.contains(" in line "),
            steps.contains(where: { names.contains(String($0)) }),
            let row = steps.lazy.compactMap({ Int($0) }).first, let line = line(of: row)
        {
            problem.detail += " Row \(row) is in line \(line)."
        }
        if problem.kind == .service(.unknownField), problem.allowed == known {
            problem.detail +=
                " The field columns of the query chooses columns of other names, as in "
                + "columns=\(known.first ?? "predictions"):score."
        }
        return problem
    }
}
