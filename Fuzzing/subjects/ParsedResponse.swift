// SPDX-License-Identifier: Apache-2.0

import ContentCoding
import TensorJSON

/// A response, as parsed by a strict client.
struct ParsedResponse {
    private(set) var status = 0
    private var fields: [(name: String, value: String)] = []
    private(set) var content: ArraySlice<UInt8> = []
    /// Whether the content ends before its last chunk, because the request failed after the response had begun.
    private(set) var isCutOff = false

    /// Every status that the service uses, except for 500, which would indicate a bug.
    private static let statuses: Set<Int> = [
        200, 204, 304, 400, 404, 405, 406, 408, 413, 414, 415, 417, 422, 431, 501, 503, 505,
    ]

    /// Parses exactly one response.
    ///
    /// - Parameters:
    ///   - bytes: The bytes sent by the server.
    ///   - isToHead: Whether the request was a HEAD request, so that the response has no content.
    ///   - interimMaximum: The maximum number of times that `100 Continue` may precede it.
    /// - Throws: A violation that a strict client would reject.
    init(
        _ bytes: ArraySlice<UInt8>,
        isToHead: Bool,
        interimMaximum: Int
    ) throws(InvariantViolation) {
        var rest = bytes
        try readHead(&rest)
        var interimCount = 0
        while status == 100 {
            interimCount += 1
            let isExpected = interimCount <= interimMaximum && fields.isEmpty
            try expect(isExpected, "an unexpected 100 Continue")
            try readHead(&rest)
        }
        try expect(Self.statuses.contains(status), "a status of \(status)")
        try expect(value("date") != nil, "a response without a date")
        try readContent(rest, isToHead: isToHead)
    }

    /// Whether the response is known to be the last of its connection.
    var isLast: Bool { value("connection") == "close" || isCutOff }

    /// Whether the response may have begun before its request ended.
    private var isStreamed: Bool { value("preference-applied") != nil }

    /// Checks that content declared as JSON is valid and agrees with the status.
    ///
    /// The long static documents are tested elsewhere.
    func checkContent() throws(InvariantViolation) {
        let content = try decodedContent()
        let type = value("content-type") ?? ""
        // Clients of the Open Inference Protocol read problems as plain JSON only.
        let isProblem =
            type == "application/problem+json"
            || type == "application/json" && status >= 400 && status != 503
        try expect(status < 400 || isProblem || status == 503, "an error without a problem")
        guard isProblem || type == "application/json", 1..<16_384 ~= content.count else { return }
        var reader = JSONReader(content)
        var written: Double?
        do {
            if try reader.peekKind() == .object {
                try reader.beginObject()
                while let key = try reader.nextKey() {
                    if isProblem, key == "status" {
                        written = try reader.readNumber()
                    } else {
                        try reader.skipValue()
                    }
                }
            } else {
                try reader.skipValue()
            }
            try reader.finish()
        } catch {
            throw InvariantViolation("content that is not JSON: \(error)")
        }
        try expect(!isProblem || written == Double(status), "a problem with another status")
    }

    private func decodedContent() throws(InvariantViolation) -> [UInt8] {
        switch AppliedCoding(value("content-encoding")) {
        case .none: return Array(content)
        case .unsupported: throw InvariantViolation("content in an unknown coding")
        // The response to HEAD, and 304, describe content that they do not include.
        case .one where content.isEmpty: return []
        case .one(let coding):
            do {
                return try coding.decode(Array(content))
            } catch {
                throw InvariantViolation("content that is not valid \(coding): \(error)")
            }
        }
    }

    private func value(_ name: String) -> String? {
        fields.first { $0.name == name }?.value
    }

    private mutating func readHead(_ rest: inout ArraySlice<UInt8>) throws(InvariantViolation) {
        let first = Array(try Self.line(&rest))
        try expect(
            first.starts(with: "HTTP/1.1 ".utf8) && first.count > 13 && first[12] == 0x20,
            "an invalid status line"
        )
        status = Int(String(decoding: first[9..<12], as: UTF8.self)) ?? 0
        fields = []
        while case let line = try Self.line(&rest), !line.isEmpty {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
                throw InvariantViolation("a field without a colon")
            }
            let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
            let isName = name.utf8.allSatisfy { 0x61...0x7A ~= $0 || $0 == UInt8(ascii: "-") }
            try expect(isName && !name.isEmpty, "an invalid field name \(name)")
            try expect(value(name) == nil, "a repeated field \(name)")
            let value = line[(colon + 1)...]
            try expect(
                value.allSatisfy { $0 >= 0x20 && $0 != 0x7F },
                "a control character in \(name)"
            )
            fields.append((name, String(decoding: value.dropFirst(), as: UTF8.self)))
        }
    }

    private mutating func readContent(
        _ rest: ArraySlice<UInt8>,
        isToHead: Bool
    ) throws(InvariantViolation) {
        content = rest
        let length = value("content-length")
        let coding = value("transfer-encoding")
        if status == 204 || status == 304 || isToHead {
            try expect(rest.isEmpty, "content where none is allowed")
            try expect(status != 204 || length == nil, "a length with status 204")
        } else if let coding {
            try expect(coding == "chunked" && length == nil, "two kinds of framing")
            content = try unchunked(rest)
        } else if let length {
            try expect(length == String(rest.count), "\(length) for \(rest.count) bytes")
        } else {
            try expect(isLast, "content without an end")
        }
    }

    private mutating func unchunked(
        _ bytes: ArraySlice<UInt8>
    ) throws(InvariantViolation) -> ArraySlice<UInt8> {
        var rest = bytes
        var content: ArraySlice<UInt8> = []
        while true {
            let size = Int(String(decoding: try Self.line(&rest), as: UTF8.self), radix: 16)
            if isStreamed, size == 1, rest.isEmpty {
                isCutOff = true
                return content
            }
            guard let size, 0...rest.count ~= size else {
                throw InvariantViolation("an invalid chunk size")
            }
            content += rest.prefix(size)
            rest = rest.dropFirst(size)
            if size == 0, isStreamed { try readTrailers(&rest) }
            try expect(try Self.line(&rest).isEmpty, "a chunk that does not end")
            guard size > 0 else { break }
        }
        try expect(rest.isEmpty, "bytes after the last chunk")
        return content
    }

    /// Reads the trailer section up to the empty line that ends it.
    private func readTrailers(_ rest: inout ArraySlice<UInt8>) throws(InvariantViolation) {
        while rest.first != 0x0D {
            let name = try Self.line(&rest).prefix { $0 != UInt8(ascii: ":") }
            let isAnnounced = value("trailer")?.contains(String(decoding: name, as: UTF8.self))
            try expect(isAnnounced == true, "a trailer that is not announced")
        }
    }

    /// Removes and returns the first line, without its terminator.
    private static func line(
        _ rest: inout ArraySlice<UInt8>
    ) throws(InvariantViolation) -> ArraySlice<UInt8> {
        guard let end = rest.firstIndex(of: 0x0D), end + 1 < rest.endIndex, rest[end + 1] == 0x0A
        else { throw InvariantViolation("a line without an end") }
        let line = rest[..<end]
        rest = rest[(end + 2)...]
        return line
    }
}
