// SPDX-License-Identifier: Apache-2.0

import HTTPTypes

/// Reads the head of a request: bytes in; a head, "need more" or a refusal out.
///
/// Each line is read when it is complete, so the outcome depends on the bytes alone and not on how
/// the network has split them.
struct HeadParser: Sendable {
    private var scanner = LineScanner()
    private(set) var requestLine: RequestLine?
    /// The line of the request before this one.
    private let previous: RequestLine?
    private var fieldsStart = 0
    private var fieldCount = 0
    private var section = FieldSection(start: 0)

    /// - Parameter previous: The line of the request before this one.
    init(after previous: RequestLine? = nil) {
        self.previous = previous
    }

    /// The method, as soon as the request line has been read.
    var method: HTTPRequest.Method? { requestLine?.method }

    /// Whether all of these bytes were empty lines, which begin no request.
    func isBlank(_ bytes: Span<UInt8>) -> Bool {
        requestLine == nil && scanner.start == bytes.count
    }

    /// How many bytes the head took, once it is complete.
    var length: Int { scanner.start }

    /// The head, or nil if more bytes are needed.
    ///
    /// - Parameters:
    ///   - message: The message from its very beginning: the bytes of the call before, and more.
    ///   - limits: The bounds that a head has to keep.
    /// - Returns: The head.
    /// - Throws: What is wrong with it.
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

    /// Reads the first line; false if more bytes are needed.
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
        } catch {
            throw error
        }
        guard let line = found else { return false }
        // Empty lines before a request are ignored (RFC 9112 section 2.2).
        if let previous, previous.isWritten(as: bytes.extracting(line)) {
            requestLine = previous
        } else if !line.isEmpty {
            requestLine = try RequestLine(message, in: line)
        }
        fieldsStart = scanner.start
        section = FieldSection(start: fieldsStart)
        return true
    }
}
