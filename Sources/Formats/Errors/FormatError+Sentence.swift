// SPDX-License-Identifier: Apache-2.0

import TensorJSON

extension FormatError {
    /// The error, and what would be accepted instead.
    package var sentence: String {
        switch reason {
        case .truncated(let part, let end):
            "The body ends at byte \(position), within \(part.rawValue)\(ofTensor), which ends at byte "
                + "\(end): send all of it."
        case .trailing:
            "The body continues after the last tensor, which ends at byte \(position): nothing may "
                + "follow it."
        case .headerTooLong(let length, let limit):
            "The header is announced to have \(length) bytes, but may have at most \(limit). Is the "
                + "body in the format that Content-Type names?"
        case .header(let error): "The header is not valid. \(error.sentence)"
        case .headerStart(let byte):
            "The header begins with \(byte.described), but must be a JSON object, which begins with "
                + "\"{\". Is the body in the format that Content-Type names?"
        case .unknownMember(let name, let allowed):
            "The header has an unknown member \"\(name.shortened)\"\(ofTensor): a tensor has "
                + "\(allowed.joined(separator: ", "))."
        case .missingMember(let name): "The header has no \(name)\(ofTensor)."
        case .wrongMember(let name, let expected):
            "\(name)\(ofTensor) in the header must be \(expected)."
        case .unsupportedType(let type, let format):
            "The type\(ofTensor) is \"\(type.shortened)\", but must be one of "
                + format.typeNames.joined(separator: ", ") + "."
        case .tooManyDimensions(let count):
            "The shape\(ofTensor) has \(count) dimensions, but may have at most "
                + "\(TensorHeader.maximumRank)."
        case .shapeOverflow(let shape):
            "The shape\(ofTensor), \(shape.list), has more numbers than any memory holds."
        case .tooManyEmptyRows(let shape):
            "The shape\(ofTensor), \(shape.list), has no number, but rows: their number may be at most "
                + "\(TensorHeader.maximumEmptyRows)."
        case .wrongSize(let size, let needed):
            "The numbers\(ofTensor) occupy \(size) bytes, but its shape and its type need \(needed)."
        case .gap(let count):
            "\(count) byte\(count == 1 ? "" : "s") before the numbers\(ofTensor) belong to no tensor: "
                + "tensors must follow each other without holes."
        case .overlap(let count):
            "The numbers\(ofTensor) begin \(count) byte\(count == 1 ? "" : "s") before the end of the "
                + "previous tensor: tensors must not overlap."
        case .wrongStart(.npz):
            "The body is not a zip archive, which begins with \"PK\". Is it in the format that "
                + "Content-Type names?"
        case .wrongStart(let format):
            "An array\(ofTensor) must begin with the byte 0x93 and \"NUMPY\", at byte \(position). Is the "
                + "body in the format that Content-Type names (\(format.rawValue))?"
        case .unknownVersion(let major, let minor):
            "The version of the array\(ofTensor) is \(major).\(minor), but must be 1.0, 2.0 or 3.0."
        case .headerSyntax(let expected):
            "The header\(ofTensor) must have \(expected) at byte \(position) of the body."
        case .tooManyArrays(let names):
            "The body has more than \(names.count) arrays, at byte \(position): arrays without names "
                + "are \(names.joined(separator: ", ")), in this order."
        case .wrongArchive(let reason): archiveSentence(reason)
        case .tooLong(let count, let limit):
            "The members of the archive have \(count) bytes, but may have at most \(limit)."
        case .repeatedInput: "Two inputs are named \"\(tensor?.shortened ?? "")\": send one."
        case .unsupportedExtension(let parameter):
            "The parameter \"\(parameter.shortened)\"\(ofTensor) is of an extension that is not supported: "
                + "omit it."
        case .notInRange(let number, let type):
            "\(elementName) is \(number.isNaN ? "null" : number.text), but \(type.inferenceName) in JSON "
                + "must be \(type.range)."
        case .inexactInteger(let integer):
            "\(elementName) is \(integer), but integers must be from -2^53 to 2^53, so that a double "
                + "has the same value."
        case .infinite(let isNegative):
            "\(elementName) is \(isNegative ? "-" : "")infinity, but numbers must be finite, or NaN "
                + "for a missing value."
        case .notABoolean(let value): "\(elementName) is \(value), but a boolean must be 0 or 1."
        case .line(let line, let reason): reason.sentence(line: line, column: tensor)
        case .memoryExhausted: "There is not enough memory."
        }
    }

