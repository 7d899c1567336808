// SPDX-License-Identifier: Apache-2.0

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
    /// The eight numbers from an offset on, with zeros past the end.
    @inline(__always)
    func vector(at offset: Int) -> Vector {
        guard offset >= 0, offset <= count &- Vector.width else { return lastVector(at: offset) }
        return unsafe bytes.unsafeLoadUnaligned(
            fromUncheckedByteOffset: offset &* 8,
            as: Vector.self
        )
    }

    @inline(never)
    private func lastVector(at offset: Int) -> Vector {
        var vector = Vector(repeating: 0)
        for index in offset..<count { vector[index &- offset] = self[index] }
        return vector
    }
}

extension MutableSpan<Double> {
    /// Writes as many of eight numbers from an offset on as there is room for.
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func store(_ vector: Vector, at offset: Int) {
        guard offset >= 0, offset <= count &- Vector.width else {
            return storeLast(vector, at: offset)
        }
        unsafe withUnsafeMutableBytes { bytes in
            unsafe bytes.storeBytes(of: vector, toByteOffset: offset &* 8, as: Vector.self)
        }
    }

    @inline(never)
    @_lifetime(self: copy self)
    private mutating func storeLast(_ vector: Vector, at offset: Int) {
        for index in offset..<count { self[index] = vector[index &- offset] }
    }
}
