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

    /// The count of numbers in its array; 0 for a single number.
    var length: Int {
        guard case .tensor(_, let tensor) = self, !tensor.shape.isEmpty else { return 0 }
        return tensor.values.count
    }
}

/// Writes the members of a result one after the other.
///
/// It is separate from the members themselves, which would be copied for each one if both were mutated
/// together.
struct MemberWriter {
    /// The place of the next member.
    private(set) var next = 0
    /// The count of numbers in arrays that have not been written.
    private var remaining: Int
    private var writer = JSONWriter(reserving: 0)
    /// The count of numbers of the current array that have been written.
    private var written = 0

    /// The count of numbers per slice, which takes a fraction of a millisecond to write.
    static let sliceLength = 16_384
    /// The maximum length of a number in bytes, including its comma.
    static let bytesEach = 25

    init(for numbers: Int) {
        remaining = numbers
    }

    /// Reserves memory for a slice and returns the number of its numbers.
    mutating func beginSlice() -> Int {
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
        defer {
            written = end
            remaining -= Self.sliceLength
        }
        return written..<end
    }

    /// Writes a member, or as much of a long one as fits into `room`.
    mutating func write(_ member: ResultMember, _ room: inout Int) {
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
            guard write(key, tensor, &room) else { return }
        }
        next += 1
    }

    /// Writes as much of a tensor as fits into `room`; returns whether it is complete.
    private mutating func write(_ key: JSONKey, _ tensor: Tensor, _ room: inout Int) -> Bool {
        let count = tensor.values.count
        if written == 0 { writer.key(key) }
        let end = tensor.shape.isEmpty ? count : min(written + room, count)
        writer.numbers(tensor, written..<end)
        guard !tensor.shape.isEmpty else { return true }
        room -= end - written
        remaining -= end - written
        written = end
        guard end == count else { return false }
        written = 0
        return true
    }
}
