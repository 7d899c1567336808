// SPDX-License-Identifier: Apache-2.0

/// The shortest decimal that reads back as a double, and of those the closest to it.
///
/// It is the decimal of `Schubfach`, found with one product instead of three, and no branch that
/// depends on its digits, wherever the decision is not closer than the error of the product.
struct ShortestDecimal {
    /// The first 16 of 17 digits, the very first not 0: `10^15 ..< 10^16`.
    let head: UInt64
    /// The seventeenth.
    let last: UInt8
    /// The power of ten of the first digit.
    let exponent: Int16

    /// Stands for a number that `quick` does not find.
    ///
    /// No double has its exponent.
    static let unknown = Self(head: 0, last: 0, exponent: -1000)

    /// Finds the decimal of a finite double, whatever its sign.
    ///
    /// - Returns: `unknown` for zero, subnormals, most powers of two and close decisions.
    ///   `exact` is for these.
    @inline(__always)
    static func quick(_ value: Double, _ table: WriterTable) -> Self {
        let bits = value.bitPattern
        let fraction = bits & 0x000F_FFFF_FFFF_FFFF
        let field = Int(truncatingIfNeeded: (bits &<< 1) &>> 53)
        guard UInt(bitPattern: field &- 1) < 0x7FE else { return unknown }
        // On the grid 10^(k+1) of `Schubfach` the double is `floor` and a rest, in units of 2^-64
        // and off by less than 2.
        let step = table.step(field)
        let c = fraction | 0x0010_0000_0000_0000
        let upper = c.multipliedFullWidth(by: step.high)
        let product =
            (UInt128(upper.high) &<< 64 | UInt128(upper.low))
            &+ UInt128(c.multipliedFullWidth(by: step.low).high)
        let floor = UInt64(truncatingIfNeeded: product &>> 64)
        let rest = UInt64(truncatingIfNeeded: product)

        // The nearer decimal on that grid reads back as the double if it is less than half a step
        // away. Otherwise one digit more does, rounded.
        let distance = Int64(bitPattern: rest).magnitude
        let half = step.high &>> 1
        let (digit, remainder) = rest.multipliedFullWidth(by: 10)
        // The next double below a power of two is half a step away: only a decimal that is nearly
        // equal to it is found here.
        guard fraction != 0 || distance < 8, distance &- half &+ 4 > 8,
            remainder &- (1 &<< 63) &+ 32 > 64
        else { return unknown }
        let isCoarse: UInt64 = distance < half ? 1 : 0
        let head = floor &+ (isCoarse & rest &>> 63)
        // A 9 is never rounded up here: the decimal above is close enough then.
        let last = (digit &+ remainder &>> 63) & (isCoarse &- 1)
        // Below 10^16: c is below 2^53, and a step below 1. At least 10^14: a step is a tenth.
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

    /// Finds the decimal of any finite double other than zero, whatever its sign.
    static func exact(_ value: Double) -> Self {
        // Whole numbers up to 2^53 are decimals, and no other decimal is half a step away.
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
