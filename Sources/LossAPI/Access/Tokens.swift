// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import Synchronization

/// Bearer tokens that authorize requests (RFC 6750).
package struct Tokens: Sendable {
    private let tokens: [[UInt8]]
    private let longest: Int

    /// The reason a token list is rejected.
    package enum Fault: Error, Equatable, Sendable {
        /// The list has no token.
        case none
        /// A line has a byte that is not a visible ASCII character.
        case byte(UInt8, line: Int)
    }

    /// Reads a list with one token per line.
    ///
    /// Lines end with the byte 0x0A. Spaces and carriage returns at both ends of a line are stripped;
    /// empty lines and lines that begin with `#` are ignored.
    package init(_ text: [UInt8]) throws(Fault) {
        var tokens: [[UInt8]] = []
        let lines = text.split(separator: 0x0A, omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let token = Self.trimmed(line)
            guard let first = token.first, first != UInt8(ascii: "#") else { continue }
            if let byte = token.first(where: { !Self.isTokenCharacter($0) }) {
                throw .byte(byte, line: index + 1)
            }
            tokens.append(Array(token))
        }
        guard !tokens.isEmpty else { throw .none }
        self.tokens = tokens
        longest = tokens.reduce(0) { max($0, $1.count) }
    }

    private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isMargin = { (byte: UInt8) in byte == 0x20 || byte == 0x0D }
        guard let last = line.lastIndex(where: { !isMargin($0) }) else { return [] }
        return line[...last].drop(while: isMargin)
    }

    /// The problem with a request without a valid token; `nil` if its token is valid.
    func problem(with head: RequestHead) -> (problem: Problem, challenge: String)? {
        guard let given = head.fields.single(.authorization) else {
            return (
                Problem(
                    .unauthorized,
                    "Authentication required: send Authorization: Bearer <token>."
                ), Self.challenge
            )
        }
        guard let token = Self.bearerToken(in: given), isKnown(token) else {
            return (
                Problem(.unauthorized, "The bearer token is not valid for this server."),
                Self.challenge + ", error=\"invalid_token\""
            )
        }
        return nil
    }

    private static let challenge = "Bearer realm=\"loss-server\""

    /// The token of `"Bearer" 1*SP token68`, the scheme in any case (RFC 9110 section 11.4), or
    /// `nil`.
    private static func bearerToken(in value: String) -> [UInt8]? {
        let bytes = value.utf8
        guard let end = bytes.firstIndex(of: 0x20), value[..<end].lowercased() == "bearer" else {
            return nil
        }
        let token = bytes[end...].drop { $0 == 0x20 }
        return token.isEmpty ? nil : Array(token)
    }

    /// Whether a token is in the list, in a time that depends on the list alone.
    ///
    /// Neither the length of the given token nor the number of its correct bytes changes the time.
    private func isKnown(_ given: [UInt8]) -> Bool {
        var isKnown = false
        // Padded to the length of the longest token.
        var padded = [UInt8](repeating: 0, count: longest)
        for index in 0..<min(longest, given.count) { padded[index] = given[index] }
        for token in tokens {
            var difference: UInt8 = given.count == token.count ? 0 : 1
            for index in token.indices { difference |= token[index] ^ padded[index] }
            isKnown = (difference == 0) || isKnown
        }
        return isKnown
    }

    /// Visible ASCII, a superset of `b64token` (RFC 6750 section 2.1).
    private static func isTokenCharacter(_ byte: UInt8) -> Bool { 0x21...0x7E ~= byte }
}

/// The tokens that are valid now; the list can be replaced at any time.
package final class TokenList: Sendable {
    private let tokens: Mutex<Tokens>

    package init(_ tokens: Tokens) {
        self.tokens = Mutex(tokens)
    }

    package var current: Tokens { tokens.withLock { $0 } }

    /// Replaces the tokens for requests whose heads arrive from now on.
    package func replace(with new: Tokens) {
        tokens.withLock { $0 = new }
    }
}
