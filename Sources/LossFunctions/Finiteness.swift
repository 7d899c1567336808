// SPDX-License-Identifier: Apache-2.0

/// Detects infinities and NaN.
struct Finiteness {
    private var carries: UInt64 = 0

    /// Checks a number without a branch.
    ///
    /// Incrementing the exponent carries into the sign bit only for infinities and NaN.
    @inline(__always)
    mutating func check(_ number: Double) {
        carries |= (number.bitPattern & 0x7FFF_FFFF_FFFF_FFFF) &+ 0x0010_0000_0000_0000
    }

    /// Whether every number checked was finite.
    var allFinite: Bool { carries >> 63 == 0 }

    /// The offset of the first non-finite number; `nil` if all are finite.
    static func firstNonFinite(in numbers: Span<Double>) -> Int? {
        var finiteness = Finiteness()
        for offset in numbers.indices { finiteness.check(numbers[offset]) }
        return finiteness.allFinite ? nil : numbers.indices.first { !numbers[$0].isFinite }
    }
}
