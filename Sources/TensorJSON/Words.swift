// SPDX-License-Identifier: Apache-2.0

internal import CBytes

// Loads and stores of whole words. This file is the only one of the module with `unsafe` in it.
// Each place has been checked, or is bounded by a mask, on the lines just above its use, in release
// builds too: no argument makes it leave the memory.

/// Words that are computed once and kept for ever, so that a loop can hold them as one bare
/// address.
@safe
struct WordTable<let count: Int>: @unchecked Sendable {
    // Sendable: never written to after `init`, never freed.
    private let words: UnsafePointer<UInt64>

    init(_ words: [UInt64]) {
        precondition(words.count == count, "a table with too few or too many words")
        let memory = UnsafeMutablePointer<UInt64>.allocate(capacity: count)
        // As many as there is room for.
        for place in 0..<count { unsafe memory[place] = words[place] }
        unsafe self.words = UnsafePointer(memory)
    }

    @inline(__always)
    subscript(place: Int) -> UInt64 {
        precondition(UInt(bitPattern: place) < UInt(bitPattern: count), "a word beyond the table")
        return unsafe words[place]
    }
}

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

    /// What a closure makes of the text from a position on, with 0 past the end.
    @inline(__always)
    func withWindow<Result>(at position: Int, _ read: (ByteWindow) -> Result) -> Result {
        guard let result = withInnerWindow(at: position, read) else {
            return withLastWindow(at: position, read)
        }
        return result
    }

    /// The same where the text is long enough for a window; nil elsewhere.
    @inline(__always)
    func withInnerWindow<Result>(at position: Int, _ read: (ByteWindow) -> Result) -> Result? {
        let places = Swift.max(count &- (ByteWindow.length - 1), 0)
        guard UInt(bitPattern: position) < UInt(bitPattern: places) else { return nil }
        return unsafe withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return nil }
            return unsafe read(ByteWindow(base: base + position))
        }
    }

    private func withLastWindow<Result>(at position: Int, _ read: (ByteWindow) -> Result) -> Result
    {
        withLastText(from: position) { rest in
            guard let result = rest.withInnerWindow(at: 0, read) else {
                preconditionFailure("a copy shorter than a window")
            }
            return result
        }
    }

    /// What a closure makes of the bytes from a position on, at most 72, with 72 zeros after them.
    @inline(__always)
    func withLastText<Result>(from position: Int, _ read: (Self) -> Result) -> Result {
        var copy = InlineArray<144, UInt8>(repeating: 0)
        let first = Swift.min(Swift.max(position, 0), count)
        let rest = extracting(first..<Swift.min(first &+ ByteWindow.length, count))
        // The rest is at most half as long as the copy.
        unsafe rest.withUnsafeBytes { rest in
            var target = copy.mutableSpan
            unsafe target.withUnsafeMutableBytes { unsafe $0.copyMemory(from: rest) }
        }
        return read(copy.span)
    }

    /// The same within eight bytes of the end.
    @inline(__always)
    private func lastWord(at position: Int) -> UInt64 {
        guard position >= 0, position < count else { return 0 }
        guard count < 8 else {
            return word(at: count &- 8) >> UInt64(8 &* (8 &- (count &- position)))
        }
        var word: UInt64 = 0
        for place in 0..<count &- position {
            word |= UInt64(byte(at: position &+ place)) << UInt64(8 &* place)
        }
        return word
    }
}

extension UInt64 {
    /// Its lower and its upper half.
    @inline(__always)
    var halves: SIMD2<UInt32> { unsafe unsafeBitCast(littleEndian, to: SIMD2<UInt32>.self) }
}

extension SIMD2<UInt64> {
    /// The same 128 bits as four numbers of 32, of which two are a number of 64.
    @inline(__always)
    var halves: SIMD4<UInt32> { unsafe unsafeBitCast(self, to: SIMD4<UInt32>.self) }

    /// The same 128 bits as eight numbers of 16, of which four are a number of 64.
    @inline(__always)
    var quarters: SIMD8<UInt16> { unsafe unsafeBitCast(self, to: SIMD8<UInt16>.self) }

    /// The same 128 bits as two numbers of 64.
    @inline(__always)
    init(halves: SIMD4<UInt32>) {
        self = unsafe unsafeBitCast(halves, to: Self.self)
    }

