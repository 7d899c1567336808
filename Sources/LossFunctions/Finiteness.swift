// SPDX-License-Identifier: Apache-2.0

/// Finds infinities and NaN.
enum Finiteness {
    /// The offset of the first number of a range that is not finite, or nil.
    ///
    /// Adding one to the exponent carries into the sign bit for infinities and NaN alone, which
    /// takes no branch a number.
    static func firstViolation(in numbers: Span<Double>, _ range: Range<Int>) -> Int? {
        var carries: UInt64 = 0
        for offset in range {
            let magnitude = numbers[offset].bitPattern & 0x7FFF_FFFF_FFFF_FFFF
            carries |= magnitude &+ 0x0010_0000_0000_0000
        }
        guard carries &>> 63 != 0 else { return nil }
        return range.first { !numbers[$0].isFinite }
    }
}
