// SPDX-License-Identifier: Apache-2.0

extension ShortestDecimal {
    /// Finds the decimal of the magnitude of an integer up to 2^53, which is its own decimal: no
    /// other integer lies within half a step.
    ///
    /// This does not branch on the number, so that larger ones among integers cost nothing here.
    ///
    /// - Returns: the decimal, with the exponent 0 for zero; for negative zero and all other numbers,
    ///   a negative exponent.
    @inline(__always)
    static func integer(_ value: Double, _ table: WriterTable) -> Self {
        let number = Int64(min(0x1p53, value.magnitude))
        let isOther: Int16 = Double(number) == value.magnitude ? 0 : -1
        let isNegativeZero: Int16 = value.bitPattern == (-0.0 as Double).bitPattern ? -1 : 0
        // The floor of the binary logarithm, or 1 for zero: the exponent field has the bias 1023.
        let logarithm = Int(truncatingIfNeeded: (value.bitPattern &>> 52 &+ 1) & 63)
        // The count of digits of 2^logarithm, computed with log10(2) scaled by 2^12.
        let least = (logarithm &* 1233) &>> 12 &+ 1
        let magnitude = UInt64(truncatingIfNeeded: number)
        let count = least &+ (magnitude < table.ten(to: least) ? 0 : 1)
        return Self(
            head: magnitude &* table.ten(to: 16 &- count),
            last: 0,
            exponent: Int16(truncatingIfNeeded: count &- 1) | isOther | isNegativeZero
        )
    }

    /// Whether three of the numbers are integers of any magnitude, as an estimate for all of them.
    @inline(__always)
    static func areProbablyIntegers(_ numbers: Span<Double>) -> Bool {
        !numbers.isEmpty && isInteger(numbers[0]) && isInteger(numbers[numbers.count / 2])
            && isInteger(numbers[numbers.count - 1])
    }

    @inline(__always)
    private static func isInteger(_ value: Double) -> Bool {
        // All doubles from 2^52 on are integers.
        let magnitude = min(0x1p53, value.magnitude)
        return Double(Int64(magnitude)) == magnitude
    }
}
