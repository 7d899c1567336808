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
/// After an error nothing more may be read, unless the error says `needsMore`.
///
/// A body may come in pieces. Whatever cannot be told before more of it has come throws an error
/// that `needsMore`. The caller then goes back to a checkpoint, appends, and reads again what it
/// has read since; a long array of numbers is read in parts instead, see `NumbersInProgress`:
///
///     let checkpoint = reader.checkpoint
///     do {
///         try readMember(&reader)
///     } catch where error.needsMore {
///         reader.goBack(to: checkpoint)
///         reader.append(piece)
///     }
///
/// Values, errors, positions and pointers are the same in whatever pieces the body comes.
///
/// Strict RFC 8259: no byte order mark, comments, trailing commas, `NaN` or repeated keys. Nothing
/// recurses, and memory stays within a small multiple of the text in hand.
package struct JSONReader: Sendable {
    /// What has come of the body.
    var text: BodyText
    /// Offset in the text in hand of what is read next.
    private(set) var offset = 0
    let maximumDepth: Int
    var containers = OpenContainers()
    /// Asked before memory for numbers is taken; nil: there is enough.
    ///
    /// Where it says no, an error is thrown that `needsMore`.
    package var meter: (any MemoryMeter)?

    /// Starts at the first byte of a body that is there.
    ///
    /// - Parameters:
    ///   - bytes: the whole body.
    ///   - maximumDepth: how many objects and arrays may be open at once.
    package init(_ bytes: [UInt8], maximumDepth: Int = 32) {
        text = BodyText(whole: bytes)
        self.maximumDepth = maximumDepth
    }

    /// Starts before the first byte of a body that comes in pieces.
    ///
    /// - Parameters:
    ///   - maximumDepth: how many objects and arrays may be open at once.
    ///   - capacity: how many bytes of text to make room for.
    ///   - length: how long the whole body will be, if that is known; the memory for numbers is
    ///     planned by it, but never much more of it than what has come deserves.
    package init(maximumDepth: Int = 32, reserving capacity: Int = 0, expecting length: Int? = nil)
    {
        text = BodyText(reserving: capacity, announcedLength: length)
        self.maximumDepth = maximumDepth
    }

    /// Offset in the body of what is read next, in bytes.
    package var position: Int { text.start + offset }

    /// JSON Pointer (RFC 6901) to the value that is being read or about to be read.
    package var pointer: String { containers.pointer }

    /// Takes memory for what the caller makes of the values that it reads.
    package mutating func takeMemory(_ bytes: Int) throws(JSONError) {
        guard let meter, !meter.take(bytes) else { return }
        throw needsMore
    }

    /// The kind of the next value, which stays where it is.
    package mutating func peekKind() throws(JSONError) -> JSONKind {
        try expectNews()
        offset = text.bytes.span.afterSpace(offset)
        switch text.bytes.span.byte(at: offset) {
        case Character8.openBrace: return .object
        case Character8.openBracket: return .array
        case Character8.quote: return .string
        case Character8.minus, 0x30...0x39: return .number
        case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"): return try peekWord().kind
        default: throw valueError()
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
        let start = offset
        guard text.bytes.span.byte(at: start) == Character8.quote else {
            throw containerError(.ofKey(text.bytes.span, start))
        }
        let key: StringToken
        do { key = try StringToken(text.bytes.span, start) } catch { throw containerError(error) }
        guard containers.beginMember(key.value) else {
            throw error(Fault(.duplicateKey(key.value), at: start))
        }
        offset = text.bytes.span.afterSpace(key.end)
        guard text.bytes.span.byte(at: offset) == Character8.colon else {
            throw error(.unexpected(text.bytes.span, offset, .colon, inside: .object))
        }
        offset += 1
        return key.value
    }

    /// Steps into an array.
    package mutating func beginArray() throws(JSONError) {
        try begin(.array)
    }

    /// Steps to the next element and returns true, or out of the array and returns false.
    package mutating func nextElement() throws(JSONError) -> Bool {
        precondition(opening == .array, "an element is asked for outside of an array")
        let isAfterComma = !containers.isAtStart
        guard try step(Character8.closeBracket, .commaOrBracket) else { return false }
        if text.bytes.span.byte(at: offset) == Character8.closeBracket || offset == text.bytes.count
        {
            throw containerError(
                .ofValue(text.bytes.span, offset, inside: .array, isAfterComma: isAfterComma)
            )
        }
        containers.beginElement()
        return true
    }

    /// Checks that nothing but white space follows.
    package mutating func finish() throws(JSONError) {
        precondition(depth == 0, "the reader is finished inside an object or an array")
        try expectNews()
        offset = text.bytes.span.afterSpace(offset)
        guard offset == text.bytes.count else { throw error(.ofRest(text.bytes.span, offset)) }
        guard text.isWhole else { throw moreNeeded() }
    }

    /// How many objects and arrays are open.
    var depth: Int { containers.depth }

    /// What is open around the next value.
    var opening: JSONError.Opening { containers.opening }

    /// Moves on in the text in hand.
    mutating func move(to offset: Int) {
        self.offset = offset
    }

    private mutating func begin(_ opening: JSONError.Opening) throws(JSONError) {
        try expect(opening == .object ? .object : .array)
        guard depth < maximumDepth else {
            throw error(Fault(.tooDeep(limit: maximumDepth), at: offset))
        }
        offset += 1
        containers.begin(opening)
    }

    /// Steps over a comma to what follows it, or over the closing bracket and returns false.
    private mutating func step(
        _ close: UInt8,
        _ expected: JSONError.Expectation
    ) throws(JSONError) -> Bool {
        try expectNews()
        offset = text.bytes.span.afterSpace(offset)
        let byte = text.bytes.span.byte(at: offset)
        if byte == close {
            offset += 1
            containers.end()
            return false
        }
        guard !containers.isAtStart else { return true }
        guard byte == Character8.comma else {
            throw containerError(.unexpected(text.bytes.span, offset, expected, inside: opening))
        }
        offset = text.bytes.span.afterSpace(offset + 1)
        return true
    }
}
