// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import CVector

/// Eight numbers that are computed together: one register, two or four, as the level has it.
typealias Vector = SIMD8<Double>
typealias Bits = SIMD8<UInt64>
typealias Mask = SIMDMask<SIMD8<Int64>>

// The only file of the module with `unsafe` in it. A load or a store has been checked, in release
// builds too, on the line above it; a change of type is between vectors of one size, of which any
// bits are a value.

extension Vector {
    static var width: Int { 8 }

    /// a·b + c; rounded once at levels that have the instruction.
    @inline(__always)
    static func multiplyAdd(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector {
        cvector_multiply_add(a, b, c)
    }

    @inline(__always)
    var bits: Bits { unsafe unsafeBitCast(self, to: Bits.self) }

    @inline(__always)
    init(bits: Bits) {
        self = unsafe unsafeBitCast(bits, to: Vector.self)
    }
}

extension Bits {
    /// Whether the first bit of any lane is set.
    var hasSign: Bool {
        @inline(__always) get {
            cvector_any_sign(unsafe unsafeBitCast(self, to: SIMD8<Int>.self))
        }
    }
}

extension Mask {
    /// Whether any lane holds.
    var isAny: Bool {
        @inline(__always) get {
            cvector_any_sign(unsafe unsafeBitCast(self, to: SIMD8<Int>.self))
        }
    }
}

extension Span<Double> {
    /// The eight numbers from an offset on.
    @inline(__always)
    func vector(at offset: Int) -> Vector {
        precondition(offset >= 0 && offset <= count &- Vector.width, "beyond the span")
        return unsafe bytes.unsafeLoadUnaligned(
            fromUncheckedByteOffset: offset &* 8,
            as: Vector.self
        )
    }

    /// Eight numbers, each so many places behind the one before.
    @inline(__always)
    func vector(at offset: Int, by step: Int) -> Vector {
        precondition(
            offset >= 0 && step >= 0 && offset < count &- 7 &* step,
            "beyond the span"
        )
        return unsafe Vector(
            self[unchecked: offset],
            self[unchecked: offset &+ step],
            self[unchecked: offset &+ 2 &* step],
            self[unchecked: offset &+ 3 &* step],
            self[unchecked: offset &+ 4 &* step],
            self[unchecked: offset &+ 5 &* step],
            self[unchecked: offset &+ 6 &* step],
            self[unchecked: offset &+ 7 &* step]
        )
    }

    /// The numbers from an offset on, fewer than eight, and zeros.
    @inline(__always)
    func lastVector(at offset: Int) -> Vector {
        let padded = Padded(extracting(offset..<count))
        return padded.numbers.span.vector(at: 0)
    }
}

extension Ahead {
    /// Has the processor fetch the eight numbers of each list at an offset of their places.
    @inline(__always)
    func fetch(at offset: Int) {
        let place = places.lowerBound &+ offset
        guard place < places.upperBound else { return }
        first.span.fetch(at: place)
        second.span.fetch(at: place)
    }
}

extension Span<Double> {
    @inline(__always)
    fileprivate func fetch(at place: Int) {
        guard place < count else { return }
        unsafe withUnsafeBufferPointer { numbers in
            if let start = numbers.baseAddress { unsafe cvector_prefetch(start + place) }
        }
    }
}

extension MutableSpan<Double> {
    /// Writes eight numbers from an offset on.
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func store(_ vector: Vector, at offset: Int) {
        precondition(offset >= 0 && offset <= count &- Vector.width, "beyond the span")
        unsafe withUnsafeMutableBytes { bytes in
            unsafe bytes.storeBytes(of: vector, toByteOffset: offset &* 8, as: Vector.self)
        }
    }
}

extension OutputSpan<Double> {
    /// Appends eight numbers.
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func append(_ vector: Vector) {
        precondition(freeCapacity >= Vector.width, "beyond the room")
        unsafe withUnsafeMutableBufferPointer { room, count in
            unsafe UnsafeMutableRawBufferPointer(room).storeBytes(
                of: vector,
                toByteOffset: count &* 8,
                as: Vector.self
            )
            count &+= Vector.width
        }
    }
}

/// Fewer numbers than a vector has, with zeros after them.
struct Padded {
    var numbers = InlineArray<8, Double>(repeating: 0)

    init() {}

    @inline(never)
    init(_ some: Span<Double>) {
        for index in some.indices { numbers[index] = some[index] }
    }

    @inline(never)
    func copy(into some: inout MutableSpan<Double>) {
        for index in some.indices { some[index] = numbers[index] }
    }
}
