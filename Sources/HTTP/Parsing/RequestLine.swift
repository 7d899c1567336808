// SPDX-License-Identifier: Apache-2.0

import HTTPTypes

/// `method SP request-target SP HTTP-version`, RFC 9112 section 3.
final class RequestLine: Sendable {
    /// The line as received.
    ///
    /// Clients that keep a connection open repeat their requests, and comparing the line saves
    /// parsing it again.
    private let text: [UInt8]
    let method: HTTPRequest.Method
    let target: RequestTarget
    let version: Version

    /// Returns whether the line was received as exactly these bytes.
    func isEqual(to bytes: Span<UInt8>) -> Bool {
        let text = text
        return text.span.equals(bytes)
    }

    /// Parses the line at a range of a message.
    init(_ message: ArraySlice<UInt8>, in line: Range<Int>) throws(Refusal) {
        let bytes = message.span
        text = Array(message.dropFirst(line.lowerBound).prefix(line.count))
        guard let first = bytes.firstIndex(of: .space, in: line) else {
            throw .invalidRequestLine
        }
        method = try Self.method(bytes, in: line.lowerBound..<first)
        let rest = first + 1..<line.upperBound
        guard let second = bytes.firstIndex(of: .space, in: rest), second > rest.lowerBound else {
            throw .invalidRequestLine
        }
        let end = second + 1..<line.upperBound
        guard bytes.firstIndex(of: .space, in: end) == nil else { throw .invalidRequestLine }
        version = try Self.version(bytes.extracting(end))
        target = try RequestTarget(bytes, in: rest.lowerBound..<second, method: method)
    }

    /// Parses the method, a case-sensitive token (RFC 9110 section 9.1).
    private static func method(
        _ bytes: Span<UInt8>,
        in range: Range<Int>
    ) throws(Refusal) -> HTTPRequest.Method {
        let name = bytes.extracting(range)
        if name.equals("GET") { return .get }
        if name.equals("POST") { return .post }
        if name.equals("HEAD") { return .head }
        if name.equals("OPTIONS") { return .options }
        // The initializer checks that this is a token.
        guard let text = bytes.string(range), let method = HTTPRequest.Method(text) else {
            throw .invalidMethod
        }
        return method
    }

    /// Parses `HTTP/` digit `.` digit, RFC 9112 section 2.3.
    private static func version(_ bytes: Span<UInt8>) throws(Refusal) -> Version {
        if bytes.equals("HTTP/1.1") { return .http11 }
        guard bytes.count == 8, bytes.extracting(0..<5).equals("HTTP/"),
            bytes[5].isDigit, bytes[6] == UInt8(ascii: "."), bytes[7].isDigit
        else { throw .invalidVersion }
        guard bytes[5] == UInt8(ascii: "1") else { throw .unsupportedVersion }
        return bytes[7] == UInt8(ascii: "0") ? .http10 : .http11
    }
}
