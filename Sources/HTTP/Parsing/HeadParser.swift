// SPDX-License-Identifier: Apache-2.0

import HTTPTypes

/// Parses the head of a request incrementally.
///
/// Each line is parsed once it is complete, so the result depends only on the bytes, not on how the
/// network split them.
struct HeadParser: Sendable {
    private var scanner = LineScanner()
    private(set) var requestLine: RequestLine?
    /// The request line of the previous request.
    private let previous: RequestLine?
    private var fieldsStart = 0
    private var fieldCount = 0
    private var section = FieldSection(start: 0)

    /// The first byte of a TLS connection, the type of a record with a handshake message (RFC 8446
    /// section 5.1).
    private static let tlsHandshake: UInt8 = 22

    /// Creates a parser.
    ///
    /// - Parameter previous: The request line of the previous request.
    init(after previous: RequestLine? = nil) {
        self.previous = previous
    }

    /// The method, once the request line has been parsed.
    var method: HTTPRequest.Method? { requestLine?.method }

    /// Returns whether all of these bytes are empty lines, which do not begin a request.
    func isBlank(_ bytes: Span<UInt8>) -> Bool {
        requestLine == nil && scanner.start == bytes.count
    }

    /// The length of the head in bytes, once it is complete.
    var length: Int { scanner.start }

    /// Returns the head; `nil` if more bytes are needed.
    ///
    /// - Parameters:
    ///   - message: The message from its beginning: the bytes of the previous call, and more.
    ///   - limits: The limits on the head.
    /// - Returns: The head.
    /// - Throws: The syntax error or the exceeded limit.
    mutating func parse(
        _ message: ArraySlice<UInt8>,
        limits: Limits
    ) throws(Refusal) -> RequestHead? {
        let bytes = message.span
        while true {
            guard let requestLine else {
                guard try parseRequestLine(message, limits: limits) else { return nil }
                continue
            }
            let limit = fieldsStart + limits.headBytes
            guard let line = try scanner.next(in: bytes, limit: limit, excess: .headTooLarge) else {
                return nil
            }
            guard !line.isEmpty else {
                return try section.head(requestLine, of: Array(message.prefix(length)))
            }
            fieldCount += 1
            guard fieldCount <= limits.fieldCount else { throw .tooManyFields }
            try section.add(bytes, in: line)
        }
    }

    /// Parses the request line; returns `false` if more bytes are needed.
    private mutating func parseRequestLine(
        _ message: ArraySlice<UInt8>,
        limits: Limits
    ) throws(Refusal) -> Bool {
        let bytes = message.span
        let limit = scanner.start + limits.requestLineBytes
        let start = scanner.start
        let found: Range<Int>?
        do throws(Refusal) {
            found = try scanner.next(in: bytes, limit: limit, excess: .requestLineTooLong)
        } catch .requestLineTooLong
            where bytes.firstIndex(of: .space, in: start..<min(limit, bytes.count)) == nil
        {
            throw .methodTooLong
        } catch .controlCharacter where bytes[start] == Self.tlsHandshake {
            throw .tlsNotSupported
        } catch {
            throw error
        }
        guard let line = found else { return false }
        // Empty lines before a request are ignored (RFC 9112 section 2.2).
        if let previous, previous.isEqual(to: bytes.extracting(line)) {
            requestLine = previous
        } else if !line.isEmpty {
            requestLine = try RequestLine(message, in: line)
        }
        fieldsStart = scanner.start
        section = FieldSection(start: fieldsStart)
        return true
    }
}
