// SPDX-License-Identifier: Apache-2.0

import HTTP
import LossFunctions
import TensorJSON

/// A question in the making: what its members have said so far.
protocol Draft: Sendable {
    /// Every field it may have.
    var known: [String] { get }

    /// The bytes of memory that it takes.
    var footprint: Int { get }

    /// The nanoseconds that it takes to compute and write its answer, or more.
    var answerNanoseconds: Int { get }

    /// The bytes of memory that its answer will take, with what is needed to compute it.
    var answerFootprint: Int { get }

    /// Whether a field holds numbers, which may be many.
    func holdsNumbers(_ field: String) -> Bool

    /// Takes over the numbers of such a field.
    mutating func set(_ field: String, _ numbers: Tensor)

    /// Reads the value of any other field.
    mutating func read(_ field: String, from reader: inout JSONReader) throws

    /// Computes the answer, once every member has been read.
    func answer() throws -> AnswerText
}

/// Reads the members of one JSON object into a draft while the object arrives.
///
/// The numbers of a long array are taken as they come. A member of any other kind is read when all
/// of it is there.
struct MemberReader: Sendable {
    private var reader: JSONReader
    private var place = Place.start
    /// The field whose numbers are being read.
    private var field = ""
    private var numbers = NumbersInProgress()
    /// Whether all of the text is there.
    private var isComplete = false
    /// The bytes that have come.
    private var received = 0
    /// How many bytes there have to be, beyond those that were read, before reading goes on.
    private var awaited = Self.shortText

    private enum Place {
        case start
        case member
        /// Before the value of `field`, at which reading has paused.
        case value
        case numbers
        case end
    }

    /// Whether reading stops before a value that would keep an event loop for long.
    private var isHurried = false
    /// Whether such a value waits to be read.
    private(set) var isPaused = false

    /// The longest array or object that is read on an event loop, numbers apart: a byte of a list of
    /// penalties takes fifty nanoseconds.
    private static let longestInline = 1_024

    /// Texts up to this length are read at once when they are complete.
    private static let shortText = 16 * 1_024

    /// - Parameters:
    ///   - maximumDepth: How deep the object may nest, itself included.
    ///   - length: How many bytes will come, if that is known.
    init(maximumDepth: Int, expecting length: Int?) {
        reader = JSONReader(maximumDepth: maximumDepth, expecting: length)
    }

    /// The bytes of memory that are kept.
    var footprint: Int { reader.footprint + numbers.footprint }

    /// Whether every member has been read, or reading was given up.
    var isAtEnd: Bool { place == .end }

    /// Takes in the next part of the text.
    mutating func append(_ bytes: Span<UInt8>) {
        received += bytes.count
        reader.append(bytes)
    }

    /// Takes over the next part of the text; false where there is no memory for it.
    mutating func append(_ segment: consuming BodySegment, _ memory: MemoryAccount) -> Bool {
        var segment = segment
        // What has not been read and the piece may have to be put together in new room.
        let room = 2 * (reader.unreadCount + segment.count)
        guard memory.reserve(room) else { return false }
        let before = reader.footprint
        received += segment.count
        reader.append(adopting: segment.takeBytes(), headroom: BodySegment.headroom)
        memory.release(room)
        return memory.reserve(max(0, reader.footprint - before))
    }

    /// Has memory asked for from now on; nil: there is enough.
    mutating func setMeter(_ meter: MemoryAccount?) {
        reader.meter = meter
    }

    /// Says that nothing more will come.
    mutating func end() {
        guard !isComplete else { return }
        isComplete = true
        reader.endOfText()
        awaited = 0
    }

    /// Gives up reading, and what has come.
    mutating func skip() {
        reader = JSONReader()
        numbers = NumbersInProgress()
        place = .end
    }

    /// Reads what of the members is there.
    ///
    /// - Parameters:
    ///   - draft: What they are read into.
    ///   - isHurried: Whether to stop before a value that would keep an event loop for long.
    /// - Throws: What is wrong with the text or with a member.
    mutating func read(into draft: inout some Draft, isHurried: Bool) throws {
        self.isHurried = isHurried
        guard place != .end, received - reader.position >= awaited else { return }
        do {
            isPaused = false
            while place != .end, !isPaused { try readNext(into: &draft) }
        } catch let error as JSONError where error.needsMore {
            return
        }
    }

    private mutating func readNext(into draft: inout some Draft) throws {
        switch place {
        case .start:
            try reader.beginObject()
            place = .member
        case .member where isComplete, .value where isComplete:
            try readMember(into: &draft)
        case .member, .value:
            let checkpoint = reader.checkpoint
            let taken = reader.meter?.bytes ?? 0
            do {
                try readMember(into: &draft)
            } catch let error as JSONError where error.needsMore {
                reader.rewind(to: checkpoint)
                // What had been read of the member has been thrown away.
                reader.meter.map { $0.giveBack($0.bytes - taken) }
                // Twice as many as were not enough, so that no byte is read again and again.
                awaited = 2 * (received - reader.position)
                throw error
            }
        case .numbers:
            awaited = 0
            try reader.read(&numbers)
            draft.set(field, Tensor(numbers.array))
            numbers = NumbersInProgress()
            place = .member
        case .end:
            break
        }
    }

    private mutating func nextIsNull() throws -> Bool {
        if case .null = try reader.peekKind() { true } else { false }
    }

    /// Whether the next value takes an event loop no longer than it may.
    private mutating func isShortValue() throws -> Bool {
        switch try reader.peekKind() {
        case .array, .object: reader.nextValueEnds(within: Self.longestInline)
        case .string, .number, .boolean, .null: true
        }
    }

    private mutating func readMember(into draft: inout some Draft) throws {
        guard place == .member else {
            try draft.read(field, from: &reader)
            place = .member
            return
        }
        guard let field = try reader.nextKey() else {
            try reader.finish()
            place = .end
            return
        }
        if draft.holdsNumbers(field), try !nextIsNull() {
            self.field = field
            place = .numbers
        } else if isHurried, try !isShortValue() {
            self.field = field
            place = .value
            isPaused = true
        } else {
            try draft.read(field, from: &reader)
        }
    }
}

extension MemoryAccount: MemoryMeter {
    package func take(_ bytes: Int) -> Bool { reserve(bytes) }

    package func giveBack(_ bytes: Int) { release(bytes) }
}
