// SPDX-License-Identifier: Apache-2.0

import Formats
import LossFacts
import LossFunctions
import Requests
import TensorJSON

/// A document whose arrays may arrive as tensors, and whose other members as texts by their names.
protocol TensorDocument: StreamedDocument {
    mutating func set(_ name: String, _ tensor: Tensor) throws

    mutating func set(_ name: String, text: String) throws

    /// Sets labels, which only a field of `labelFields` has.
    mutating func set(_ name: String, _ labels: GroupLabels) throws

    /// The maximum number of different labels.
    var labelLimit: Int { get }

    /// The fields that have labels.
    static var labelFields: [String] { get }

    /// The losses that have been named, with the fields that follow from them.
    ///
    /// - Throws: A `Problem` if none has been named, so that fields without names, or of a table, are not known.
    func arrangement() throws(Problem) -> DocumentArrangement
}

/// The fields of a document that follow from the losses that it names.
struct DocumentArrangement {
    /// The fields of the arrays of a body in which they have no names, in order.
    let arrays: [String]
    /// The fields that a table may have.
    let columns: [String]
}

extension TensorDocument {
    static var labelFields: [String] { [] }

    var labelLimit: Int { 0 }

    mutating func set(_ name: String, _: GroupLabels) throws {
        throw RequestError.wrongKind(name, expected: "a number or an array of numbers")
    }

    /// Whether numbers of a field may be missing: those of inputs may.
    func acceptsMissing(_ name: String) -> Bool {
        switch name.split(separator: ".").first {
        case "weights", "mask", "gradient", "hessian", "gradients", "hessians": false
        default: true
        }
    }
}

extension Problem {
    /// Describes a member that is not accepted as text, outside the body or as metadata of tensors.
    ///
    /// - Parameters:
    ///   - name: The member.
    ///   - members: The members that a body has.
    ///   - texts: Those that may be texts.
    init(notText name: String, of members: [String], texts: [String]) {
        guard members.contains(name) else {
            self.init(unknownField: name, at: "", known: texts)
            return
        }
        self.init(
            .unknownField,
            "\(name) belongs in the body: only \(texts.alternatives) may be given as text.",
            allowed: texts
        )
    }
}

extension TensorDocument {
    /// Reads a member from text: a JSON value, names separated by commas, or a string.
    mutating func read(_ name: String, text: String) throws {
        let isList = try form(of: [name]) == .elements
        var json = text
        if isList, text.first != "[" {
            let words = text.split(separator: ",").map { JSONValue.string(String($0)) }
            json = String(decoding: JSONValue.array(words).bytes, as: UTF8.self)
        } else if !isList, text.jsonNumber == nil {
            json = String(decoding: JSONValue.string(text).bytes, as: UTF8.self)
        }
        var reader = JSONReader(Array(json.utf8))
        do {
            if isList {
                try reader.beginArray()
                while try reader.nextElement() { try read([name], &reader) }
            } else {
                try read([name], &reader)
            }
            try reader.finish()
        } catch {
            var problem = Problem(explaining: error)
            problem.detail = "\(name): " + problem.detail
            throw problem
        }
    }

    /// Reads the fields of a query, besides those of the format.
    mutating func read(query: String?, _ formats: ContentFormats) throws(Problem) {
        guard let query else { return }
        let others = ["format"] + (formats.request.isTable ? [ContentFormats.columns] : [])
        for (name, text) in try QueryFields(query).fields where !others.contains(name) {
            do { try set(name, text: text) } catch { throw Problem(explaining: error) }
            outside.append(name)
        }
    }
}

/// Reads the tensors of a body in a binary format into a document while the body arrives.
struct TensorDocumentBody<Reader: TensorReader, Document: TensorDocument>: PartwiseBody {
    typealias Target = Document

    /// `nil` once the rest of the body is discarded.
    private var reader: Reader?
    var part = BodyPart()
    /// The names of the fields among the metadata.
    private var texts: [String] = []

    init(_ reader: Reader) { self.reader = reader }

    var footprint: Int { (reader?.footprint ?? 0) + part.footprint }

    mutating func endBody() throws { try reader?.end(part.meter) }

    mutating func abandon() { reader = nil }

    mutating func read(
        _ bytes: Span<UInt8>,
        _ index: inout Int,
        into document: inout Document
    ) throws {
        while let event = try reader?.next(bytes, from: &index, part.meter) {
            switch event {
            case .headers(_, let metadata):
                // Libraries note the framework that wrote safetensors.
                for (name, text) in metadata where name != "format" {
                    try document.refuseIfOutside(name)
                    try document.set(name, text: text)
                    texts.append(name)
                }
            case .tensor(let tensor):
                try document.refuseIfOutside(tensor.name)
                guard !texts.contains(tensor.name) else {
                    throw Problem(tensor: tensor.name, isTextIn: Reader.textPart)
                }
                try document.set(tensor.name, Tensor(widening: tensor, part.meter))
            }
        }
    }
}
