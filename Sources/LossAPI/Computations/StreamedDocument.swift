// SPDX-License-Identifier: Apache-2.0

import HTTP
import Requests
import TensorJSON

/// A JSON object that is read member by member while it arrives.
///
/// A path has the keys of the open objects and of the member; an element of a list has the path of the
/// list.
protocol StreamedDocument: ComputableDocument {
    /// The names of the members that are given outside the body, which must not have them too.
    var outside: [String] { get set }

    /// The way to read the value of the current member.
    ///
    /// - Throws: A `Problem` if there is no such member.
    func form(of path: [String]) throws -> MemberForm

    /// Reads the value of a member, or an element of a list.
    ///
    /// If more text is needed the value is read again from its start, so nothing may be kept of a part.
    mutating func read(_ path: [String], _ reader: inout JSONReader) throws

    /// Sets a member that is an array of numbers.
    mutating func set(_ path: [String], _ numbers: NumberArray) throws
}

extension StreamedDocument {
    /// Throws if a member of the body is given outside it too.
    func refuseIfOutside(_ name: String) throws(RequestError) {
        guard !outside.contains(name) else { throw .repeatedField(name) }
    }
}

/// The ways to read the value of a member.
enum MemberForm: Equatable {
    /// As a whole, once it has arrived.
    case value
    /// Number by number.
    case numbers(OtherElements)
    /// As numbers if it is a number or an array, as a whole if it is not.
    case numbersOrValue(OtherElements)
    /// Element by element.
    case elements
    /// Member by member.
    case members
}

/// Reads a JSON object into a document while it arrives.
struct DocumentReader<Document: StreamedDocument>: BodyReader {
    private var reader: JSONReader
    private var place = Place.start
    /// The keys of the open objects, or of the open list, and of the array of numbers being read.
    private var path: [String] = []
    private var numbers = NumbersInProgress()
    private var isComplete = false
    /// The number of bytes received.
    private var received = 0
    /// The number of unread bytes needed before reading continues.
    private var awaited = 0

    private enum Place {
        case start
        case member
        case element
        case numbers
        case end
    }

    init(maximumDepth: Int) {
        reader = JSONReader(maximumDepth: maximumDepth)
    }

    var footprint: Int { reader.footprint + numbers.footprint }

    var textFootprint: Int { reader.footprint }

    var isAtEnd: Bool { place == .end }

    /// Always `false`: documents are read by workers.
    var isPaused: Bool { false }

    mutating func expect(length: Int) { reader.expect(length: length) }

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
    mutating func setMeter(_ meter: MemoryAccount?) { reader.meter = meter }

    /// Marks the end of the text.
    mutating func end() {
        guard !isComplete else { return }
        isComplete = true
        reader.endOfText()
        awaited = 0
    }

    /// Discards the text, which has been read or is not needed.
    mutating func discardText() { reader = JSONReader() }

    /// Abandons reading and discards the text.
    mutating func skip() {
        discardText()
        numbers = NumbersInProgress()
        place = .end
    }

    /// Reads what is available.
    ///
    /// - Throws: A `JSONError` in the text or a `Problem` with a member of `document`.
    mutating func read(into document: inout Document, stopsAtLongValues _: Bool) throws {
        guard place != .end, received - reader.position >= awaited else { return }
        do {
            while place != .end { try readNext(into: &document) }
        } catch let error as JSONError where error.needsMore {
            return
        }
    }

    private mutating func readNext(into document: inout Document) throws {
        switch place {
        case .start:
            try reader.beginObject()
            place = .member
        case .numbers:
            awaited = 0
            try reader.read(&numbers)
            try document.set(path, numbers.takeArray())
            leave()
        case .member, .element:
            let (checkpoint, place, path) = (reader.checkpoint, place, path)
            let taken = reader.meter?.bytes ?? 0
            do {
                try place == .member ? readMember(into: &document) : readElement(into: &document)
            } catch let error as JSONError where error.needsMore && !isComplete {
                reader.rewind(to: checkpoint)
                (self.place, self.path) = (place, path)
                // What had been read of the value has been discarded.
                reader.meter.map { $0.giveBack($0.bytes - taken) }
                // Doubling bounds the number of times that a byte is read again.
                awaited = 2 * (received - reader.position)
                throw error
            }
        case .end: break
        }
    }

    private mutating func readMember(into document: inout Document) throws {
        guard let key = try reader.nextKey() else {
            guard path.isEmpty else { return leave() }
            try reader.finish()
            place = .end
            return
        }
        path.append(key)
        let kind = try reader.peekKind()
        // Null means that the member is omitted, also if it is a field of losses that the document does not have.
        guard kind != .null || path.count > 1 || !RequestBuilder.mayOmit(key) else {
            try reader.skipValue()
            return leave()
        }
        let form = try document.form(of: path)
        guard kind != .null || form == .value else {
            try reader.skipValue()
            return leave()
        }
        if path.count == 1, kind != .null { try document.refuseIfOutside(key) }
        switch form {
        case .numbersOrValue(let others) where kind == .number || kind == .array:
            numbers.others = others
            place = .numbers
        case .value, .numbersOrValue:
            try document.read(path, &reader)
            leave()
        case .numbers(let others):
            numbers.others = others
            place = .numbers
        case .elements:
            try reader.beginArray()
            place = .element
        case .members:
            try reader.beginObject()
            place = .member
        }
    }

    private mutating func readElement(into document: inout Document) throws {
        guard try reader.nextElement() else { return leave() }
        try document.read(path, &reader)
    }

    /// Returns to the object around the value that has been read.
    private mutating func leave() {
        path.removeLast()
        place = .member
    }
}
