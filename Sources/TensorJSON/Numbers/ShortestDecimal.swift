// SPDX-License-Identifier: Apache-2.0

/// The shortest decimal that reads back as a double; of several, the closest one.
///
/// It equals the result of `Schubfach`. `quick` finds it with one product instead of three and
/// without branches that depend on its digits, unless the decision is closer than the error of the
/// product.
struct ShortestDecimal {
    /// The first 16 of 17 digits, without leading zeros: `10^15 ..< 10^16`.
    let head: UInt64
    /// The 17th digit.
    let last: UInt8
    /// The decimal exponent of the first digit.
    let exponent: Int16

    /// The result of `quick` for a number that it does not handle.
    ///
    /// Its exponent lies outside the range of doubles.
    static let unknown = Self(head: 0, last: 0, exponent: -1000)

    /// The values of the digits of `head`, as `EightDigits.reversedValues` returns them.
    @inline(__always)
    var headDigits: SIMD2<UInt64> { EightDigits.reversedValues(head) }

    /// Finds the decimal of the magnitude of a finite double.
    ///
    /// - Returns: the decimal, or `unknown` for zero, subnormals, most powers of two and close
    ///   decisions, for which `exact` must be used.
    @inline(__always)
    static func quick(_ value: Double, _ table: WriterTable) -> Self {
        let bits = value.bitPattern
        let fraction = bits & 0x000F_FFFF_FFFF_FFFF
        let field = Int(truncatingIfNeeded: (bits &<< 1) &>> 53)
        guard UInt(bitPattern: field &- 1) < 0x7FE else { return unknown }
        // On the grid 10^(k+1) of `Schubfach`, the double is `floor` plus `rest` * 2^-64, with an
        // error below 2 * 2^-64.
        let step = table.step(field)
        let c = fraction | 0x0010_0000_0000_0000
        let upper = c.multipliedFullWidth(by: step.high)
        let product =
            (UInt128(upper.high) &<< 64 | UInt128(upper.low))
            &+ UInt128(c.multipliedFullWidth(by: step.low).high)
        let floor = UInt64(truncatingIfNeeded: product &>> 64)
        let rest = UInt64(truncatingIfNeeded: product)

        // The nearer decimal on that grid reads back as the double if it is less than half a step
        // away. Otherwise the decimal rounded to one more digit does.
        let distance = Int64(bitPattern: rest).magnitude
        let half = step.high &>> 1
        let (digit, remainder) = rest.multipliedFullWidth(by: 10)
        // Below a power of two the next double is only half a step away, so such a number is
        // handled here only if it nearly equals a decimal.
        guard fraction != 0 || distance < 8, distance &- half &+ 4 > 8,
            remainder &- (1 &<< 63) &+ 32 > 64
        else { return unknown }
        let isCoarse: UInt64 = distance < half ? 1 : 0
        let head = floor &+ (isCoarse & rest &>> 63)
        // A 9 is never rounded up: the next decimal on the grid would have been close enough.
        let last = (digit &+ remainder &>> 63) & (isCoarse &- 1)
        // Below 10^16, since c is below 2^53 and a step below 1; at least 10^14, since a step is
        // at least a tenth.
        let isShort: UInt64 = head < 1_000_000_000_000_000 ? 1 : 0
        let mask = 0 &- isShort
        return Self(
            head: head &+ (mask & (9 &* head &+ last)),
            last: UInt8(truncatingIfNeeded: last & ~mask),
            exponent: Int16(
                truncatingIfNeeded: WriterTable.grid(field) &+ 15
                    &- Int(truncatingIfNeeded: isShort)
            )
        )
    }

    /// Finds the decimal of the magnitude of any finite double other than zero.
    static func exact(_ value: Double) -> Self {
        // An integer up to 2^53 is its own decimal: no other integer lies within half a step.
        let whole = UInt64(min(value.magnitude, 0x1p53))
        var (digits, k) =
            Double(whole) == value.magnitude
            ? (whole, 0) : Schubfach.decimal(value.magnitude.bitPattern, PowersOfFive.table)
        while digits < 10_000_000_000_000_000 {
            digits *= 10
            k -= 1
        }
        return Self(head: digits / 10, last: UInt8(digits % 10), exponent: Int16(k + 16))
    }
}
