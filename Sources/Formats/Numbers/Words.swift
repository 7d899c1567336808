// SPDX-License-Identifier: Apache-2.0

// Loads and stores of numbers in bytes. Together with `Zlib`, this is the only file of the module
// that uses `unsafe`. Every length is computed from the memory at hand, in release builds too, so that
// no argument can cause an access outside it.

extension [Double] {
    /// Appends as many numbers as there are in some bytes, each widened exactly.
    ///
    /// - Parameters:
    ///   - bytes: The numbers, at any alignment; a last one that is incomplete is ignored.
    ///   - type: Their type.
    ///   - order: The order of the bytes of a number.
    /// - Returns: Whether one of them is not an ordinary number: infinite or NaN, an integer beyond
    ///   ±2^53, or a boolean other than 0 and 1.
    mutating func append(
        widening bytes: Span<UInt8>,
        of type: ElementType,
        _ order: ByteOrder
    ) -> Bool {
        // The second value of a closure has a bit of `special` if the number is not ordinary. That of
        // floating-point numbers is a sum that reaches the sign if every bit of the exponent is set.
        switch type {
        case .float64:
            return append(bytes, order, special: Self.sign) { (bits: UInt64) in
                (Double(bitPattern: bits), (bits & 0x7FF0 << 48) &+ 0x0010 << 48)
            }
        case .float32:
            return append(bytes, order, special: 1 << 31) { (bits: UInt32) in
                (Double(Float(bitPattern: bits)), (bits & 0x7F80 << 16) &+ 0x0080 << 16)
            }
        case .float16:
            return append(bytes, order, special: 1 << 15) { bits in
                (Self.half(bits), (bits & 0x7C00) &+ 0x0400)
            }
        case .bfloat16:
            return append(bytes, order, special: 1 << 15) { bits in
                (Self.brain(bits), (bits & 0x7F80) &+ 0x0080)
            }
        case .int8:
            return append(bytes, order) { (bits: UInt8) in (Double(Int8(bitPattern: bits)), 0) }
        case .int16:
            return append(bytes, order) { (bits: UInt16) in (Double(Int16(bitPattern: bits)), 0) }
        case .int32:
            return append(bytes, order) { (bits: UInt32) in (Double(Int32(bitPattern: bits)), 0) }
        case .int64:
            return append(bytes, order, special: 1) { (bits: UInt64) in
                (Double(Int64(bitPattern: bits)), bits &+ 1 << 53 > 1 << 54 ? 1 : 0)
            }
        case .uint8: return append(bytes, order) { (integer: UInt8) in (Double(integer), 0) }
        case .uint16: return append(bytes, order) { (integer: UInt16) in (Double(integer), 0) }
        case .uint32: return append(bytes, order) { (integer: UInt32) in (Double(integer), 0) }
        case .uint64:
            return append(bytes, order, special: 1) { (integer: UInt64) in
                (Double(integer), integer > 1 << 53 ? 1 : 0)
            }
        case .boolean:
            return append(bytes, order, special: 0xFE) { (byte: UInt8) in (Double(byte), byte) }
        }
    }

    private static let sign: UInt64 = 1 << 63

    /// Widens a number of IEEE 754's binary16.
    @inline(__always)
    private static func half(_ bits: UInt16) -> Double {
        // With its fields at their places in a double, the number is 2^1008 times too small, also where
        // it is subnormal. Infinity and NaN have the largest exponent of either format.
        let magnitude = UInt64(bits & 0x7FFF) << 42
        let finite = Double(bitPattern: magnitude) * 0x1p1008
        let isFinite = bits & 0x7C00 != 0x7C00
        let widened = isFinite ? finite.bitPattern : magnitude | 0x7FF0 << 48
        return Double(bitPattern: widened | UInt64(bits >> 15) << 63)
    }

    /// Widens a number of the format of which a `Float` has 16 bits more.
    @inline(__always)
    private static func brain(_ bits: UInt16) -> Double {
        Double(Float(bitPattern: UInt32(bits) << 16))
    }
}

