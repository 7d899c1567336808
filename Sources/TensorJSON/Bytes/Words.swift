// SPDX-License-Identifier: Apache-2.0

internal import CBytes

// Loads and stores of several bytes at a time. This is the only file of the module that uses
// `unsafe`. Every offset is checked or masked just before its use, in release builds too, so that
// no argument can cause an access outside the memory.

/// A table of words that is computed once and never freed, so that a loop can hold it as a bare
/// pointer.
@safe
struct WordTable<let count: Int>: @unchecked Sendable {
    // Sendable: never written after `init` and never freed.
    private let words: UnsafePointer<UInt64>

    init(_ words: [UInt64]) {
        precondition(words.count == count, "the table has the wrong number of words")
        let memory = UnsafeMutablePointer<UInt64>.allocate(capacity: count)
        // The allocation has room for `count` words.
        for place in 0..<count { unsafe memory[place] = words[place] }
        unsafe self.words = UnsafePointer(memory)
    }

    @inline(__always)
    subscript(place: Int) -> UInt64 {
        precondition(UInt(bitPattern: place) < UInt(bitPattern: count), "outside the table")
        return unsafe words[place]
    }
}

extension Span<UInt8> {
    /// The byte at a position, or 0 past the end.
    ///
    /// JSON contains no byte 0, so a reader stops there as at any other invalid byte.
    @inline(__always)
    func byte(at position: Int) -> UInt8 {
        guard UInt(bitPattern: position) < UInt(bitPattern: count) else { return 0 }
        return unsafe self[unchecked: position]
    }

    /// The eight bytes that start at a position, least significant byte first, with 0 past the end.
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

    /// Calls a closure with a window on the text from a position on, with 0 past the end.
    @inline(__always)
    func withWindow<Result>(at position: Int, _ read: (ByteWindow) -> Result) -> Result {
        guard let result = withWindowInPlace(at: position, read) else {
            return withPaddedWindow(at: position, read)
        }
        return result
    }

    /// Calls a closure with a window on the text itself, or returns `nil` if the text is too short.
    @inline(__always)
    func withWindowInPlace<Result>(at position: Int, _ read: (ByteWindow) -> Result) -> Result? {
        let places = Swift.max(count &- (ByteWindow.length - 1), 0)
        guard UInt(bitPattern: position) < UInt(bitPattern: places) else { return nil }
        return unsafe withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return nil }
            return unsafe read(ByteWindow(base: base + position))
        }
    }

    private func withPaddedWindow<Result>(
        at position: Int,
        _ read: (ByteWindow) -> Result
    ) -> Result {
        withPaddedTail(from: position) { rest in
            guard let result = rest.withWindowInPlace(at: 0, read) else {
                preconditionFailure("the copy is shorter than a window")
            }
            return result
        }
    }

    /// Calls a closure with a copy of at most 72 bytes from a position on, followed by 72 zeros.
    @inline(__always)
    func withPaddedTail<Result>(from position: Int, _ read: (Self) -> Result) -> Result {
        var copy = InlineArray<144, UInt8>(repeating: 0)
        let first = Swift.min(Swift.max(position, 0), count)
        let rest = extracting(first..<Swift.min(first &+ ByteWindow.length, count))
        // The source is at most half as long as the copy.
        unsafe rest.withUnsafeBytes { rest in
            var target = copy.mutableSpan
            unsafe target.withUnsafeMutableBytes { unsafe $0.copyMemory(from: rest) }
        }
        return read(copy.span)
    }

    /// The eight bytes that start at a position fewer than eight bytes before the end.
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
    /// The lower and the upper half.
    @inline(__always)
    var halves: SIMD2<UInt32> { unsafe unsafeBitCast(littleEndian, to: SIMD2<UInt32>.self) }
}

extension SIMD2<UInt64> {
    /// The same 128 bits as four 32-bit numbers.
    @inline(__always)
    var halves: SIMD4<UInt32> { unsafe unsafeBitCast(self, to: SIMD4<UInt32>.self) }

    /// The same 128 bits as eight 16-bit numbers.
    @inline(__always)
    var quarters: SIMD8<UInt16> { unsafe unsafeBitCast(self, to: SIMD8<UInt16>.self) }

    /// The 128 bits of four 32-bit numbers.
    @inline(__always)
    init(halves: SIMD4<UInt32>) {
        self = unsafe unsafeBitCast(halves, to: Self.self)
    }

    /// The 128 bits of eight 16-bit numbers.
    @inline(__always)
    init(quarters: SIMD8<UInt16>) {
        self = unsafe unsafeBitCast(quarters, to: Self.self)
    }
}

/// A window on the next 72 bytes of a text.
///
/// It must not outlive the closure that it is passed to. Offsets are masked rather than checked.
@safe
struct ByteWindow {
    /// The last offset, and eight bytes from the one after it.
    static let length = 63 + 1 + 8
    private let base: UnsafeRawPointer

    @inline(__always)
    fileprivate init(base: UnsafeRawPointer) {
        unsafe self.base = base
    }

    /// The byte at an offset from 0 to 63.
    @inline(__always)
    func byte(at place: Int) -> UInt8 {
        unsafe base.load(fromByteOffset: place & 63, as: UInt8.self)
    }

    /// The four bytes at an offset from 0 to 63, least significant byte first.
    @inline(__always)
    func halfWord(at place: Int) -> UInt32 {
        unsafe UInt32(littleEndian: base.loadUnaligned(fromByteOffset: place & 63, as: UInt32.self))
    }

