// SPDX-License-Identifier: Apache-2.0

/// Reads the header of an array in NumPy's format: a dictionary with three keys, as Python writes it.
///
/// It is never evaluated. The grammar is:
///
///     dictionary = "{" [ member *( "," member ) [ "," ] ] "}"
///     member     = string ":" ( string / "True" / "False" / tuple )
///     tuple      = "(" [ integer *( "," integer ) [ "," ] ] ")"
///     string     = "'" *character "'"  /  DQUOTE *character DQUOTE     ; without escapes
///
/// with spaces between any two of these, and behind the dictionary spaces and a line feed.
struct NPYHeader {
    private let text: [UInt8]
    private let name: String
    /// The offset of the header in the body.
    private let start: Int
    private var offset = 0

    private static let keys = ["descr", "fortran_order", "shape"]

    /// Reads a header.
    ///
    /// - Parameters:
    ///   - text: The header.
    ///   - name: The name of the array.
    ///   - start: The offset of the header in the body.
    /// - Returns: The header of the tensor.
    /// - Throws: An error in the header.
    static func read(
        _ text: [UInt8],
        name: String,
        at start: Int
    ) throws(FormatError) -> TensorHeader {
        var reader = NPYHeader(text: text, name: name, start: start)
        return try reader.read()
    }

    private init(text: [UInt8], name: String, start: Int) {
        self.text = text
        self.name = name
        self.start = start
    }

    private mutating func read() throws(FormatError) -> TensorHeader {
        var descr: (type: ElementType, order: ByteOrder)?
        var isColumnMajor: Bool?
        var shape: [Int]?
        try expect("{")
        while !skip("}") {
            let position = start + offset
            let key = try readString()
            try expect(":")
            switch key {
            case "descr" where descr == nil: descr = try readType()
            case "fortran_order" where isColumnMajor == nil: isColumnMajor = try readBoolean()
            case "shape" where shape == nil: shape = try readShape()
            default:
                throw FormatError(.unknownMember(key, allowed: Self.keys), at: position, in: name)
            }
            guard !skip(",") else { continue }
            try expect("}")
            break
        }
        skipSpaces()
        if offset < text.count, text[offset] == UInt8(ascii: "\n") { offset += 1 }
        guard offset == text.count else { throw error("the end of the header") }
        var header = try TensorHeader(
            name: name,
            type: required(descr, "descr").type,
            shape: required(shape, "shape"),
            at: start
        )
        header.order = try required(descr, "descr").order
        header.isColumnMajor = try required(isColumnMajor, "fortran_order")
        return header
    }

    private func required<Value>(_ value: Value?, _ key: String) throws(FormatError) -> Value {
        guard let value else { throw FormatError(.missingMember(key), at: start, in: name) }
        return value
    }

    private func error(_ expected: String) -> FormatError {
        FormatError(.headerSyntax(expected: expected), at: start + offset, in: name)
    }

    private mutating func skipSpaces() {
        while offset < text.count, text[offset] == UInt8(ascii: " ") { offset += 1 }
    }

    /// Moves behind a text, if it comes next; returns whether it does.
    private mutating func skip(_ token: String) -> Bool {
        skipSpaces()
        guard text[offset...].starts(with: token.utf8) else { return false }
        offset += token.utf8.count
        return true
    }

    private mutating func expect(_ token: String) throws(FormatError) {
        guard skip(token) else { throw error("\"\(token)\"") }
    }

    private mutating func readString() throws(FormatError) -> String {
        skipSpaces()
        guard offset < text.count,
            text[offset] == UInt8(ascii: "'") || text[offset] == UInt8(ascii: "\"")
        else { throw error("a string in quotes") }
        let quote = text[offset]
        let rest = text[(offset + 1)...]
        guard let end = rest.firstIndex(of: quote),
            !rest[..<end].contains(UInt8(ascii: "\\")),
            let string = String(validating: rest[..<end], as: UTF8.self)
        else { throw error("a string in quotes, without escapes") }
        offset = end + 1
        return string
    }

    private mutating func readBoolean() throws(FormatError) -> Bool {
        if skip("True") { return true }
        guard skip("False") else { throw error("True or False") }
        return false
    }

    private mutating func readShape() throws(FormatError) -> [Int] {
        var shape: [Int] = []
        try expect("(")
        while !skip(")") {
            shape.append(try readInteger())
            guard !skip(",") else { continue }
            try expect(")")
            break
        }
        return shape
    }

    private mutating func readInteger() throws(FormatError) -> Int {
        skipSpaces()
        let digits = text[offset...].prefix { (0x30...0x39).contains($0) }
        guard let integer = Int(String(decoding: digits, as: UTF8.self)) else {
            throw error("an integer that is not negative and not too large")
        }
        offset = digits.endIndex
        return integer
    }

    /// Reads the type of the numbers; that of records is a list, that of Python's objects is "O".
    private mutating func readType() throws(FormatError) -> (type: ElementType, order: ByteOrder) {
        skipSpaces()
        let position = start + offset
        func unsupported(_ type: String) -> FormatError {
            FormatError(.unsupportedType(type, format: .npy), at: position, in: name)
        }
        guard !skip("[") else { throw unsupported("a record") }
        let descr = try readString()
        let type = ElementType.allCases.first { $0.numpyName?.dropFirst() == descr.dropFirst() }
        switch (descr.first, type) {
        case ("<", let type?): return (type, .littleEndian)
        case (">", let type?): return (type, .bigEndian)
        case ("|", let type?) where type.width == 1: return (type, .littleEndian)
        default: throw unsupported(descr)
        }
    }
}

extension ElementType {
    /// The name in the headers of NumPy, in the order of bytes that is written; `nil` if there is none.
    var numpyName: String? {
        switch self {
        case .float64: "<f8"
        case .float32: "<f4"
        case .float16: "<f2"
        case .bfloat16: nil
        case .int8: "|i1"
        case .int16: "<i2"
        case .int32: "<i4"
        case .int64: "<i8"
        case .uint8: "|u1"
        case .uint16: "<u2"
        case .uint32: "<u4"
        case .uint64: "<u8"
        case .boolean: "|b1"
        }
    }
}
