// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import CVector

/// A vector of eight doubles: one, two or four registers, depending on the instruction set.
typealias Vector = SIMD8<Double>
typealias Singles = SIMD8<Float>
typealias Bits = SIMD8<UInt64>
typealias Mask = SIMDMask<SIMD8<Int64>>

// This is the only file of the module that uses `unsafe`. The line above each load or store checks
// its bounds, in release builds too; casts are between vector types of the same size, for which all
// bit patterns are valid.

extension Vector {
    static var width: Int { 8 }

    /// a·b + c, rounded once if the instruction set has a fused multiply-add.
    @inline(always)
    static func multiplyAdd(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector {
        cvector_multiply_add(a, b, c)
    }

    @inline(always)
    var bits: Bits { unsafe unsafeBitCast(self, to: Bits.self) }

    @inline(always)
    init(bits: Bits) {
        self = unsafe unsafeBitCast(bits, to: Vector.self)
    }
}

// The operators of the standard library work lane by lane, in so many steps that the optimizer
// reaches its limits. These have the same results, with one instruction each.
extension SIMD8 where Scalar == Double {
    @inline(always)
    static func + (a: Vector, b: Vector) -> Vector { cvector_add(a, b) }

    @inline(always)
    static func - (a: Vector, b: Vector) -> Vector { cvector_subtract(a, b) }

    @inline(always)
    static func * (a: Vector, b: Vector) -> Vector { cvector_multiply(a, b) }

    @inline(always)
    static func / (a: Vector, b: Vector) -> Vector { cvector_divide(a, b) }

    @inline(always)
    static prefix func - (a: Vector) -> Vector { cvector_negate(a) }

    @inline(always)
    static func + (a: Double, b: Vector) -> Vector { Vector(repeating: a) + b }

    @inline(always)
    static func - (a: Double, b: Vector) -> Vector { Vector(repeating: a) - b }

    @inline(always)
    static func * (a: Double, b: Vector) -> Vector { Vector(repeating: a) * b }

    @inline(always)
    static func / (a: Double, b: Vector) -> Vector { Vector(repeating: a) / b }

    @inline(always)
    static func + (a: Vector, b: Double) -> Vector { a + Vector(repeating: b) }

    @inline(always)
    static func - (a: Vector, b: Double) -> Vector { a - Vector(repeating: b) }

    @inline(always)
    static func * (a: Vector, b: Double) -> Vector { a * Vector(repeating: b) }

    @inline(always)
    static func / (a: Vector, b: Double) -> Vector { a / Vector(repeating: b) }

    @inline(always)
    static func .== (a: Vector, b: Vector) -> Mask { Mask(cvector_equal(a, b)) }

    @inline(always)
    static func .< (a: Vector, b: Vector) -> Mask { Mask(cvector_less(a, b)) }

    @inline(always)
    static func .<= (a: Vector, b: Vector) -> Mask { Mask(cvector_less_or_equal(a, b)) }

    @inline(always)
    static func .> (a: Vector, b: Vector) -> Mask { b .< a }

    @inline(always)
    static func .>= (a: Vector, b: Vector) -> Mask { b .<= a }

    @inline(always)
    static func .== (a: Vector, b: Double) -> Mask { a .== Vector(repeating: b) }

    @inline(always)
    static func .< (a: Vector, b: Double) -> Mask { a .< Vector(repeating: b) }

    @inline(always)
    static func .<= (a: Vector, b: Double) -> Mask { a .<= Vector(repeating: b) }

    @inline(always)
    static func .> (a: Vector, b: Double) -> Mask { a .> Vector(repeating: b) }

    @inline(always)
    static func .>= (a: Vector, b: Double) -> Mask { a .>= Vector(repeating: b) }

    /// The vector with the lanes of another one where a mask is true.
    @inline(always)
    func replacing(with other: Vector, where mask: Mask) -> Vector {
        cvector_replace(self, other, mask.integers)
    }

    /// The vector with a number in the lanes in which a mask is true.
    @inline(always)
    func replacing(with other: Double, where mask: Mask) -> Vector {
        replacing(with: Vector(repeating: other), where: mask)
    }

    @inline(always)
    func squareRoot() -> Vector { cvector_square_root(self) }

    /// The nearest numbers in single precision.
    var rounded: Singles {
        @inline(always) get { cvector_round(self) }
    }

    /// The same numbers in double precision.
    @inline(always)
    init(widening singles: Singles) { self = cvector_widen(singles) }
}

extension Bits {
    /// Whether the sign bit of any lane is set.
    var hasSign: Bool {
        @inline(always) get {
            cvector_any_sign(unsafe unsafeBitCast(self, to: SIMD8<Int>.self))
        }
    }
}

extension Mask {
    /// Creates a mask from integers that are -1 where it is true and 0 where it is false.
    @inline(always)
    fileprivate init(_ integers: SIMD8<Int>) {
        self = unsafe unsafeBitCast(integers, to: Mask.self)
    }

