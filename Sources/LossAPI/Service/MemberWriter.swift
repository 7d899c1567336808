// SPDX-License-Identifier: Apache-2.0

import LossFacts
import TensorJSON

/// A part of the text of a result.
enum ResultMember {
    case beginObject(JSONKey?)
    case endObject
    case beginArray(JSONKey)
    case endArray
    case number(JSONKey, Double)
    case integer(JSONKey, Int)
    case null(JSONKey)
    case text(JSONKey, String)
    case flag(JSONKey, Bool)
    /// A number or an array of numbers, possibly long.
    case tensor(JSONKey, Tensor)
    /// A value that is not an array of numbers.
    case value(JSONKey, JSONValue)

    /// The count of numbers in its array; 0 for a single number.
    var length: Int { if case .tensor(_, let tensor) = self { tensor.arrayLength } else { 0 } }
}

/// Writes the members of a result one after the other.
///
/// It is separate from the members themselves, which would be copied for each one if both were mutated
/// together.
struct MemberWriter {
    private var writer = JSONWriter(reserving: 0)
    /// The count of numbers of the current array that have been written.
    private(set) var written = 0

    /// The count of numbers per slice, which takes a fraction of a millisecond to write.
    static let sliceLength = 16_384
    /// The maximum length of a number in bytes, including its comma.
    static let bytesEach = 25

    /// Reserves memory for a slice and returns the count of its numbers; about `remaining` have not been
    /// written.
    mutating func beginSlice(of remaining: Int) -> Int {
        writer.reserve(256 + Self.bytesEach * min(Self.sliceLength, remaining))
        return Self.sliceLength
    }

    /// Returns the text written so far and continues after it.
    mutating func take() -> [UInt8] { writer.take() }

    /// Skips a slice of the current array, for another writer; returns its range.
    ///
    /// Returns `nil` if it is the first or the last slice of the array, which has `count` numbers.
    mutating func takeSlice(of count: Int) -> Range<Int>? {
        let end = written + Self.sliceLength
        guard written > 0, end < count else { return nil }
        defer { written = end }
        return written..<end
    }

    /// Writes a member, or as much of a long one as fits into `room`; returns whether it is complete.
    ///
    /// - Precondition: there is room for a number.
    mutating func write(_ member: ResultMember, _ room: inout Int) -> Bool {
        switch member {
        case .beginObject(let key):
            if let key { writer.key(key) }
            writer.beginObject()
        case .endObject: writer.endObject()
        case .beginArray(let key):
            writer.key(key)
            writer.beginArray()
        case .endArray: writer.endArray()
        case .number(let key, let number):
            writer.key(key)
            writer.number(number)
        case .integer(let key, let integer):
            writer.key(key)
            writer.integer(integer)
        case .null(let key):
            writer.key(key)
            writer.null()
        case .text(let key, let text):
            writer.key(key)
            writer.string(text)
        case .flag(let key, let flag):
            writer.key(key)
            writer.boolean(flag)
        case .tensor(let key, let tensor):
            return write(key, tensor, &room)
        case .value(let key, let value):
            writer.key(key)
            value.write(to: &writer)
        }
        return true
    }

    /// Writes as much of a tensor as fits into `room`; returns whether it is complete.
    private mutating func write(_ key: JSONKey, _ tensor: Tensor, _ room: inout Int) -> Bool {
        let count = tensor.values.count
        if written == 0 { writer.key(key) }
        let end = tensor.shape.isEmpty ? count : min(written + room, count)
        writer.numbers(tensor, written..<end)
        guard !tensor.shape.isEmpty else { return true }
        room -= end - written
        written = end
        guard end == count else { return false }
        written = 0
        return true
    }
}
