// SPDX-License-Identifier: Apache-2.0

import HTTP
import LossFacts
import Requests
import TensorJSON

/// Reads the members of a JSON object into a request builder while the object arrives.
///
/// The numbers of a long array are parsed as they arrive, any other value once it is complete.
struct MemberReader: BodyReader {
    private var reader: JSONReader
    private var place = Place.start
    /// The field whose value is being read.
    private var field = RequestField.weights
    private var numbers = NumbersInProgress()
    /// Whether the text has ended.
    private var isComplete = false
    /// The number of bytes received.
    private var received = 0
    /// The number of unread bytes needed before reading continues.
    private var awaited = Self.shortText

    private enum Place {
        case start
        case member
        /// Paused before the value of `field`.
        case value
        case numbers
        case end
    }

    /// Whether reading pauses before a value that would occupy an event loop for long.
    private var stopsAtLongValues = false
    /// Whether reading has paused before such a value.
    private(set) var isPaused = false

    /// The maximum length of an array or object that is read on an event loop, in bytes.
    ///
    /// Arrays of numbers are exempt. A list of penalties is the slowest to parse per byte.
    private static let inlineLength = 1_024

    /// The maximum length of a text that is read only once it is complete, in bytes.
    private static let shortText = 16 * 1_024

    /// - Parameter maximumDepth: The maximum nesting depth, including the object itself.
    init(maximumDepth: Int) {
        reader = JSONReader(maximumDepth: maximumDepth)
    }

    /// The memory in use, in bytes.
    var footprint: Int { reader.footprint + numbers.footprint }

    /// The part of it that is text, in bytes.
    var textFootprint: Int { reader.footprint }

    /// Whether every member has been read, or reading was abandoned.
    var isAtEnd: Bool { place == .end }

    /// States the length of the text in bytes.
    mutating func expect(length: Int) { reader.expect(length: length) }

    /// Appends the next part of the text.
    mutating func append(_ bytes: Span<UInt8>) {
        received += bytes.count
        reader.append(bytes)
    }

    /// Appends the next part of the text without copying it; returns `false` if memory is exhausted.
    mutating func append(_ segment: consuming BodySegment, _ memory: MemoryAccount) -> Bool {
        received += segment.count
        return reader.append(segment, memory)
    }

    /// Sets the account from which memory is reserved; `nil` means unlimited.
    mutating func setMeter(_ meter: MemoryAccount?) {
        reader.meter = meter
    }

    /// Marks the end of the text.
    mutating func end() {
        guard !isComplete else { return }
        isComplete = true
        reader.endOfText()
        awaited = 0
    }

    /// Discards the text, which has been read or is not needed.
    mutating func discardText() {
        reader = JSONReader(maximumDepth: reader.maximumDepth)
    }

    mutating func restart() -> Bool {
        // At the end, no array is in progress.
        guard place == .end else { return false }
        // Idle connections hold it.
        reader.restart(keeping: 512)
        place = .start
        isComplete = false
        received = 0
        awaited = Self.shortText
        stopsAtLongValues = false
        isPaused = false
        return true
    }

    /// Abandons reading and discards the text.
    mutating func skip() {
        discardText()
        numbers = NumbersInProgress()
        place = .end
    }

    /// Reads the available members.
    ///
    /// - Parameters:
    ///   - builder: The builder that receives them.
    ///   - stopsAtLongValues: Whether to pause before a value that would occupy an event loop for
    ///     long.
    /// - Throws: A `JSONError` in the text or a `Problem` with a member.
    mutating func read(into builder: inout RequestBuilder, stopsAtLongValues: Bool) throws {
        self.stopsAtLongValues = stopsAtLongValues
        guard place != .end, received - reader.position >= awaited else { return }
        do {
            isPaused = false
            while place != .end, !isPaused { try readNext(into: &builder) }
        } catch let error as JSONError where error.needsMore {
            return
        }
    }

    private mutating func readNext(into builder: inout RequestBuilder) throws {
        switch place {
        case .start:
            try reader.beginObject()
            place = .member
        case .member where isComplete, .value where isComplete:
            try readMember(into: &builder)
        case .member, .value:
            let checkpoint = reader.checkpoint
            let taken = reader.meter?.bytes ?? 0
            do {
                try readMember(into: &builder)
            } catch let error as JSONError where error.needsMore {
                reader.rewind(to: checkpoint)
                // The part of the member that had been read has been discarded.
                reader.meter.map { $0.giveBack($0.bytes - taken) }
                // Doubling bounds the number of times that a byte is read again.
                awaited = 2 * (received - reader.position)
                throw error
            }
        case .numbers:
            awaited = 0
            try reader.read(&numbers)
            builder.set(field, Tensor(numbers.takeArray()))
            place = .member
        case .end:
            break
        }
    }

    private mutating func nextIsNull() throws -> Bool {
        if case .null = try reader.peekKind() { true } else { false }
    }

    /// Whether the next value is short enough for an event loop.
    private mutating func isShortValue() throws -> Bool {
        switch try reader.peekKind() {
        case .array, .object: reader.nextValueEnds(within: Self.inlineLength)
        case .string, .number, .boolean, .null: true
        }
    }

    /// The field with a name; `nil` if it is null and may be omitted, though the loss does not have it.
    private mutating func field(
        _ name: String,
        of builder: borrowing RequestBuilder
    ) throws -> RequestField? {
        do throws(RequestError) {
            return try builder.field(name)
        } catch {
            guard RequestBuilder.mayOmit(name), try nextIsNull() else { throw error }
            try reader.skipValue()
            return nil
        }
    }

    private mutating func readMember(into builder: inout RequestBuilder) throws {
        guard place == .member else {
            try reader.read(field, into: &builder)
            place = .member
            return
        }
        guard let name = try reader.nextKey() else {
            try reader.finish()
            place = .end
            return
        }
        guard let field = try field(name, of: builder) else { return }
        if case .numbers(let elements) = field.kind, try !nextIsNull() {
            self.field = field
            numbers.others = OtherElements(elements)
            place = .numbers
        } else if field.acceptsMissing {
            try reader.skipValue()
            builder.set(field, Tensor(shape: [], values: [.nan], hasMissing: true))
        } else if stopsAtLongValues, try !isShortValue() {
            self.field = field
            place = .value
            isPaused = true
        } else {
            try reader.read(field, into: &builder)
        }
    }
}

extension JSONReader {
    /// Appends the next part of the text without copying it; returns `false` if memory is exhausted.
    mutating func append(_ segment: consuming BodySegment, _ memory: MemoryAccount) -> Bool {
        var segment = segment
        // Unless it adopts the segment, the unread text and the segment are joined in new storage.
        let adopts = adoptsText(after: BodySegment.headroom)
        let room = adopts ? 0 : 2 * (unreadCount + segment.count)
        guard memory.reserveText(room) else { return false }
        let before = footprint
        append(adopting: segment.takeBytes(), headroom: BodySegment.headroom)
        memory.releaseText(room)
        return memory.reserveText(max(0, footprint - before))
    }
}

extension MemoryAccount: MemoryMeter {
    package func take(_ bytes: Int) -> Bool { reserve(bytes) }

    package func giveBack(_ bytes: Int) { release(bytes) }
}