    /// The same 128 bits as two numbers of 64.
    @inline(__always)
    init(quarters: SIMD8<UInt16>) {
        self = unsafe unsafeBitCast(quarters, to: Self.self)
    }
}

/// The next 72 bytes of a text.
///
/// It must not outlive the closure that it is handed to.
@safe
struct ByteWindow {
    /// The last place, and eight bytes.
    static let length = 63 + 1 + 8
    private let base: UnsafeRawPointer

    @inline(__always)
    fileprivate init(base: UnsafeRawPointer) {
        unsafe self.base = base
    }

    /// The byte at a place from 0 to 63.
    @inline(__always)
    func byte(at place: Int) -> UInt8 {
        unsafe base.load(fromByteOffset: place & 63, as: UInt8.self)
    }

    /// The four bytes from a place from 0 to 63 on, the first one lowest.
    @inline(__always)
    func halfWord(at place: Int) -> UInt32 {
        unsafe UInt32(littleEndian: base.loadUnaligned(fromByteOffset: place & 63, as: UInt32.self))
    }

    /// The eight bytes from a place from 0 to 63 on, the first one lowest.
    @inline(__always)
    func word(at place: Int) -> UInt64 {
        unsafe UInt64(littleEndian: base.loadUnaligned(fromByteOffset: place & 63, as: UInt64.self))
    }

    /// The sixteen bytes from a place from 0 to 31 on, eight in each number, the first one lowest.
    @inline(__always)
    func words(at place: Int) -> SIMD2<UInt64> {
        // Swift runs on little-endian processors only, where this is how they lie in memory.
        unsafe base.loadUnaligned(fromByteOffset: place & 31, as: SIMD2<UInt64>.self)
    }

    /// Of the 32 bytes from a place from 0 to 31 on those that are no digits, a bit for each.
    @inline(__always)
    func others(at place: Int) -> UInt32 {
        unsafe cbytes_others(base + (place & 31))
    }

    /// Of the 16 bytes from a place from 0 to 55 on those that are no white space, a bit for each.
    @inline(__always)
    func blacks(at place: Int) -> UInt32 {
        unsafe cbytes_blacks(base + min(place & 63, 55))
    }
}

/// Memory to write numbers into.
///
/// It must not outlive the closure that it is handed to.
@safe
struct NumberRoom {
    private let base: UnsafeMutablePointer<Double>
    let capacity: Int

    fileprivate init(base: UnsafeMutablePointer<Double>, capacity: Int) {
        unsafe self.base = base
        self.capacity = capacity
    }

    @inline(__always)
    func store(_ number: Double, at place: Int) {
        precondition(
            UInt(bitPattern: place) < UInt(bitPattern: capacity),
            "a number outside of the room"
        )
        unsafe base[place] = number
    }
}

extension OutputSpan<Double> {
    /// Appends the numbers that a closure stores, from place 0 on, and of which it returns the
    /// count.
    @inline(__always)
    mutating func append(_ store: (NumberRoom) -> Int) {
        unsafe withUnsafeMutableBufferPointer { buffer, count in
            guard let base = buffer.baseAddress else { return }
            let room = unsafe NumberRoom(base: base + count, capacity: buffer.count - count)
            let stored = store(room)
            precondition(stored >= 0 && stored <= room.capacity, "more numbers than room")
            count += stored
        }
    }
}

/// Memory to write text into.
///
/// It must not outlive the closure that it is handed to.
@safe
struct ByteRoom {
    private let base: UnsafeMutableRawPointer
    /// How many positions a slot may start at.
    private let places: Int

    fileprivate init(base: UnsafeMutableRawPointer, capacity: Int) {
        unsafe self.base = base
        places = max(capacity &- (ByteSlot.length - 1), 0)
    }

    /// The part from a position on that one number may touch.
    @inline(__always)
    func slot(at position: Int) -> ByteSlot {
        precondition(
            UInt(bitPattern: position) < UInt(bitPattern: places),
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

    /// Loads a byte that has been stored.
    @inline(__always)
    func byte(at place: Int) -> UInt8 {
        unsafe base.load(fromByteOffset: place & 31, as: UInt8.self)
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
