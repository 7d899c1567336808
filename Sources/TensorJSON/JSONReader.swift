// SPDX-License-Identifier: Apache-2.0

/// Reads one JSON body from front to back, a value at a time.
///
/// The caller says what it expects and gets it, or an error that says what stands there instead:
///
///     var reader = JSONReader(body)
///     try reader.beginObject()
///     while let key = try reader.nextKey() {
///         if key == "predictions" { predictions = try reader.readNumbers() }
///         else { try reader.skipValue() }
///     }
///     try reader.finish()
///
/// After `nextKey` has returned a key and `nextElement` true, exactly one value has to be read.
/// After an error nothing more may be read.
///
/// Strict RFC 8259: no byte order mark, comments, trailing commas, `NaN` or repeated keys. Nothing
/// recurses, and memory stays within a small multiple of the body.
package struct JSONReader {
    /// Offset in bytes of what is read next.
    package private(set) var position = 0

    let bytes: [UInt8]
    let maximumDepth: Int
    private var containers = OpenContainers()

    /// Starts at the first byte of a body.
    ///
    /// - Parameters:
    ///   - bytes: the whole body.
    ///   - maximumDepth: how many objects and arrays may be open at once.
    package init(_ bytes: [UInt8], maximumDepth: Int = 32) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    /// JSON Pointer (RFC 6901) to the value that is being read or about to be read.
    package var pointer: String { containers.pointer }

    /// The kind of the next value, which stays where it is.
    package mutating func peekKind() throws(JSONError) -> JSONKind {
        position = bytes.span.afterSpace(position)
        switch bytes.span.byte(at: position) {
        case Character8.openBrace: return .object
        case Character8.openBracket: return .array
        case Character8.quote: return .string
        case Character8.minus, 0x30...0x39: return .number
        case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"):
            return try token { text, start throws(Fault) in try WordToken.read(text, start) }.kind
        default: throw error(.ofValue(bytes.span, position, inside: opening))
        }
    }

    /// Steps into an object.
    package mutating func beginObject() throws(JSONError) {
        try begin(.object)
    }

    /// Steps to the next member and returns its key, or out of the object and returns nil.
    package mutating func nextKey() throws(JSONError) -> String? {
        precondition(opening == .object, "a key is asked for outside of an object")
        guard try step(Character8.closeBrace, .commaOrBrace) else { return nil }
        let start = position
        guard bytes.span.byte(at: start) == Character8.quote else {
            throw containerError(.ofKey(bytes.span, start))
        }
        let key: StringToken
        do { key = try StringToken(bytes.span, start) } catch { throw containerError(error) }
        guard containers.beginMember(key.value) else {
            throw error(Fault(.duplicateKey(key.value), at: start))
        }
        position = bytes.span.afterSpace(key.end)
        guard bytes.span.byte(at: position) == Character8.colon else {
            throw error(.unexpected(bytes.span, position, .colon, inside: .object))
        }
        position += 1
        return key.value
    }

    /// Steps into an array.
    package mutating func beginArray() throws(JSONError) {
        try begin(.array)
    }

    /// Steps to the next element and returns true, or out of the array and returns false.
    package mutating func nextElement() throws(JSONError) -> Bool {
        precondition(opening == .array, "an element is asked for outside of an array")
        guard try step(Character8.closeBracket, .commaOrBracket) else { return false }
        if position == bytes.count || bytes.span.byte(at: position) == Character8.closeBracket {
            throw containerError(.ofValue(bytes.span, position, inside: .array))
        }
        containers.beginElement()
        return true
    }

    /// Checks that nothing but white space follows.
    package mutating func finish() throws(JSONError) {
        precondition(depth == 0, "the reader is finished inside an object or an array")
        position = bytes.span.afterSpace(position)
        guard position == bytes.count else { throw error(.ofRest(bytes.span, position)) }
    }

    /// How many objects and arrays are open.
    var depth: Int { containers.depth }

    /// What is open around the next value.
    var opening: JSONError.Opening { containers.opening }

    /// Moves on.
    mutating func move(to position: Int) {
        self.position = position
    }

    private mutating func begin(_ opening: JSONError.Opening) throws(JSONError) {
        try expect(opening == .object ? .object : .array)
        guard depth < maximumDepth else {
            throw error(Fault(.tooDeep(limit: maximumDepth), at: position))
        }
        position += 1
        containers.begin(opening)
    }

    /// Steps over a comma to what follows it, or over the closing bracket and returns false.
    private mutating func step(
        _ close: UInt8,
        _ expected: JSONError.Expectation
    ) throws(JSONError) -> Bool {
        position = bytes.span.afterSpace(position)
        let byte = bytes.span.byte(at: position)
        if byte == close {
            position += 1
            containers.end()
            return false
        }
        guard !containers.isAtStart else { return true }
        guard byte == Character8.comma else {
            throw containerError(.unexpected(bytes.span, position, expected, inside: opening))
        }
        position = bytes.span.afterSpace(position + 1)
        return true
    }
}

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
        throw error(Fault(.unexpectedKind(found, expected: expected, text: text), at: position))
    }

    /// Reads a token at the present position.
    func token<Token>(
        _ read: (Span<UInt8>, Int) throws(Fault) -> Token
    ) throws(JSONError) -> Token {
        do { return try read(bytes.span, position) } catch { throw self.error(error) }
    }

    /// An error about the value that is being read, or about the object or array that it is
    /// missing from.
    func error(_ fault: Fault) -> JSONError {
        guard depth == 0 || fault.reason != .unexpectedEnd(inside: opening) else {
            return containerError(fault)
        }
        return JSONError(reason: fault.reason, position: fault.position, pointer: pointer)
    }

    /// An error about the object or array that is being read.
    private func containerError(_ fault: Fault) -> JSONError {
        JSONError(
            reason: fault.reason,
            position: fault.position,
            pointer: containers.outerPointer
        )
    }
}
