// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import Synchronization

/// The bearer tokens that open the service (RFC 6750).
package struct Tokens: Sendable {
    private let tokens: [[UInt8]]
    private let longest: Int

    /// Why a list of tokens is refused.
    package enum Fault: Error, Equatable, Sendable {
        /// The list has no token.
        case none
        /// A line has a byte that is not a visible ASCII character.
        case byte(UInt8, line: Int)
    }

    /// Reads a list with one token a line.
    ///
    /// Lines end with the byte 0x0A. Spaces and carriage returns at both ends of a line are dropped,
    /// and so are empty lines and lines that begin with `#`.
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

    /// The problem with a request that does not bring one of the tokens; nil: it does.
    func problem(with head: RequestHead) -> (problem: Problem, challenge: String)? {
        guard let given = head.fields.single(.authorization) else {
            return (
                Problem(
                    .unauthorized,
                    "This server wants a token: Authorization: Bearer, a space and the token."
                ), Self.challenge
            )
        }
        guard let token = Self.bearerToken(in: given), isKnown(token) else {
            return (
                Problem(.unauthorized, "The token in Authorization is none of this server's."),
                Self.challenge + ", error=\"invalid_token\""
            )
        }
        return nil
    }

    private static let challenge = "Bearer realm=\"loss-server\""

    /// The token of `"Bearer" 1*SP token68`, the scheme in any case (RFC 9110 section 11.4); nil
    /// for anything else.
    private static func bearerToken(in value: String) -> [UInt8]? {
        let bytes = value.utf8
        guard let end = bytes.firstIndex(of: 0x20), value[..<end].lowercased() == "bearer" else {
            return nil
        }
        let token = bytes[end...].drop { $0 == 0x20 }
        return token.isEmpty ? nil : Array(token)
    }

    /// Whether a token is in the list.
    ///
    /// The time it takes depends on the list alone: neither on the length of what is given, nor on
    /// how much of it is right.
    private func isKnown(_ given: [UInt8]) -> Bool {
        var isKnown = false
        // As long as the longest token, whatever was given.
        var padded = [UInt8](repeating: 0, count: longest)
        for index in 0..<min(longest, given.count) { padded[index] = given[index] }
        for token in tokens {
            var difference: UInt8 = given.count == token.count ? 0 : 1
            for index in token.indices { difference |= token[index] ^ padded[index] }
            isKnown = (difference == 0) || isKnown
        }
        return isKnown
    }

    /// Of `b64token`, RFC 6750 section 2.1, or any other visible ASCII.
    private static func isTokenCharacter(_ byte: UInt8) -> Bool { 0x21...0x7E ~= byte }
}

/// The tokens that are valid at the moment; another list can take their place at any time.
package final class TokenList: Sendable {
    private let tokens: Mutex<Tokens>

    package init(_ tokens: Tokens) {
        self.tokens = Mutex(tokens)
    }

    package var current: Tokens { tokens.withLock { $0 } }

    /// Requests whose heads come from now on need one of these tokens.
    package func replace(with new: Tokens) {
        tokens.withLock { $0 = new }
    }
}