extension [Float] {
    /// Appends as many floats as there are in some bytes; the last is ignored if it is incomplete.
    ///
    /// - Returns: Whether one of them is infinite or NaN.
    mutating func append(_ bytes: Span<UInt8>, _ order: ByteOrder) -> Bool {
        let (start, added) = (count, bytes.count / MemoryLayout<Float>.size)
        // Appending nothing would write to the storage that all empty arrays share.
        guard added > 0 else { return false }
        append(addingCapacity: added) { output in
            unsafe bytes.withUnsafeBytes { source in
                unsafe output.withUnsafeMutableBufferPointer { target, length in
                    // Both have room: the capacity is `added`, and `bytes` has at least so many floats.
                    precondition(target.count - length >= added, "more numbers than capacity")
                    let free = unsafe UnsafeMutableBufferPointer(rebasing: target[length...])
                    unsafe UnsafeMutableRawBufferPointer(free).copyMemory(
                        from: UnsafeRawBufferPointer(
                            rebasing: source[..<(added * MemoryLayout<Float>.size)]
                        )
                    )
                    length += added
                }
            }
        }
        var numbers = mutableSpan
        var own = numbers._mutatingExtracting(start..<(start + added))
        if order == .bigEndian {
            for index in own.indices {
                own[index] = Float(bitPattern: UInt32(bigEndian: own[index].bitPattern))
            }
        }
        // The sum reaches the sign if every bit of the exponent is set.
        var carries: UInt32 = 0
        for index in own.indices {
            carries |= (own[index].bitPattern & 0x7F80_0000) &+ 0x0080_0000
        }
        return carries >> 31 != 0
    }
}

extension [Double] {
    /// Appends numbers converted by a closure, and returns whether its second value has a bit of
    /// `special` for one of them.
    @inline(__always)
    fileprivate mutating func append<Word: FixedWidthInteger & BitwiseCopyable>(
        _ bytes: Span<UInt8>,
        _ order: ByteOrder,
        special: Word = 0,
        _ convert: (Word) -> (number: Double, test: Word)
    ) -> Bool {
        order == .littleEndian
            ? append(bytes, special) { convert(Word(littleEndian: $0)) }
            : append(bytes, special) { convert(Word(bigEndian: $0)) }
    }

    @inline(__always)
    private mutating func append<Word: FixedWidthInteger & BitwiseCopyable>(
        _ bytes: Span<UInt8>,
        _ special: Word,
        _ convert: (Word) -> (number: Double, test: Word)
    ) -> Bool {
        let width = MemoryLayout<Word>.size
        let count = bytes.count / width
        var found: Word = 0
        // Appending nothing would write to the storage that all empty arrays share.
        guard count > 0 else { return false }
        append(addingCapacity: count) { output in
            unsafe bytes.withUnsafeBytes { source in
                unsafe output.withUnsafeMutableBufferPointer { target, length in
                    // Both have room: the capacity is `count`, and `bytes` has at least `count` words.
                    precondition(target.count - length >= count, "more numbers than capacity")
                    for index in 0..<count {
                        let (number, test) = unsafe convert(
                            source.loadUnaligned(fromByteOffset: index &* width, as: Word.self)
                        )
                        found |= test
                        unsafe (target.baseAddress.unsafelyUnwrapped + length + index)
                            .initialize(to: number)
                    }
                    length += count
                }
            }
        }
        return found & special != 0
    }
}

extension [UInt8] {
    /// Appends doubles, each in eight bytes, the least significant first.
    mutating func append(_ numbers: Span<Double>) {
        append(numbers) { $0.bitPattern.littleEndian }
    }

    /// Appends floats, each in four bytes, the least significant first.
    mutating func append(_ numbers: Span<Float>) {
        append(numbers) { $0.bitPattern.littleEndian }
    }

    /// Appends doubles rounded to the nearest `Float`, each in four bytes, the least significant first.
    mutating func append(rounding numbers: Span<Double>) {
        append(numbers) { Float($0).bitPattern.littleEndian }
    }

    @inline(__always)
    private mutating func append<Number: BitwiseCopyable, Word: FixedWidthInteger>(
        _ numbers: Span<Number>,
        _ encode: (Number) -> Word
    ) where Word: BitwiseCopyable {
        let width = MemoryLayout<Word>.size
        let size = numbers.count * width
        // Appending nothing would write to the storage that all empty arrays share.
        guard size > 0 else { return }
        append(addingCapacity: size) { output in
            unsafe output.withUnsafeMutableBufferPointer { target, length in
                precondition(target.count - length >= size, "more bytes than capacity")
                let free = unsafe UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(target)[length...]
                )
                for index in numbers.indices {
                    // Safe: the index is one of the span's, and the bytes are within `size`.
                    unsafe free.storeBytes(
                        of: encode(numbers[unchecked: index]),
                        toByteOffset: index &* width,
                        as: Word.self
                    )
                }
                length += size
            }
        }
    }

    /// Appends a copy of the bytes of a span.
    mutating func append(copying bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}