    /// The eight bytes at an offset from 0 to 63, least significant byte first.
    @inline(__always)
    func word(at place: Int) -> UInt64 {
        unsafe UInt64(littleEndian: base.loadUnaligned(fromByteOffset: place & 63, as: UInt64.self))
    }

    /// The sixteen bytes at an offset from 0 to 31 as two words, least significant byte first.
    @inline(__always)
    func words(at place: Int) -> SIMD2<UInt64> {
        // This is the memory layout on little-endian processors: x86-64 and arm64.
        unsafe base.loadUnaligned(fromByteOffset: place & 31, as: SIMD2<UInt64>.self)
    }

    /// A mask with a bit set for each of the 32 bytes at an offset from 0 to 15 that is not a
    /// digit.
    @inline(__always)
    func nonDigitMask(at place: Int) -> UInt32 {
        cbytes_non_digit_mask(words(at: place))
            | cbytes_non_digit_mask(words(at: place &+ 16)) << 16
    }

    /// A mask with a bit set for each of the 16 bytes at an offset from 0 to 55 that is not white
    /// space.
    @inline(__always)
    func nonWhitespaceMask(at place: Int) -> UInt32 {
        unsafe cbytes_non_whitespace_mask(base + min(place & 63, 55))
    }
}

/// Uninitialized memory for numbers.
///
/// It must not outlive the closure that it is passed to.
@safe
struct NumberBuffer {
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
            "outside the buffer"
        )
        unsafe base[place] = number
    }
}

extension OutputSpan<Double> {
    /// Appends the numbers that a closure stores from offset 0 on; the closure returns their count.
    @inline(__always)
    mutating func append(_ store: (NumberBuffer) -> Int) {
        unsafe withUnsafeMutableBufferPointer { buffer, count in
            guard let base = buffer.baseAddress else { return }
            let free = unsafe NumberBuffer(base: base + count, capacity: buffer.count - count)
            let stored = store(free)
            precondition(stored >= 0 && stored <= free.capacity, "more numbers than capacity")
            count += stored
        }
    }
}

/// Uninitialized memory for text.
///
/// It must not outlive the closure that it is passed to.
@safe
struct ByteBuffer {
    private let base: UnsafeMutableRawPointer
    /// The number of positions at which a slot may start.
    private let places: Int

    fileprivate init(base: UnsafeMutableRawPointer, capacity: Int) {
        unsafe self.base = base
        places = max(capacity &- (ByteSlot.length - 1), 0)
    }

    /// The slot at a position, for the text of one number.
    @inline(__always)
    func slot(at position: Int) -> ByteSlot {
        precondition(
            UInt(bitPattern: position) < UInt(bitPattern: places),
            "outside the buffer"
        )
        return unsafe ByteSlot(base: base + position)
    }
}

/// The 40 bytes of a `ByteBuffer` that writing one number may overwrite.
///
/// Offsets are masked rather than checked.
@safe
struct ByteSlot {
    /// The last offset, one byte to advance by, and a store of eight bytes.
    static let length = 31 + 1 + 8
    private let base: UnsafeMutableRawPointer

    @inline(__always)
    fileprivate init(base: UnsafeMutableRawPointer) {
        unsafe self.base = base
    }

    /// The slot advanced by 0 or 1 byte.
    ///
    /// A slot must be advanced at most once.
    @inline(__always)
    func advanced(by step: UInt64) -> ByteSlot {
        unsafe ByteSlot(base: base + Int(truncatingIfNeeded: step & 1))
    }

    /// Stores one byte at an offset from 0 to 31.
    @inline(__always)
    func store(_ byte: UInt8, at place: Int) {
        unsafe base.storeBytes(of: byte, toByteOffset: place & 31, as: UInt8.self)
    }

    /// Stores two bytes, least significant first, at an offset from 0 to 31.
    @inline(__always)
    func store(_ pair: UInt16, at place: Int) {
        unsafe base.storeBytes(of: pair.littleEndian, toByteOffset: place & 31, as: UInt16.self)
    }

    /// Stores eight bytes, least significant first, at an offset from 0 to 31.
    @inline(__always)
    func store(_ word: UInt64, at place: Int) {
        unsafe base.storeBytes(of: word.littleEndian, toByteOffset: place & 31, as: UInt64.self)
    }

    /// Loads a byte that has been stored before.
    @inline(__always)
    func byte(at place: Int) -> UInt8 {
        unsafe base.load(fromByteOffset: place & 31, as: UInt8.self)
    }

    /// Loads eight bytes that have been stored before.
    @inline(__always)
    func word(at place: Int) -> UInt64 {
        unsafe UInt64(littleEndian: base.loadUnaligned(fromByteOffset: place & 31, as: UInt64.self))
    }
}

extension [UInt8] {
    /// Appends a copy of the bytes of a span.
    package mutating func append(copying text: Span<UInt8>) {
        unsafe text.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }

    /// Appends the text that a closure writes.
    ///
    /// - Parameters:
    ///   - capacity: the number of bytes that the closure may overwrite.
    ///   - write: stores the text from offset 0 on and returns its length; it must have stored
    ///     every byte of that length.
    @inline(__always)
    mutating func append(upTo capacity: Int, _ write: (ByteBuffer) -> Int) {
        append(addingCapacity: capacity) { span in
            unsafe span.withUnsafeMutableBufferPointer { buffer, count in
                guard let base = buffer.baseAddress else { return }
                let free = unsafe ByteBuffer(
                    base: UnsafeMutableRawPointer(base),
                    capacity: buffer.count
                )
                let length = write(free)
                precondition(length >= 0 && length <= capacity, "the text exceeds its capacity")
                count = length
            }
        }
    }
}
