// SPDX-License-Identifier: Apache-2.0

import HTTPTypes

extension RequestTarget {
    /// Parses a target in any form of RFC 9112 section 3.2 that applies to an origin server.
    init(_ bytes: Span<UInt8>, in range: Range<Int>, method: HTTPRequest.Method) throws(Refusal) {
        guard method != .connect else { throw .connectNotSupported }
        if bytes[range.lowerBound] == UInt8(ascii: "/") {
            self = try Self.resource(bytes, in: range)
        } else if range.count == 1, bytes[range.lowerBound] == UInt8(ascii: "*") {
            guard method == .options else { throw .asteriskWithoutOptions }
            self = .asterisk
        } else {
            self = try Self.absolute(bytes, in: range, method: method)
        }
    }

    /// Parses `absolute-path [ "?" query ]`.
    private static func resource(
        _ bytes: Span<UInt8>,
        in range: Range<Int>
    ) throws(Refusal) -> RequestTarget {
        guard let mark = bytes.firstIndex(of: UInt8(ascii: "?"), in: range) else {
            return .resource(path: try Path.decode(bytes, in: range), query: nil)
        }
        return .resource(
            path: try Path.decode(bytes, in: range.lowerBound..<mark),
            query: try query(bytes, in: mark + 1..<range.upperBound)
        )
    }

    /// Parses `http://authority[/path][?query]`, RFC 9112 section 3.2.2.
    ///
    /// The authority must be valid for an `http` URI and is otherwise ignored: this server responds
    /// to any name. OPTIONS without a path addresses the server as a whole (section 3.2.4).
    private static func absolute(
        _ bytes: Span<UInt8>,
        in range: Range<Int>,
        method: HTTPRequest.Method
    ) throws(Refusal) -> RequestTarget {
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":"), in: range) else {
            throw .invalidTarget
        }
        let scheme = bytes.extracting(range.lowerBound..<colon)
        guard scheme.equalsIgnoringCase("http") || scheme.equalsIgnoringCase("https"),
            colon + 2 < range.upperBound,
            bytes[colon + 1] == UInt8(ascii: "/"), bytes[colon + 2] == UInt8(ascii: "/")
        else { throw .invalidTarget }

        let rest = colon + 3..<range.upperBound
        let end =
            rest.first { bytes[$0] == UInt8(ascii: "/") || bytes[$0] == UInt8(ascii: "?") }
            ?? range.upperBound
        guard Host.isValid(bytes.extracting(colon + 3..<end)) else { throw .invalidTarget }
        guard end < range.upperBound else {
            return method == .options ? .asterisk : .resource(path: "/", query: nil)
        }
        guard bytes[end] == UInt8(ascii: "?") else {
            return try resource(bytes, in: end..<range.upperBound)
        }
        return .resource(path: "/", query: try query(bytes, in: end + 1..<range.upperBound))
    }

    /// Parses `*( pchar / "/" / "?" )`, RFC 3986 section 3.4, which remains encoded; its triplets
    /// are validated.
    private static func query(
        _ bytes: Span<UInt8>,
        in range: Range<Int>
    ) throws(Refusal) -> String {
        for index in range {
            let byte = bytes[index]
            guard byte.isPathCharacter || byte == UInt8(ascii: "?") else { throw .invalidTarget }
            if byte == UInt8(ascii: "%") {
                _ = try Path.triplet(bytes, at: index, end: range.upperBound)
            }
        }
        guard let query = bytes.string(range) else { throw .invalidTarget }
        return query
    }
}