    fileprivate var integers: SIMD8<Int> {
        @inline(always) get { unsafe unsafeBitCast(self, to: SIMD8<Int>.self) }
    }

    /// True in no lane.
    static var none: Mask {
        @inline(always) get { Mask(SIMD8<Int>()) }
    }

    /// Makes the lanes true in which another mask is true.
    @inline(always)
    mutating func formUnion(_ other: Mask) {
        self = Mask(integers | other.integers)
    }

    /// Whether any lane is true.
    var isAny: Bool {
        @inline(always) get { cvector_any_sign(integers) }
    }

    /// A bit for each lane, the first in the last place: 1 where it is true.
    var lanes: UInt8 {
        @inline(always) get { cvector_signs(integers) }
    }
}

extension Span<Double> {
    /// The eight numbers at an offset.
    @inline(always)
    func vector(at offset: Int) -> Vector {
        precondition(offset >= 0 && offset <= count &- Vector.width, "beyond the span")
        return unsafe bytes.unsafeLoadUnaligned(
            fromUncheckedByteOffset: offset &* 8,
            as: Vector.self
        )
    }

    /// Eight numbers at an offset, with zeros beyond the end.
    @inline(always)
    func paddedVector(at offset: Int) -> Vector {
        offset <= count &- Vector.width ? vector(at: offset) : lastVector(at: offset)
    }

    /// The last numbers, fewer than eight, padded with zeros.
    @inline(always)
    func lastVector(at offset: Int) -> Vector {
        let padded = Padded(extracting(offset..<count))
        return padded.numbers.span.vector(at: 0)
    }
}

extension Span<Float> {
    /// The eight numbers at an offset.
    @inline(always)
    func singles(at offset: Int) -> Singles {
        precondition(offset >= 0 && offset <= count &- Vector.width, "beyond the span")
        return unsafe bytes.unsafeLoadUnaligned(
            fromUncheckedByteOffset: offset &* 4,
            as: Singles.self
        )
    }
}

extension MutableSpan<Double> {
    /// Stores eight numbers at an offset.
    @inline(always)
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
    @inline(always)
    @_lifetime(self: copy self)
    mutating func append(_ vector: Vector) { appendEight(vector) }
}

extension OutputSpan<Float> {
    /// Appends eight numbers.
    @inline(always)
    @_lifetime(self: copy self)
    mutating func append(_ singles: Singles) { appendEight(singles) }
}

extension OutputSpan where Element: SIMDScalar & BitwiseCopyable {
    @inline(always)
    @_lifetime(self: copy self)
    fileprivate mutating func appendEight(_ numbers: SIMD8<Element>) {
        precondition(freeCapacity >= Vector.width, "beyond the capacity")
        unsafe withUnsafeMutableBufferPointer { buffer, count in
            unsafe UnsafeMutableRawBufferPointer(buffer).storeBytes(
                of: numbers,
                toByteOffset: count &* MemoryLayout<Element>.stride,
                as: SIMD8<Element>.self
            )
            count &+= Vector.width
        }
    }
}

/// An array shorter than a vector, padded with zeros.
struct Padded {
    var numbers = InlineArray<8, Double>(repeating: 0)

    init() {}

    @inline(never)
    init(_ source: Span<Double>) {
        for index in source.indices { numbers[index] = source[index] }
    }

    @inline(never)
    func copy(into target: inout MutableSpan<Double>) {
        for index in target.indices { target[index] = numbers[index] }
    }
}

extension Vector {
    /// The magnitude of each lane.
    var magnitude: Vector {
        @inline(always) get { Vector(bits: bits & 0x7FFF_FFFF_FFFF_FFFF) }
    }

    /// 1, -1 or 0: the sign of each lane.
    var sign: Vector {
        @inline(always) get {
            let zero = Vector(repeating: 0)
            return zero.replacing(with: Vector(repeating: 1), where: self .> 0)
                .replacing(with: Vector(repeating: -1), where: self .< 0)
        }
    }

    /// The magnitude of each lane with the sign of another vector.
    @inline(always)
    func withSign(of other: Vector) -> Vector {
        Vector(bits: (bits & 0x7FFF_FFFF_FFFF_FFFF) | (other.bits & 0x8000_0000_0000_0000))
    }

    /// The negative of each lane in which the sign bit of others is set.
    @inline(always)
    func flipped(by sign: Bits) -> Vector {
        Vector(bits: bits ^ (sign & 0x8000_0000_0000_0000))
    }
}
