// SPDX-License-Identifier: Apache-2.0

/// The shortest decimal that reads back as a double, and of those the closest to it.
///
/// It is the decimal of `Schubfach`, found with one product instead of three, and no branch that
/// depends on its digits, wherever the decision is not closer than the error of the product.
struct ShortestDecimal {
    /// The first 16 of 17 digits, the very first not 0: `10^15 ..< 10^16`.
    let head: UInt64
    /// The seventeenth.
    let last: UInt32
    /// The power of ten of the first digit.
    let exponent: Int32

    /// Stands for a number that `quick` does not find.
    ///
    /// No double has its exponent.
    static let unknown = Self(head: 0, last: 0, exponent: -1000)

    /// Finds the decimal of a finite double, whatever its sign.
    ///
    /// - Returns: `unknown` for zero, powers of two, subnormals and decisions that are close.
    ///   `exact` is for these.
    @inline(__always)
    static func quick(_ value: Double, _ powers: PowersOfFive) -> Self {
        let bits = value.magnitude.bitPattern
        let fraction = bits & 0x000F_FFFF_FFFF_FFFF
        let field = Int(truncatingIfNeeded: bits &>> 52)
        guard fraction != 0, UInt(bitPattern: field &- 1) < 0x7FE else { return unknown }
        // The double is c * 2^q; in units of the grid 10^k it is `floor` and a rest. The step
        // from a double to the next is 1 to 10 of these units, as in `Schubfach`.
        let c = fraction | 0x0010_0000_0000_0000
        let q = field &- 1075
        let k = (q &* 1_262_611) >> 22
        let h = UInt64(
            truncatingIfNeeded: q &+ PowersOfFive.binaryExponent(ofTenTo: 0 &- k) &+ 1
        )
        let power = powers[0 &- k]
        let scaled = c &<< h
        let upper = scaled.multipliedFullWidth(by: power.high)
        let product =
            (UInt128(upper.high) &<< 64 | UInt128(upper.low))
            &+ UInt128(scaled.multipliedFullWidth(by: power.low).high)
        let floor = UInt64(truncatingIfNeeded: product &>> 64)
        // In units of 2^-64, and off by less than 2.
        let rest = UInt64(truncatingIfNeeded: product)

        // On the grid 10^(k+1) there is one decimal below and one above. Their distances and half
        // a step are in units of 2^-60 of the finer grid, and off by less than 2.
        let tenth = floor / 10
        let digit = floor &- 10 &* tenth
        let below = digit &<< 60 | rest &>> 4
        let above = 10 &<< 60 &- below
        let distance = min(below, above)
        let half = power.high &>> (5 &- h)
        guard distance &- half &+ 4 > 8, rest &- (1 &<< 63) &+ 4 > 8 else { return unknown }
        let isCoarse: UInt64 = distance < half ? 1 : 0
        let head = tenth &+ (isCoarse & (above < below ? 1 : 0))
        // A 9 is never rounded up here: the decimal above is close enough then.
        let last = (digit &+ rest &>> 63) & (isCoarse &- 1)
        // Below 10^16: c is below 2^53, and a step below 10.
        let isShort: UInt64 = head < 1_000_000_000_000_000 ? 1 : 0
        let mask = 0 &- isShort
        return Self(
            head: head &+ (mask & (9 &* head &+ last)),
            last: UInt32(truncatingIfNeeded: last & ~mask),
            exponent: Int32(truncatingIfNeeded: k &+ 16 &- Int(truncatingIfNeeded: isShort))
        )
    }

    /// Finds the decimal of any finite double other than zero, whatever its sign.
    static func exact(_ value: Double, _ powers: PowersOfFive) -> Self {
        // Whole numbers up to 2^53 are decimals, and no other decimal is half a step away.
        let whole = UInt64(min(value.magnitude, 0x1p53))
        var (digits, k) =
            Double(whole) == value.magnitude
            ? (whole, 0) : Schubfach.decimal(value.magnitude.bitPattern, powers)
        while digits < 10_000_000_000_000_000 {
            digits *= 10
            k -= 1
        }
        return Self(head: digits / 10, last: UInt32(digits % 10), exponent: Int32(k + 16))
    }
}
