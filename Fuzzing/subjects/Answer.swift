// SPDX-License-Identifier: Apache-2.0

import ContentCoding
import TensorJSON

/// An answer as a strict client reads it.
struct Answer {
    private(set) var status = 0
    private var fields: [(name: String, value: String)] = []
    private(set) var content: ArraySlice<UInt8> = []

    /// Every status that the service has; 500 is not among them, since it would be a fault.
    private static let statuses: Set<Int> = [
        200, 204, 304, 400, 404, 405, 406, 408, 413, 414, 415, 417, 422, 431, 501, 503, 505,
    ]

    /// Reads one answer, which the bytes have to be to the last.
    ///
    /// - Parameters:
    ///   - bytes: What was sent.
    ///   - isToHead: Whether the request was a HEAD, so that there is no content.
    ///   - mayContinue: Whether the client has asked for `100 Continue`.
    /// - Throws: What a strict client would not take.
    init(
        _ bytes: ArraySlice<UInt8>,
        isToHead: Bool,
        mayContinue: Bool
    ) throws(BrokenPromise) {
        var rest = bytes
        try readHead(&rest)
        if status == 100 {
            try expect(mayContinue && fields.isEmpty, "100 Continue that nobody asked for")
            try readHead(&rest)
        }
        try expect(Self.statuses.contains(status), "a status of \(status)")
        try expect(value("date") != nil, "an answer without a date")
        try readContent(rest, isToHead: isToHead)
    }

    /// Whether it says that the connection ends with it.
    var isLast: Bool { value("connection") == "close" }

    /// Checks that content which says it is JSON is, and says the same as the head.
    ///
    /// The long documents, which are the same for everybody, are looked at elsewhere.
    func checkContent() throws(BrokenPromise) {
        let content = try decodedContent()
        let type = value("content-type") ?? ""
        let isProblem = type == "application/problem+json"
        try expect(status < 400 || isProblem || status == 503, "an error without a problem")
        guard isProblem || type == "application/json", 1..<16_384 ~= content.count else { return }
        var reader = JSONReader(content)
        var written: Double?
        do {
            try reader.beginObject()
            while let key = try reader.nextKey() {
                if isProblem, key == "status" {
                    written = try reader.readNumber()
                } else {
                    try reader.skipValue()
                }
            }
            try reader.finish()
        } catch {
            throw BrokenPromise("content that is no JSON: \(error)")
        }
        try expect(!isProblem || written == Double(status), "a problem of another status")
    }

    private func decodedContent() throws(BrokenPromise) -> [UInt8] {
        switch AppliedCoding(value("content-encoding")) {
        case .none: return Array(content)
        case .unsupported: throw BrokenPromise("content in a coding that nobody knows")
        // The answer to HEAD, and 304, tell of content that they do not have.
        case .one where content.isEmpty: return []
        case .one(let coding):
            do {
                return try coding.decode(Array(content))
            } catch {
                throw BrokenPromise("content that is no \(coding): \(error)")
            }
        }
    }

    private func value(_ name: String) -> String? {
        fields.first { $0.name == name }?.value
    }

    private mutating func readHead(_ rest: inout ArraySlice<UInt8>) throws(BrokenPromise) {
        let first = Array(try Self.line(&rest))
        try expect(
            first.starts(with: "HTTP/1.1 ".utf8) && first.count > 13 && first[12] == 0x20,
            "a status line that is none"
        )
        status = Int(String(decoding: first[9..<12], as: UTF8.self)) ?? 0
        fields = []
        while case let line = try Self.line(&rest), !line.isEmpty {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
                throw BrokenPromise("a field without a colon")
            }
            let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
            let isName = name.utf8.allSatisfy { 0x61...0x7A ~= $0 || $0 == UInt8(ascii: "-") }
            try expect(isName && !name.isEmpty, "a field of the name \(name)")
            try expect(value(name) == nil, "the field \(name) twice")
            let value = line[(colon + 1)...]
            try expect(value.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "a control in \(name)")
            fields.append((name, String(decoding: value.dropFirst(), as: UTF8.self)))
        }
    }

    private mutating func readContent(
        _ rest: ArraySlice<UInt8>,
        isToHead: Bool
    ) throws(BrokenPromise) {
        content = rest
        let length = value("content-length")
        let coding = value("transfer-encoding")
        if status == 204 || status == 304 || isToHead {
            try expect(rest.isEmpty, "content where none may be")
            try expect(status != 204 || length == nil, "a length of no content")
        } else if let coding {
            try expect(coding == "chunked" && length == nil, "two framings")
            content = try Self.unchunked(rest)
        } else if let length {
            try expect(length == String(rest.count), "\(length) for \(rest.count) bytes")
        } else {
            try expect(isLast, "content without an end")
        }
    }

    private static func unchunked(
        _ bytes: ArraySlice<UInt8>
    ) throws(BrokenPromise) -> ArraySlice<UInt8> {
        var rest = bytes
        var content: ArraySlice<UInt8> = []
        while true {
            let size = Int(String(decoding: try line(&rest), as: UTF8.self), radix: 16)
            guard let size, 0...rest.count ~= size else { throw BrokenPromise("no chunk size") }
            content += rest.prefix(size)
            rest = rest.dropFirst(size)
            try expect(try line(&rest).isEmpty, "a chunk that does not end")
            guard size > 0 else { break }
        }
        try expect(rest.isEmpty, "bytes behind the last chunk")
        return content
    }

    /// Takes a line off, without its end.
    private static func line(
        _ rest: inout ArraySlice<UInt8>
    ) throws(BrokenPromise) -> ArraySlice<UInt8> {
        guard let end = rest.firstIndex(of: 0x0D), end + 1 < rest.endIndex, rest[end + 1] == 0x0A
        else { throw BrokenPromise("a line without an end") }
        let line = rest[..<end]
        rest = rest[(end + 2)...]
        return line
    }
}
