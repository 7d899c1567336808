// SPDX-License-Identifier: Apache-2.0

/// Reads a JSON body from start to end, one value at a time.
///
/// The caller requests values of the kind it expects, and gets an error if the next value is of
/// another kind:
///
///     var reader = JSONReader(body)
///     try reader.beginObject()
///     while let key = try reader.nextKey() {
///         if key == "predictions" { predictions = try reader.readNumbers() }
///         else { try reader.skipValue() }
///     }
///     try reader.finish()
///
/// After `nextKey` has returned a key, or `nextElement` has returned `true`, the caller must read
/// exactly one value. After an error it must not read any further, unless `needsMore` is set.
///
/// A body may arrive in pieces. A method that needs more text throws an error with `needsMore` set.
/// A long array of numbers can be resumed; see `NumbersInProgress`. For any other value, the caller
/// rewinds to a checkpoint, appends the next piece, and reads again from there:
///
///     let checkpoint = reader.checkpoint
///     do {
///         try readMember(&reader)
///     } catch where error.needsMore {
///         reader.rewind(to: checkpoint)
///         reader.append(piece)
///     }
///
/// Values, errors, positions and pointers do not depend on how the body is split into pieces.
///
/// The reader is strict about RFC 8259: it rejects byte order marks, comments, trailing commas,
/// `NaN` and repeated keys. It does not recurse, and its memory is bounded by a small multiple of
/// the received text.
package struct JSONReader: Sendable {
    /// The received text.
    var text: BodyBuffer
    /// Offset in the received text of the next byte to read.
    private(set) var offset = 0
    package let maximumDepth: Int
    var containers = OpenContainers()
    /// The meter from which memory for numbers is reserved; `nil` means that memory is unlimited.
    ///
    /// If it refuses, reading throws an error with `needsMore` set.
    package var meter: (any MemoryMeter)?

    /// Creates a reader of a complete body.
    ///
    /// - Parameters:
    ///   - bytes: the body.
    ///   - maximumDepth: the maximum nesting depth of objects and arrays.
    package init(_ bytes: [UInt8], maximumDepth: Int = 32) {
        text = BodyBuffer(whole: bytes)
        self.maximumDepth = maximumDepth
    }

    /// Creates a reader of a body that arrives in pieces.
    ///
    /// - Parameters:
    ///   - maximumDepth: the maximum nesting depth of objects and arrays.
    ///   - capacity: the bytes of text to reserve.
    package init(maximumDepth: Int = 32, reserving capacity: Int = 0) {
        text = BodyBuffer(reserving: capacity)
        self.maximumDepth = maximumDepth
    }

    /// States the length of the body in bytes, from which the memory for numbers is estimated.
    ///
    /// It remains bounded by the text received.
    package mutating func expect(length: Int) { text.announcedLength = length }

    /// Prepares for another body after the end of one.
    ///
    /// - Parameter bytes: The maximum memory to keep for its text.
    package mutating func restart(keeping bytes: Int) {
        text.restart(keeping: bytes)
        offset = 0
        if containers.depth > 0 { containers = OpenContainers() }
        meter = nil
    }

    /// Offset in the body of the next byte to read.
    package var position: Int { text.start + offset }

    /// JSON Pointer (RFC 6901) to the current or next value.
    package var pointer: String { containers.pointer }

    /// Reserves memory for values that the caller derives from those it reads.
    package mutating func takeMemory(_ bytes: Int) throws(JSONError) {
        guard let meter, !meter.take(bytes) else { return }
        throw needsMore
    }

    /// The kind of the next value; the reader does not move past it.
    package mutating func peekKind() throws(JSONError) -> JSONKind {
        try requireProgress()
        offset = text.bytes.span.afterWhitespace(offset)
        switch text.bytes.span.byte(at: offset) {
        case ASCII.openBrace: return .object
        case ASCII.openBracket: return .array
        case ASCII.quote: return .string
        case ASCII.minus, 0x30...0x39: return .number
        case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"): return try peekLiteral().kind
        default: throw valueError()
        }
    }

    /// Enters an object.
    package mutating func beginObject() throws(JSONError) {
        try begin(.object)
    }

    /// Moves to the next member and returns its key, or leaves the object and returns `nil`.
    package mutating func nextKey() throws(JSONError) -> String? {
        precondition(context == .object, "a key was requested outside an object")
        guard try step(ASCII.closeBrace, .commaOrBrace) else { return nil }
        let key = try readKey()
        offset = text.bytes.span.afterWhitespace(offset)
        guard text.bytes.span.byte(at: offset) == ASCII.colon else {
            throw error(.unexpected(text.bytes.span, offset, .colon, inside: .object))
        }
        offset += 1
        return key
    }

    /// Begins a member with the next key, and returns it.
    private mutating func readKey() throws(JSONError) -> String {
        let start = offset
        if let key = containers.previousKey,
            StringToken.isPlain(key, in: text.bytes.span, at: start)
        {
            guard containers.beginPreviousMember(key) else {
                throw error(TokenError(.duplicateKey(key), at: start))
            }
            offset = start + key.utf8.count + 2
            return key
        }
        guard text.bytes.span.byte(at: start) == ASCII.quote else {
            throw containerError(.invalidKey(text.bytes.span, start))
        }
        let key: StringToken
        do { key = try StringToken(text.bytes.span, start) } catch { throw containerError(error) }
        guard containers.beginMember(key) else {
            throw error(TokenError(.duplicateKey(key.value), at: start))
        }
        offset = key.end
        return key.value
    }

    /// Enters an array.
    package mutating func beginArray() throws(JSONError) {
        try begin(.array)
    }

    /// Moves to the next element and returns `true`, or leaves the array and returns `false`.
    package mutating func nextElement() throws(JSONError) -> Bool {
        precondition(context == .array, "an element was requested outside an array")
        let isAfterComma = !containers.isAtStart
        guard try step(ASCII.closeBracket, .commaOrBracket) else { return false }
        if text.bytes.span.byte(at: offset) == ASCII.closeBracket || offset == text.bytes.count {
            throw containerError(
                .invalidValue(text.bytes.span, offset, inside: .array, isAfterComma: isAfterComma)
            )
        }
        containers.beginElement()
        return true
    }

    /// Checks that only white space follows.
    package mutating func finish() throws(JSONError) {
        precondition(depth == 0, "the reader was finished inside an object or array")
        try requireProgress()
        offset = text.bytes.span.afterWhitespace(offset)
        guard offset == text.bytes.count else { throw error(.trailing(text.bytes.span, offset)) }
        guard text.isComplete else { throw shortage() }
    }

    /// The number of open objects and arrays.
    var depth: Int { containers.depth }

    /// The innermost open container.
    var context: JSONError.Context { containers.context }

    /// Moves to an offset in the received text.
    mutating func move(to offset: Int) {
        self.offset = offset
    }

    private mutating func begin(_ context: JSONError.Context) throws(JSONError) {
        try expect(context == .object ? .object : .array)
        guard depth < maximumDepth else {
            throw error(TokenError(.tooDeep(limit: maximumDepth), at: offset))
        }
        offset += 1
        containers.begin(context)
    }

    /// Moves past a comma and returns `true`, or past the closing bracket and returns `false`.
    private mutating func step(
        _ close: UInt8,
        _ expected: JSONError.Expectation
    ) throws(JSONError) -> Bool {
        try requireProgress()
        offset = text.bytes.span.afterWhitespace(offset)
        let byte = text.bytes.span.byte(at: offset)
        if byte == close {
            offset += 1
            containers.end()
            return false
        }
        guard !containers.isAtStart else { return true }
        guard byte == ASCII.comma else {
            throw containerError(.unexpected(text.bytes.span, offset, expected, inside: context))
        }
        offset = text.bytes.span.afterWhitespace(offset + 1)
        return true
    }
}
