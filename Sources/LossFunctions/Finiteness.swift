// SPDX-License-Identifier: Apache-2.0

/// Finds infinities and NaN.
struct Finiteness {
    private var carries: UInt64 = 0

    /// Looks at a number without a branch: adding one to the exponent carries into the sign bit
    /// for infinities and NaN alone.
    @inline(__always)
    mutating func note(_ number: Double) {
        carries |= (number.bitPattern & 0x7FFF_FFFF_FFFF_FFFF) &+ 0x0010_0000_0000_0000
    }

    /// Whether every number noted was finite.
    var holds: Bool { carries >> 63 == 0 }

    /// The offset of the first number that is not finite, or nil.
    static func firstViolation(in numbers: Span<Double>) -> Int? {
        var finiteness = Finiteness()
        for offset in numbers.indices { finiteness.note(numbers[offset]) }
        return finiteness.holds ? nil : numbers.indices.first { !numbers[$0].isFinite }
    }
}
