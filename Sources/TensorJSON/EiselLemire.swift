// SPDX-License-Identifier: Apache-2.0

/// From a decimal significand and exponent to the nearest double.
///
/// Lemire, "Number Parsing at a Gigabyte per Second" (Software: Practice and Experience, 2021):
/// the significand times 128 bits of the power of five has the bits of the double in it. That
/// the 128 bits always decide is proved by Mushtak and Lemire, "Fast number parsing without
/// fallback" (2023), so that there is no undecided case.
enum EiselLemire {
    /// The bits of the double nearest to `significand * 10^q`, ties to even.
    ///
    /// Exact for every significand of 64 bits. Infinity where the value rounds beyond the
    /// largest finite double.
    @inline(__always)
    static func bits(_ significand: UInt64, _ q: Int, _ powers: PowersOfFive) -> UInt64 {
        guard q >= -342, q <= 308 else {
            return q < 0 || significand == 0 ? 0 : Double.infinity.bitPattern
        }
        let product = Product(significand, q, powers)
        guard product.exponent > 0 else {
            return significand == 0 ? 0 : subnormal(product.bits, product.exponent)
        }
        let bits = product.rounded(isTie: product.isTie(q))
        return significand == 0 ? 0 : min(bits, Double.infinity.bitPattern)
    }

    /// The exponents without ties: such a one needs a significand that 5^-q divides, and a quotient
    /// of 54 bits, of which 5^5 leaves fewer.
    static let tielessExponents = -342 ... -5

    /// The double nearest to `significand * 10^q`, negative if `sign` is 1 and not 0.
    ///
    /// For one of the ``tielessExponents``. NaN where the double would not be normal, nor 0.
    @inline(__always)
    static func double(
        _ significand: UInt64,
        _ q: Int,
        _ sign: UInt64,
        _ powers: PowersOfFive
    ) -> Double {
        let zeros = UInt64(truncatingIfNeeded: significand.leadingZeroBitCount)
        let high = Product.bits(significand &<< zeros, q, powers).high
        // The processor rounds an integer to 53 bits as it has to be: the last bit stands for all
        // that have been cut off, which are never all 0 where 53 bits and a half are in front.
        let rest: UInt64 = significand == 0 ? 0 : 1
        let rounded = Double(Int64(truncatingIfNeeded: high &>> 1 | rest))
        // From 2^62 or 2^63 up by as much as is in the power of ten, less the zeros.
        let shift =
            PowersOfFive.binaryExponent(ofTenTo: q) &+ 2 &- Int(truncatingIfNeeded: zeros)
        let exponent = Int(truncatingIfNeeded: rounded.bitPattern &>> 52) &+ shift
        guard exponent > 0, significand != 0 else {
            return significand == 0
                ? Double(sign: sign == 1 ? .minus : .plus, exponent: 0, significand: 0) : .nan
        }
        return Double(
            bitPattern: rounded.bitPattern &+ UInt64(truncatingIfNeeded: shift) &<< 52
                | sign &<< 63
        )
    }

    /// The bits of a double below the normal range.
    ///
    /// There are no ties: those need a power of five close to one.
    @inline(never)
    private static func subnormal(_ bits: UInt64, _ exponent: Int) -> UInt64 {
        let shift = 1 - exponent
        guard shift < 64 else { return 0 }
        let shifted = bits >> UInt64(shift)
        // Rounding up to the smallest normal number carries into the exponent field by itself.
        return (shifted + (shifted & 1)) >> 1
    }
}

/// The leading bits of a significand times a power of ten.
private struct Product {
    /// The product's 128 leading bits, of which the first may be 0.
    let high: UInt64
    let low: UInt64
    /// 54 bits: those of the double and one to round by.
    let bits: UInt64
    /// The exponent field of the double; not above 0 if that is subnormal.
    let exponent: Int

    @inline(__always)
    init(_ significand: UInt64, _ q: Int, _ powers: PowersOfFive) {
        let zeros = significand.leadingZeroBitCount
        (high, low) = Self.bits(significand &<< UInt64(truncatingIfNeeded: zeros), q, powers)
        let top = high &>> 63
        bits = high &>> (top &+ 9)
        exponent =
            PowersOfFive.binaryExponent(ofTenTo: q) &+ 1086 &+ Int(truncatingIfNeeded: top) &- zeros
    }

    /// The product's 128 leading bits, of which the first may be 0, for a significand whose first
    /// bit is 1.
    @inline(__always)
    static func bits(
        _ significand: UInt64,
        _ q: Int,
        _ powers: PowersOfFive
    ) -> (high: UInt64, low: UInt64) {
        let power = powers[q]
        var (high, low) = significand.multipliedFullWidth(by: power.high)
        if high & 0x1FF == 0x1FF {
            // Only here can a carry from the lower word of the power reach the double's bits.
            let lower = significand.multipliedFullWidth(by: power.low).high
            low &+= lower
            if low < lower { high &+= 1 }
        }
        return (high, low)
    }

    /// The bits of the nearest normal double, or of the even one of two that are equally near.
    @inline(__always)
    func rounded(isTie: Bool) -> UInt64 {
        let rounded = (bits &+ (isTie ? 0 : bits & 1)) &>> 1
        // The leading one of `rounded` adds 1 to the exponent field, and a carry into it another.
        return (UInt64(truncatingIfNeeded: exponent &- 1) &<< 52) &+ rounded
    }

    /// Whether the product is halfway between two doubles and the one below is even.
    ///
    /// That is only so for a few powers, and if no bit has been cut off: `5^-q` has to divide a
    /// significand below 2^64 and leave 54 bits, or `5^q` has to fit into 54 bits.
    func isTie(_ q: Int) -> Bool {
        q >= -4 && q <= 23 && low <= 1 && bits & 3 == 1 && bits &<< (high &>> 63 &+ 9) == high
    }
}
