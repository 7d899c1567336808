// SPDX-License-Identifier: Apache-2.0

// Loads and stores of whole words. This file and PowersOfFive.swift are the only ones of the module
// with `unsafe` in them. Each place has been checked, or is bounded by a mask, on the lines just
// above its use, in release builds too: no argument makes it leave the memory.

extension Span<UInt8> {
    /// The byte at a position, or 0 past the end.
    ///
    /// 0 stands nowhere in JSON, so that a reader stops there as at any other wrong byte.
    @inline(__always)
    func byte(at position: Int) -> UInt8 {
        guard UInt(bitPattern: position) < UInt(bitPattern: count) else { return 0 }
        return unsafe self[unchecked: position]
    }

    /// The eight bytes from a position on, the first one lowest, with 0 past the end.
    @inline(__always)
    func word(at position: Int) -> UInt64 {
        guard position >= 0, position <= count &- 8 else { return lastWord(at: position) }
        return unsafe UInt64(
            littleEndian: bytes.unsafeLoadUnaligned(
                fromUncheckedByteOffset: position,
                as: UInt64.self
            )
        )
    }

    /// What a closure makes of the 72 bytes from a position on; nil if there are fewer.
    ///
    /// Their count is known where the closure is compiled, so that `byte` and `word` at places that
    /// are bounded there take no check.
    @inline(__always)
    func withWindow<Result>(at position: Int, _ read: (Span<UInt8>) -> Result) -> Result? {
        guard position >= 0, position <= count &- 72 else { return nil }
        return unsafe read(extracting(unchecked: position..<count).extracting(unchecked: 0..<72))
    }

    /// The same within eight bytes of the end.
    @inline(never)
    private func lastWord(at position: Int) -> UInt64 {
        var word: UInt64 = 0
        for place in 0..<8 {
            word |= UInt64(byte(at: position &+ place)) << UInt64(8 * place)
        }
        return word
    }
}

/// Memory to write text into.
///
/// It must not outlive the closure that it is handed to.
@safe
struct ByteRoom {
    private let base: UnsafeMutableRawPointer
    private let capacity: Int

    fileprivate init(base: UnsafeMutableRawPointer, capacity: Int) {
        unsafe self.base = base
        self.capacity = capacity
    }

    /// The part from a position on that one number may touch.
    @inline(__always)
    func slot(at position: Int) -> ByteSlot {
        precondition(
            position >= 0 && position <= capacity &- ByteSlot.length,
            "a number outside of the room"
        )
        return unsafe ByteSlot(base: base + position)
    }
}

/// A stretch of a `ByteRoom`.
@safe
struct ByteSlot {
    /// The last place, one to move on by, and eight bytes.
    static let length = 31 + 1 + 8
    private let base: UnsafeMutableRawPointer

    @inline(__always)
    fileprivate init(base: UnsafeMutableRawPointer) {
        unsafe self.base = base
    }

    /// The slot, or the same one byte on.
    ///
    /// It can be moved on once.
    @inline(__always)
    func movedOn(by step: UInt64) -> ByteSlot {
        unsafe ByteSlot(base: base + Int(truncatingIfNeeded: step & 1))
    }

    /// Stores one byte at a place from 0 to 31.
    @inline(__always)
    func store(_ byte: UInt8, at place: Int) {
        unsafe base.storeBytes(of: byte, toByteOffset: place & 31, as: UInt8.self)
    }

    /// Stores two bytes, the lower one first, at a place from 0 to 31.
    @inline(__always)
    func store(_ pair: UInt16, at place: Int) {
        unsafe base.storeBytes(of: pair.littleEndian, toByteOffset: place & 31, as: UInt16.self)
    }

    /// Stores eight bytes, the lowest first, at a place from 0 to 31.
    @inline(__always)
    func store(_ word: UInt64, at place: Int) {
        unsafe base.storeBytes(of: word.littleEndian, toByteOffset: place & 31, as: UInt64.self)
    }

    /// Loads eight bytes that have been stored.
    @inline(__always)
    func word(at place: Int) -> UInt64 {
        unsafe UInt64(littleEndian: base.loadUnaligned(fromByteOffset: place & 31, as: UInt64.self))
    }
}

extension [UInt8] {
    /// Appends a copy of a text.
    mutating func append(copying text: Span<UInt8>) {
        unsafe text.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }

    /// Appends the text that a closure writes.
    ///
    /// - Parameters:
    ///   - capacity: how many bytes the closure may touch.
    ///   - write: stores the text from place 0 on and returns its length; it must have stored
    ///     every byte of that length.
    @inline(__always)
    mutating func append(upTo capacity: Int, _ write: (ByteRoom) -> Int) {
        append(addingCapacity: capacity) { span in
            unsafe span.withUnsafeMutableBufferPointer { buffer, count in
                guard let base = buffer.baseAddress else { return }
                let room = unsafe ByteRoom(
                    base: UnsafeMutableRawPointer(base),
                    capacity: buffer.count
                )
                let length = write(room)
                precondition(length >= 0 && length <= capacity, "a text longer than its room")
                count = length
            }
        }
    }
}
