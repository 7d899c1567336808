// SPDX-License-Identifier: Apache-2.0

extension JSONReader {
    /// Throws unless the next value is of the given kind, or of an alternative one.
    mutating func expect(_ kind: JSONKind, or other: JSONKind? = nil) throws(JSONError) {
        let found = try peekKind()
        guard found != kind && found != other else { return }
        var text = ""
        if found == .string {
            text = try token { text, start throws(TokenError) in try StringToken(text, start) }
                .value
        }
        let expected = [kind] + (other.map { [$0] } ?? [])
        throw error(TokenError(.unexpectedKind(found, expected: expected, text: text), at: offset))
    }

    /// Throws if too little text has arrived since the last attempt to read this far.
    @inline(__always)
    func requireProgress() throws(JSONError) {
        guard text.isWorthRetrying(from: offset) else { throw needsMore }
    }

    /// Throws if a token extends to the end of the received text and may therefore be longer.
    @inline(__always)
    mutating func requireBoundary(_ end: Int) throws(JSONError) {
        guard text.isComplete || end < text.bytes.count else { throw shortage() }
    }

    /// Reads the literal at the current position without moving past it.
    mutating func peekLiteral() throws(JSONError) -> LiteralToken {
        let literal = try token { text, start throws(TokenError) in
            try LiteralToken.read(text, start)
        }
        try requireBoundary(offset + literal.length)
        return literal
    }

    /// Reads a token at the current position.
    mutating func token<Token>(
        _ read: (Span<UInt8>, Int) throws(TokenError) -> Token
    ) throws(JSONError) -> Token {
        do { return try read(text.bytes.span, offset) } catch { throw self.error(error) }
    }

    /// Makes the error for a value that cannot be read at the current position.
    mutating func valueError() -> JSONError {
        error(
            .invalidValue(
                text.bytes.span,
                offset,
                inside: context,
                isAfterComma: containers.isAfterComma
            )
        )
    }

    /// Makes an error that points to the value being read, or to the container it is missing from.
    mutating func error(_ cause: TokenError) -> JSONError {
        guard depth == 0 || cause.reason != .unexpectedEnd(inside: context) else {
            return containerError(cause)
        }
        return error(cause, pointer: pointer)
    }

    /// Makes an error that points to the innermost open object or array.
    mutating func containerError(_ cause: TokenError) -> JSONError {
        error(cause, pointer: containers.outerPointer)
    }

    /// Makes an error that points to a given value.
    mutating func error(_ cause: TokenError, pointer: String) -> JSONError {
        guard text.isFinal(cause) else { return shortage() }
        return JSONError(
            reason: cause.reason,
            position: text.start + cause.position,
            pointer: pointer
        )
    }

    /// Records that reading ran out of text and makes the error for it.
    mutating func shortage() -> JSONError {
        text.markShortage()
        return needsMore
    }

    /// The error thrown when more of the body is needed.
    var needsMore: JSONError {
        JSONError(
            reason: .unexpectedEnd(inside: context),
            position: text.end,
            pointer: "",
            needsMore: true
        )
    }
}
