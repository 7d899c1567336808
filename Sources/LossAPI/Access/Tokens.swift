// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes

/// The bearer tokens that open the service (RFC 6750).
package struct Tokens: Sendable {
    private let tokens: [[UInt8]]

    /// Why a list of tokens is none.
    package enum Fault: Error, Equatable, Sendable {
        /// There is not one token in it.
        case none
        /// A token has a character that a header cannot carry.
        case character(line: Int)
    }

    /// Reads a list with one token a line.
    ///
    /// Empty lines, and those that begin with `#`, are left out, and white space at the ends of
    /// lines.
    package init(_ text: String) throws(Fault) {
        var tokens: [[UInt8]] = []
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let token = Array(line.utf8).filter { $0 > 0x20 || $0 == 0x20 }
            let trimmed = token.drop { $0 == 0x20 }.reversed().drop { $0 == 0x20 }.reversed()
            guard let first = trimmed.first, first != UInt8(ascii: "#") else { continue }
            guard trimmed.allSatisfy(Self.isTokenCharacter) else {
                throw .character(line: index + 1)
            }
            tokens.append(Array(trimmed))
        }
        guard !tokens.isEmpty else { throw .none }
        self.tokens = tokens
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
        let parts = given.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer", isKnown(Array(parts[1].utf8))
        else {
            return (
                Problem(.unauthorized, "The token in Authorization is none of this server's."),
                Self.challenge + ", error=\"invalid_token\""
            )
        }
        return nil
    }

    private static let challenge = "Bearer realm=\"loss-server\""

    /// Whether a token is in the list.
    ///
    /// The time it takes depends on the length of what is given and on the number of tokens, and
    /// not on how much of a token is right.
    private func isKnown(_ given: [UInt8]) -> Bool {
        var isKnown = false
        for token in tokens {
            var difference = given.count ^ token.count
            for (index, byte) in given.enumerated() {
                difference |= Int(byte ^ token[index % token.count])
            }
            isKnown = (difference == 0) || isKnown
        }
        return isKnown
    }

    /// Of `b64token`, RFC 6750 section 2.1, or any other visible ASCII.
    private static func isTokenCharacter(_ byte: UInt8) -> Bool { 0x21...0x7E ~= byte }
}
