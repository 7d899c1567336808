// SPDX-License-Identifier: Apache-2.0

/// Converts a decimal significand and exponent to the nearest double.
///
/// The Eisel-Lemire algorithm (Lemire, "Number Parsing at a Gigabyte per Second", Software:
/// Practice and Experience, 2021): the product of the significand and a 128-bit power of five
/// contains the bits of the double. Mushtak and Lemire, "Fast number parsing without fallback"
/// (2023), prove that 128 bits always suffice, so no fallback is needed.
enum EiselLemire {
    /// The bits of the double nearest to `significand * 10^q`, ties to even.
    ///
    /// Correctly rounded for every 64-bit significand. Infinity if the value rounds beyond the
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

    /// The exponents at which no ties occur: a tie requires that 5^-q divides the significand and
    /// leaves a quotient of 54 bits, but 5^5 leaves fewer.
    static let tielessExponents = -342 ... -5

    /// The double nearest to `significand * 10^q`, for a `q` in ``tielessExponents``.
    ///
    /// It is negative if `sign` is 1, and positive if `sign` is 0. NaN if the double would be
    /// neither normal nor 0.
    @inline(__always)
    static func double(
        _ significand: UInt64,
        _ q: Int,
        _ sign: UInt64,
        _ powers: PowersOfFive
    ) -> Double {
        guard significand != 0 else { return sign == 1 ? -0.0 : 0 }
        let zeros = UInt64(truncatingIfNeeded: significand.leadingZeroBitCount)
        let high = Product.bits(significand &<< zeros, q, powers).high
        // The conversion from an integer rounds to 53 bits. The last bit is a sticky bit for the
        // bits that were cut off, which are never all 0 when the leading 54 bits look like a tie.
        let rounded = Double(Int64(truncatingIfNeeded: high &>> 1 | 1))
        // Scales from 2^62 or 2^63 by the binary exponent of the power of ten, less the zeros.
        let shift =
            PowersOfFive.binaryExponent(ofTenTo: q) &+ 2 &- Int(truncatingIfNeeded: zeros)
        // From 10^-307 on, all doubles are normal.
        guard q >= -307 || Int(truncatingIfNeeded: rounded.bitPattern &>> 52) &+ shift > 0
        else { return .nan }
        return Double(
            bitPattern: rounded.bitPattern &+ UInt64(truncatingIfNeeded: shift) &<< 52
                | sign &<< 63
        )
    }

    /// The bits of a subnormal double.
    ///
    /// No ties occur: they need a power of five close to one.
    @inline(never)
    private static func subnormal(_ bits: UInt64, _ exponent: Int) -> UInt64 {
        let shift = 1 - exponent
        guard shift < 64 else { return 0 }
        let shifted = bits >> UInt64(shift)
        // Rounding up to the smallest normal number carries into the exponent field.
        return (shifted + (shifted & 1)) >> 1
    }
}

/// The leading bits of a significand times a power of ten.
private struct Product {
    /// The leading 128 bits of the product, of which the first may be 0.
    let high: UInt64
    let low: UInt64
    /// The 53 bits of the double and a rounding bit.
    let bits: UInt64
    /// The exponent field of the double; 0 or negative if the double is subnormal.
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

    /// The leading 128 bits of the product with a significand whose first bit is 1.
    ///
    /// The first bit of the product may be 0.
    @inline(__always)
    static func bits(
        _ significand: UInt64,
        _ q: Int,
        _ powers: PowersOfFive
    ) -> (high: UInt64, low: UInt64) {
        let power = powers[q]
        var (high, low) = significand.multipliedFullWidth(by: power.high)
        if high & 0x1FF == 0x1FF {
            // Only in this case can a carry from the lower word of the power reach the double.
            let lower = significand.multipliedFullWidth(by: power.low).high
            low &+= lower
            if low < lower { high &+= 1 }
        }
        return (high, low)
    }

    /// The bits of the nearest normal double, ties to even.
    @inline(__always)
    func rounded(isTie: Bool) -> UInt64 {
        let rounded = (bits &+ (isTie ? 0 : bits & 1)) &>> 1
        // The leading 1 of `rounded` adds 1 to the exponent field, and a carry adds another 1.
        return (UInt64(truncatingIfNeeded: exponent &- 1) &<< 52) &+ rounded
    }

    /// Whether the product is halfway between two doubles and the one below is even.
    ///
    /// This is possible for a few powers only, and only if no bit has been cut off: `5^-q` must
    /// divide a significand below 2^64 and leave 54 bits, or `5^q` must fit into 54 bits.
    func isTie(_ q: Int) -> Bool {
        q >= -4 && q <= 23 && low <= 1 && bits & 3 == 1 && bits &<< (high &>> 63 &+ 9) == high
    }
}
