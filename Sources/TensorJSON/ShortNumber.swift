// SPDX-License-Identifier: Apache-2.0

/// A number of the usual length: up to 7 digits before the point, about 18 after it, and an
/// exponent of up to 7.
///
/// There is no branch on the count of digits where it varies from number to number, 15 to 17 for
/// most doubles: a processor would predict it wrongly, at the price of the whole method.
struct ShortNumber {
    /// The bits of the double.
    let bits: UInt64
    /// The count of bytes of the number; negative if it is one for `LongNumber` to read or refuse.
    let end: Int

    private static let none = Self(bits: 0, end: -1)

    /// Reads the number, without a sign, at the start of a text.
    @inline(__always)
    static func read(_ text: Span<UInt8>, _ powers: PowersOfFive) -> Self {
        let digit = UInt64(text.byte(at: 0) &- Character8.zero)
        let isUnit = digit < 10 && text.byte(at: 1) == Character8.point
        guard var decimal = isUnit ? fraction(text, digit) : mixed(text, powers) else {
            return .none
        }
        let bits: UInt64
        if text.byte(at: decimal.end).isExponentMark {
            guard let scaled = scaled(text, decimal) else { return .none }
            decimal = scaled
            bits = EiselLemire.bits(decimal.significand, decimal.exponent, powers)
            guard bits < Double.infinity.bitPattern else { return .none }
        } else if isUnit {
            bits = EiselLemire.bits(decimal.significand, small: decimal.exponent, powers)
        } else if decimal.exponent == 0 {
            bits = Double(Int64(truncatingIfNeeded: decimal.significand)).bitPattern
        } else {
            bits = EiselLemire.bits(decimal.significand, decimal.exponent, powers)
        }
        return Self(bits: bits, end: decimal.end)
    }

    private struct Decimal {
        var significand: UInt64
        var exponent: Int
        var end: Int
    }

    /// Reads the digits after the point of a number with one digit before it.
    ///
    /// They are filled up with zeros to a fixed count, so that few powers of ten are needed.
    @inline(__always)
    private static func fraction(_ text: Span<UInt8>, _ digit: UInt64) -> Decimal? {
        let first = text.word(at: 2)
        let breaks = EightDigits.breaks(first)
        guard breaks == 0 else {
            let count = EightDigits.count(breaks)
            guard count > 0 else { return nil }
            let significand =
                digit &* 100_000_000 &+ EightDigits.number(first, filledUpFrom: breaks)
            return Decimal(significand: significand, exponent: -8, end: 2 &+ count)
        }
        let second = text.word(at: 10)
        let third = text.word(at: 18)
        let secondBreaks = EightDigits.breaks(second)
        // Where the second word ends the number, the third has nothing to do with it.
        let thirdBreaks = EightDigits.breaks(third) | (secondBreaks == 0 ? 0 : 0x80)
        let count = EightDigits.count(secondBreaks) &+ EightDigits.count(thirdBreaks)
        let sixteen =
            (digit &* 100_000_000 &+ EightDigits.number(first)) &* 100_000_000
            &+ EightDigits.number(second, filledUpFrom: secondBreaks)
        // Nineteen digits are sure to fit into 64 bits: 3 of the third word, or 2 if there is a
        // digit other than 0 before the point, that is if `taken` is 1 and not 0.
        let taken = (digit &+ 15) &>> 4
        guard count <= 11 &- Int(truncatingIfNeeded: taken) else { return nil }
        let digits = EightDigits.values(third, before: thirdBreaks)
        let two = (digits & 0xFF) &* 10 &+ (digits &>> 8 & 0xFF)
        let three = two &* (10 &- 9 &* taken) &+ digits &>> 16
        return Decimal(
            significand: sixteen &* (1000 &- 900 &* taken) &+ three,
            exponent: -19 &+ Int(truncatingIfNeeded: taken),
            end: 10 &+ count
        )
    }

    /// Reads a number with any count of digits before the point, or without a point.
    @inline(__always)
    private static func mixed(_ text: Span<UInt8>, _ powers: PowersOfFive) -> Decimal? {
        let word = text.word(at: 0)
        let count = EightDigits.count(EightDigits.breaks(word))
        let hasLeadingZero = word & 0xFF == UInt64(Character8.zero) && count > 1
        guard count > 0, count < 8, !hasLeadingZero else { return nil }
        let whole = EightDigits.number(word, first: count)
        guard text.byte(at: count) == Character8.point else {
            return Decimal(significand: whole, exponent: 0, end: count)
        }
        let first = text.word(at: count &+ 1)
        let second = text.word(at: count &+ 9)
        let firstCount = EightDigits.count(EightDigits.breaks(first))
        let secondCount =
            EightDigits.count(EightDigits.breaks(second)) & (firstCount == 8 ? 15 : 0)
        guard firstCount > 0, secondCount < 8 else { return nil }
        let scale = powers.ten(to: secondCount)
        let tail =
            EightDigits.number(first, first: firstCount) &* scale
            &+ EightDigits.number(second, first: secondCount)
        // At most 7, 8 and 7 digits; more than 19 of them may be too many.
        let (head, overflow) = whole.multipliedReportingOverflow(
            by: powers.ten(to: firstCount) &* scale
        )
        guard !overflow, head <= .max - 1_000_000_000_000_000 else { return nil }
        return Decimal(
            significand: head &+ tail,
            exponent: 0 &- firstCount &- secondCount,
            end: count &+ 1 &+ firstCount &+ secondCount
        )
    }

    /// Reads the exponent whose mark stands where a decimal ends.
    @inline(__always)
    private static func scaled(_ text: Span<UInt8>, _ decimal: Decimal) -> Decimal? {
        let sign = text.byte(at: decimal.end &+ 1)
        let hasSign = sign == Character8.minus || sign == Character8.plus
        let start = decimal.end &+ (hasSign ? 2 : 1)
        let word = text.word(at: start)
        let count = EightDigits.count(EightDigits.breaks(word))
        guard count > 0, count < 8 else { return nil }
        let magnitude = Int(truncatingIfNeeded: EightDigits.number(word, first: count))
        let exponent = sign == Character8.minus ? 0 &- magnitude : magnitude
        return Decimal(
            significand: decimal.significand,
            exponent: decimal.exponent &+ exponent,
            end: start &+ count
        )
    }
}
