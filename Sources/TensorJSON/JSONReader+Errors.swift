// SPDX-License-Identifier: Apache-2.0

extension JSONReader {
    /// Throws unless the next value is of a kind, or of another that will do as well.
    mutating func expect(_ kind: JSONKind, or other: JSONKind? = nil) throws(JSONError) {
        let found = try peekKind()
        guard found != kind && found != other else { return }
        var text = ""
        if found == .string {
            text = try token { text, start throws(Fault) in try StringToken(text, start) }.value
        }
        let expected = [kind] + (other.map { [$0] } ?? [])
        throw error(Fault(.unexpectedKind(found, expected: expected, text: text), at: offset))
    }

    /// Throws if it is too early to read again what there was too little text for.
    @inline(__always)
    func expectNews() throws(JSONError) {
        guard text.isWorthReading(from: offset) else { throw needsMore }
    }

    /// Throws if a token reaches to the end of the text in hand, so that it may be longer.
    @inline(__always)
    mutating func expectEnd(_ end: Int) throws(JSONError) {
        guard text.isWhole || end < text.bytes.count else { throw moreNeeded() }
    }

    /// The word at the present position.
    mutating func peekWord() throws(JSONError) -> WordToken {
        let word = try token { text, start throws(Fault) in try WordToken.read(text, start) }
        try expectEnd(offset + word.length)
        return word
    }

    /// Reads a token at the present position.
    mutating func token<Token>(
        _ read: (Span<UInt8>, Int) throws(Fault) -> Token
    ) throws(JSONError) -> Token {
        do { return try read(text.bytes.span, offset) } catch { throw self.error(error) }
    }

    /// An error about a value that does not start as one, or not end as one.
    mutating func valueError() -> JSONError {
        error(
            .ofValue(
                text.bytes.span,
                offset,
                inside: opening,
                isAfterComma: containers.isAfterComma
            )
        )
    }

    /// An error about the value that is being read, or about the object or array that it is
    /// missing from.
    mutating func error(_ fault: Fault) -> JSONError {
        guard depth == 0 || fault.reason != .unexpectedEnd(inside: opening) else {
            return containerError(fault)
        }
        return error(fault, pointer: pointer)
    }

    /// An error about the object or array that is being read.
    mutating func containerError(_ fault: Fault) -> JSONError {
        error(fault, pointer: containers.outerPointer)
    }

    /// An error about what a pointer points to.
    mutating func error(_ fault: Fault, pointer: String) -> JSONError {
        guard text.isCertain(fault) else { return moreNeeded() }
        return JSONError(
            reason: fault.reason,
            position: text.start + fault.position,
            pointer: pointer
        )
    }

    /// An error about the end of the text in hand, where it is met.
    mutating func moreNeeded() -> JSONError {
        text.markVainReading()
        return needsMore
    }

    var needsMore: JSONError {
        JSONError(
            reason: .unexpectedEnd(inside: opening),
            position: text.end,
            pointer: "",
            needsMore: true
        )
    }
}
