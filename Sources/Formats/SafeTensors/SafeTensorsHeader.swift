// SPDX-License-Identifier: Apache-2.0

import TensorJSON

/// The header of safetensors.
struct SafeTensorsHeader {
    /// The tensors in the order of their numbers, without holes or overlaps.
    private(set) var tensors: [TensorHeader] = []
    private(set) var metadata: [(name: String, text: String)] = []

    /// The member that has texts instead of a tensor.
    static let metadataKey = "__metadata__"

    /// The offset of the header in the body.
    private static let start = SafeTensorsReader.lengthWidth

    /// Reads the text of a header.
    ///
    /// - Throws: an error in the header, or in the places of the numbers.
    static func read(_ text: [UInt8]) throws(FormatError) -> SafeTensorsHeader {
        guard let first = text.first, first == UInt8(ascii: "{") else {
            throw FormatError(.headerStart(text.first ?? 0), at: start)
        }
        var reader = JSONReader(text)
        do {
            return try read(&reader)
        } catch let error as JSONError {
            throw FormatError(.header(error), at: start + error.position)
        } catch let error as FormatError {
            throw error
        } catch {
            preconditionFailure("reading a header threw an unknown error: \(error)")
        }
    }

    /// A tensor with the place of its numbers.
    private struct Entry {
        let header: TensorHeader
        /// The offsets of its numbers after the header.
        let place: Range<Int>
        /// The offset of the entry in the body.
        let position: Int
    }

    private static func read(_ reader: inout JSONReader) throws -> SafeTensorsHeader {
        var header = SafeTensorsHeader()
        var entries: [Entry] = []
        try reader.beginObject()
        while let name = try reader.nextKey() {
            if name == metadataKey {
                try reader.beginObject()
                while let key = try reader.nextKey() {
                    header.metadata.append((key, try reader.readString()))
                }
            } else {
                entries.append(try readEntry(name, &reader))
            }
        }
        try reader.finish()
        header.tensors = try inOrder(entries)
        return header
    }

    private static func readEntry(_ name: String, _ reader: inout JSONReader) throws -> Entry {
        let position = start + reader.position
        var type: ElementType?
        var shape: [Int]?
        var offsets: [Int]?
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "dtype":
                let text = try reader.readString()
                guard let known = ElementType(safetensorsName: text) else {
                    throw FormatError(
                        .unsupportedType(text, format: .safetensors),
                        at: position,
                        in: name
                    )
                }
                type = known
            case "shape":
                shape = try readIntegers("shape", "a list of lengths", of: name, &reader)
            case "data_offsets":
                let expected = "a begin and an end that is not before it"
                offsets = try readIntegers("data_offsets", expected, of: name, &reader)
                guard let offsets, offsets.count == 2, offsets[0] <= offsets[1] else {
                    throw FormatError(
                        .wrongMember("data_offsets", expected: expected),
                        at: position,
                        in: name
                    )
                }
            default:
                let allowed = ["dtype", "shape", "data_offsets"]
                throw FormatError(.unknownMember(key, allowed: allowed), at: position, in: name)
            }
        }
        func required<Value>(_ value: Value?, _ key: String) throws(FormatError) -> Value {
            guard let value else { throw FormatError(.missingMember(key), at: position, in: name) }
            return value
        }
        let header = try TensorHeader(
            name: name,
            type: required(type, "dtype"),
            shape: required(shape, "shape"),
            at: position
        )
        let place = try required(offsets, "data_offsets")
        guard place[1] - place[0] == header.size else {
            throw FormatError(
                .wrongSize(place[1] - place[0], needed: header.size),
                at: position,
                in: name
            )
        }
        return Entry(header: header, place: place[0]..<place[1], position: position)
    }

    /// Reads a list of integers that are not negative and that a double represents exactly.
    private static func readIntegers(
        _ key: String,
        _ expected: String,
        of name: String,
        _ reader: inout JSONReader
    ) throws -> [Int] {
        let position = start + reader.position
        let numbers = try reader.readNumbers()
        let integers = numbers.values.compactMap { Int(exactly: $0) }
        guard numbers.shape.count == 1, integers.count == numbers.values.count,
            integers.allSatisfy({ $0 >= 0 && $0 <= 1 << 53 })
        else {
            throw FormatError(.wrongMember(key, expected: expected), at: position, in: name)
        }
        return integers
    }

    /// The headers in the order of their numbers.
    ///
    /// - Throws: an error if numbers overlap, or if bytes between them belong to no tensor.
    private static func inOrder(_ entries: [Entry]) throws(FormatError) -> [TensorHeader] {
        let sorted = entries.sorted {
            ($0.place.lowerBound, $0.place.upperBound) < ($1.place.lowerBound, $1.place.upperBound)
        }
        var end = 0
        for entry in sorted {
            let gap = entry.place.lowerBound - end
            guard gap == 0 else {
                throw FormatError(
                    gap > 0 ? .gap(gap) : .overlap(-gap),
                    at: entry.position,
                    in: entry.header.name
                )
            }
            end = entry.place.upperBound
        }
        return sorted.map { $0.header }
    }
}

extension ElementType {
    /// The name in the headers of safetensors.
    var safetensorsName: String {
        switch self {
        case .float64: "F64"
        case .float32: "F32"
        case .float16: "F16"
        case .bfloat16: "BF16"
        case .int8: "I8"
        case .int16: "I16"
        case .int32: "I32"
        case .int64: "I64"
        case .uint8: "U8"
        case .uint16: "U16"
        case .uint32: "U32"
        case .uint64: "U64"
        case .boolean: "BOOL"
        }
    }

    fileprivate init?(safetensorsName name: String) {
        guard let type = Self.allCases.first(where: { $0.safetensorsName == name }) else {
            return nil
        }
        self = type
    }
}
