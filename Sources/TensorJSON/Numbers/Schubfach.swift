// SPDX-License-Identifier: Apache-2.0

/// Finds the shortest decimal that reads back as a double; of several, the closest one.
///
/// Giulietti, "The Schubfach way to render doubles" (2020): let `10^k` be the grid just finer than
/// the interval that rounds to the double. At most one decimal in the interval lies on the grid
/// `10^(k+1)`; if it exists, it is the shortest, otherwise the closest one on the finer grid is.
enum Schubfach {
    /// Finds the decimal of a finite double other than zero.
    ///
    /// - Parameters:
    ///   - bits: the bits of the double without its sign.
    ///   - powers: the table of powers.
    /// - Returns: an integer of up to 17 digits, and the exponent of the power of ten that scales
    ///   it.
    @inline(never)
    static func decimal(_ bits: UInt64, _ powers: PowersOfFive) -> (digits: UInt64, k: Int) {
        // The double is c * 2^q.
        let field = Int(bits >> 52)
        let fraction = bits & 0x000F_FFFF_FFFF_FFFF
        let c = field == 0 ? fraction : fraction | 0x0010_0000_0000_0000
        let q = max(field, 1) - 1075
        // At a power of two, the spacing below the double is half the spacing above it.
        let isIrregular = fraction == 0 && field > 1
        // The floor of log10 of 2^q, or of 3/4 * 2^q: log10(2) and log10(4/3) scaled by 2^22.
        let k = (q * 1_262_611 - (isIrregular ? 524_031 : 0)) >> 22
        let h = UInt64(q + PowersOfFive.binaryExponent(ofTenTo: -k) + 1)
        let power = Power(-k, powers)
        // Four times the double and the bounds of its interval, in units of 10^k. The bounds
        // themselves round to the double only if it is even.
        let center = power.times((4 * c) << h)
        let lower = power.times((4 * c - (isIrregular ? 1 : 2)) << h) + c & 1
        let upper = power.times((4 * c + 2) << h) - c & 1

        let floor = center / 4
        let coarse = floor / 10 * 10
        let coarseFits = lower <= 4 * coarse
        let coarseNextFits = 4 * coarse + 40 <= upper
        if coarseFits != coarseNextFits { return (coarseFits ? coarse : coarse + 10, k) }
        let floorFits = lower <= 4 * floor
        let nextFits = 4 * floor + 4 <= upper
        if floorFits != nextFits { return (floorFits ? floor : floor + 1, k) }
        let middle = 4 * floor + 2
        let nextIsCloser = center > middle || (center == middle && floor % 2 == 1)
        return (nextIsCloser ? floor + 1 : floor, k)
    }
}

/// A power of ten as `g * 2^e` with a 128-bit `g`, rounded up unless exact.
private struct Power {
    let high: UInt64
    let low: UInt64

    init(_ exponent: Int, _ powers: PowersOfFive) {
        let entry = powers[exponent]
        high = entry.high
        // Outside these exponents the entries are truncated. No lower word is all ones.
        low = -27...55 ~= exponent ? entry.low : entry.low + 1
    }

    /// The product with a number, without its last 128 bits, rounded to odd.
    ///
    /// The last bit is set if any bit beyond the error of `g` was cut off, which is sufficient for
    /// comparisons with an exact bound.
    func times(_ number: UInt64) -> UInt64 {
        let upper = high.multipliedFullWidth(by: number)
        let lower = low.multipliedFullWidth(by: number)
        let (middle, carry) = upper.low.addingReportingOverflow(lower.high)
        return (upper.high + (carry ? 1 : 0)) | (middle > 1 ? 1 : 0)
    }
}