    /// The stable name of the reason, in snake_case.
    package var code: String {
        switch reason {
        case .truncated: "truncated"
        case .trailing: "trailing_bytes"
        case .headerTooLong: "header_too_long"
        case .header(let error): error.code
        case .headerStart: "not_an_object"
        case .unknownMember: "unknown_member"
        case .missingMember: "missing_member"
        case .wrongMember: "wrong_member"
        case .unsupportedType: "unsupported_type"
        case .tooManyDimensions: "too_many_dimensions"
        case .shapeOverflow: "shape_overflow"
        case .tooManyEmptyRows: "too_many_empty_rows"
        case .wrongSize: "wrong_size"
        case .gap: "gap"
        case .overlap: "overlap"
        case .wrongStart: "wrong_start"
        case .unknownVersion: "unknown_version"
        case .headerSyntax: "header_syntax"
        case .tooManyArrays: "too_many_arrays"
        case .wrongArchive(let reason): reason.code
        case .tooLong: "too_long"
        case .repeatedInput: "repeated_input"
        case .unsupportedExtension: "unsupported_extension"
        case .notInRange: "not_in_range"
        case .inexactInteger: "inexact_integer"
        case .infinite: "infinite"
        case .notABoolean: "not_a_boolean"
        case .line(_, let reason): reason.code
        case .memoryExhausted: "memory_exhausted"
        }
    }

    private func archiveSentence(_ reason: Archive) -> String {
        switch reason {
        case .noDirectory:
            "The archive has no end of a central directory: is it complete, and nothing behind it?"
        case .misplaced:
            "The archive places a member\(ofTensor) outside of the body, or over another part of it."
        case .inconsistent:
            "The directory of the archive and its member\(ofTensor) state different things."
        case .encrypted: "The member\(ofTensor) is encrypted: send it as it is."
        case .method(let method):
            "The member\(ofTensor) is compressed by method \(method), but must be stored (0) or "
                + "deflated (8)."
        case .notAnArray(let name):
            "The archive has a member \"\(name.shortened)\", but the names of its members must be those "
                + "of fields with \".npy\" behind them."
        case .duplicateName: "The archive has two members\(ofTensor): send one."
        case .damaged:
            "The content of the member\(ofTensor) does not match its length and checksum."
        }
    }

    private var ofTensor: String { tensor.map { " of \"\($0.shortened)\"" } ?? "" }

    /// The element by its name and index, and by its flat index if that differs.
    private var elementName: String {
        let name = tensor?.shortened ?? "The number"
        guard let element, !element.index.isEmpty else { return name }
        let flat = element.index.count > 1 ? " (flat index \(element.offset))" : ""
        return name + element.index.list + flat
    }
}

extension FormatError.Archive {
    fileprivate var code: String {
        switch self {
        case .noDirectory: "no_directory"
        case .misplaced: "misplaced_member"
        case .inconsistent: "inconsistent_member"
        case .encrypted: "encrypted_member"
        case .method: "unsupported_method"
        case .notAnArray: "not_an_array"
        case .duplicateName: "duplicate_member"
        case .damaged: "damaged_member"
        }
    }
}

extension [Int] {
    /// The integers as JSON writes them, such as "[3, 2]".
    var list: String { "[" + map { "\($0)" }.joined(separator: ", ") + "]" }
}

extension String {
    /// The first 60 Unicode scalars.
    var shortened: String {
        let start = unicodeScalars.prefix(60)
        return start.endIndex < endIndex ? "\(Substring(start))…" : self
    }
}

extension UInt8 {
    /// The byte in a sentence: as a character if it is printable ASCII, else in hexadecimal.
    var described: String {
        (0x21..<0x7F).contains(self)
            ? "\"\(Character(Unicode.Scalar(self)))\""
            : "the byte 0x" + (self < 16 ? "0" : "") + String(self, radix: 16, uppercase: true)
    }
}

extension Format {
    /// The names of its types.
    package var typeNames: [String] {
        switch self {
        case .safetensors: ElementType.allCases.map { $0.safetensorsName }
        case .npy, .npz: ElementType.allCases.compactMap { $0.numpyName }
        case .openInference: ElementType.allCases.map { $0.inferenceName }
        }
    }
}

extension ElementType {
    /// The numbers of the type that JSON may give.
    fileprivate var range: String {
        guard let integers else {
            return "at most \(greatest.text) in magnitude"
        }
        let (least, greatest) = (integers.lowerBound.text, integers.upperBound.text)
        return self == .boolean
            ? "true, false, 0 or 1" : "an integer from \(least) to \(greatest)"
    }
}

extension Double {
    /// The number in a sentence, with the fewest digits.
    fileprivate var text: String {
        var writer = JSONWriter()
        writer.number(self)
        return String(decoding: writer.finish(), as: UTF8.self)
    }
}
