// SPDX-License-Identifier: Apache-2.0

/// A number of a usual length, read in a few steps of several digits.
///
/// There is no branch on the count of digits where it varies from number to number, 15 to 17 for
/// most doubles: a processor would predict it wrongly, at the price of the whole method.
struct ShortNumber {
    let value: Double
    /// The count of bytes of the number with its sign; negative if it is one for `LongNumber` to
    /// read or refuse.
    let end: Int
    /// Whether the closing bracket of the array stands at the end.
    var isLast = false

    private static let none = Self(value: 0, end: -1)

    /// Reads the number at the start of a text, and the comma or closing bracket after it; `end` is
    /// the place after the comma and at most one space, or the place of the bracket.
    ///
    /// - Returns: a negative `end` where there is anything else.
    @inline(__always)
    static func readInArray(_ text: ByteWindow, _ powers: PowersOfFive) -> Self {
        let digits = Digits(text)
        // The end is found from the start and not from the sign, and the byte after the comma is
        // guessed: the next number depends on nothing else, and can be begun all the sooner.
        let end = 13 &+ EightDigits.count(EightDigits.breaks(text.word(at: 13)))
        guard digits.areMany else { return readFewInArray(text, digits.sign, powers) }
        guard end &- digits.first <= 20, text.byte(at: end) == Character8.comma,
            text.byte(at: end &+ 1) > 0x20
        else {
            return scaleInArray(digits.significand, digits.sign, text, digits.end, powers)
        }
        return Self(
            value: EiselLemire.double(digits.significand, digits.sign, powers),
            end: end &+ 1
        )
    }

    /// Goes on where many digits end, with an exponent perhaps.
    @inline(never)
    private static func scaleInArray(
        _ significand: UInt64,
        _ sign: UInt64,
        _ text: ByteWindow,
        _ end: Int,
        _ powers: PowersOfFive
    ) -> Self {
        guard !text.byte(at: end).isExponentMark else {
            let comma = comma(text, from: 16)
            return scale(significand, -18, sign, text, end, powers).withSeparator(at: comma, text)
        }
        let comma = comma(text, from: 13)
        let value = EiselLemire.double(significand, sign, powers)
        return Self(value: value, end: end).withSeparator(at: comma, text)
    }

    /// Reads a number of few digits, of up to seven characters at once: 0, 12, 1.25, 0.00125.
    @inline(never)
    private static func readFewInArray(
        _ text: ByteWindow,
        _ sign: UInt64,
        _ powers: PowersOfFive
    ) -> Self {
        let comma = comma(text, from: 0)
        let first = Int(truncatingIfNeeded: sign & 1)
        let word = text.word(at: first)
        let breaks = EightDigits.breaks(word)
        let wholeCount = EightDigits.count(breaks)
        let hasPoint = text.byte(at: first &+ wholeCount) == Character8.point
        // Without the point the digits after it move to those before it.
        let mask = EightDigits.mask(before: breaks)
        let digits = hasPoint ? word & mask | (word &>> 8) & ~mask : word
        let count = EightDigits.count(EightDigits.breaks(digits))
        let end = first &+ count &+ (hasPoint ? 1 : 0)
        let hasLeadingZero = wholeCount > 1 && word & 0xFF == UInt64(Character8.zero)
        let lacksDigits = wholeCount == 0 || hasPoint && count == wholeCount
        guard count < 8, !hasLeadingZero, !lacksDigits else {
            return readOther(text, sign, powers).withSeparator(at: comma, text)
        }
        // Both numbers are exact, so that the quotient is rounded once (Clinger, "How to read
        // floating point numbers accurately", 1990).
        let significand = Int64(truncatingIfNeeded: EightDigits.number(digits, first: count))
        let scale = Int64(truncatingIfNeeded: powers.ten(to: count &- wholeCount))
        let value = (Double(significand) / Double(scale)).negated(sign)
        return Self(value: value, end: end).withSeparator(at: comma, text)
    }

    /// The place of the first comma from a place on, or some place before which there is none.
    @inline(__always)
    private static func comma(_ text: ByteWindow, from start: Int) -> Int {
        var place = start
        while place < start &+ 24 {
            let others = text.word(at: place) ^ 0x2C2C_2C2C_2C2C_2C2C
            let commas = (others &- 0x0101_0101_0101_0101) & ~others & 0x8080_8080_8080_8080
            if commas != 0 { return place &+ EightDigits.count(commas) }
            place &+= 8
        }
        return place
    }

    /// Moves on behind the comma after the number, if that stands where it is thought to be, or
    /// says that the number is the last one.
    @inline(__always)
    private func withSeparator(at place: Int, _ text: ByteWindow) -> Self {
        guard end == place, text.byte(at: place) == Character8.comma else {
            let isLast = end >= 0 && text.byte(at: end) == Character8.closeBracket
            return isLast ? Self(value: value, end: end, isLast: true) : .none
        }
        guard text.byte(at: place &+ 1) <= 0x20 else { return Self(value: value, end: place &+ 1) }
        guard text.byte(at: place &+ 1) == 0x20, text.byte(at: place &+ 2) > 0x20 else {
            return .none
        }
        return Self(value: value, end: place &+ 2)
    }

    /// Reads the number at the start of a text.
    @inline(__always)
    static func read(_ text: ByteWindow, _ powers: PowersOfFive) -> Self {
        let digits = Digits(text)
        guard digits.areMany else { return readOther(text, digits.sign, powers) }
        let next = text.byte(at: digits.end)
        guard !next.isDigit else { return none }
        guard !next.isExponentMark else {
            return scale(digits.significand, -18, digits.sign, text, digits.end, powers)
        }
        return Self(
            value: EiselLemire.double(digits.significand, digits.sign, powers),
            end: digits.end
        )
    }

    /// One digit before the point and 11 to 18 after it.
    private struct Digits {
        let sign: UInt64
        private let head: UInt32
        private let middle: UInt64
        private let last: UInt64
        private let breaks: UInt64
        private let otherBreaks: UInt64

        @inline(__always)
        init(_ text: ByteWindow) {
            sign = text.byte(at: 0) == Character8.minus ? 1 : 0
            let first = Int(truncatingIfNeeded: sign)
            // A digit, the point and two digits: less their zeros, and the point less itself.
            head = text.halfWord(at: first) ^ 0x3030_2E30
            middle = text.word(at: first &+ 4)
            last = text.word(at: first &+ 12)
            breaks = EightDigits.breaks(last)
            otherBreaks =
                UInt64((head | (head &+ 0x7676_7F76)) & 0x8080_8080) | EightDigits.breaks(middle)
        }

        /// The place of the first digit.
        @inline(__always)
        var first: Int { Int(truncatingIfNeeded: sign) }

        /// Whether these are digits, at least 11 after the point.
        @inline(__always)
        var areMany: Bool { otherBreaks | breaks & 0x80 == 0 }

        /// The place after the 18th digit after the point, or the last one.
        @inline(__always)
        var end: Int { first &+ 12 &+ EightDigits.count(breaks) }

        /// The digits as one number, filled up with zeros to 18 after the point, so that one power
        /// of ten is needed.
        @inline(__always)
        var significand: UInt64 {
            let two = (head &>> 16 &* 0x0A01) &>> 8 & 0xFF
            let numbers = EightDigits.numbers(
                (SIMD2(middle, last) &- EightDigits.zeros)
                    & SIMD2(.max, EightDigits.mask(before: breaks))
            )
            return UInt64(head & 0xFF &* 100 &+ two) &* 10_000_000_000_000_000
                &+ numbers[0] &* 100_000_000 &+ numbers[1]
        }
    }

    /// Reads a number of up to 7 digits before the point and up to 15 after it, if there is one.
    @inline(__always)
    private static func readOther(
        _ text: ByteWindow,
        _ sign: UInt64,
        _ powers: PowersOfFive
    ) -> Self {
        let first = Int(truncatingIfNeeded: sign & 1)
        let word = text.word(at: first)
        let wholeCount = EightDigits.count(EightDigits.breaks(word))
        let hasLeadingZero = wholeCount > 1 && word & 0xFF == UInt64(Character8.zero)
        guard wholeCount > 0, wholeCount < 8, !hasLeadingZero else { return none }
        var significand = EightDigits.number(word, first: wholeCount)
        var end = first &+ wholeCount
        var exponent = 0
        if text.byte(at: end) == Character8.point {
            let fraction = text.word(at: end &+ 1)
            let breaks = EightDigits.breaks(fraction)
            let count = EightDigits.count(breaks)
            guard count > 0 else { return none }
            // Filled up with zeros to 8 digits after the point.
            significand =
                significand &* 100_000_000
                &+ EightDigits.sum(
                    (fraction &- EightDigits.zeros) & EightDigits.mask(before: breaks)
                )
            end &+= 1 &+ count
            exponent = -8
            if count == 8 {
                let rest = text.word(at: end)
                let count = EightDigits.count(EightDigits.breaks(rest))
                // At most 7, 8 and 7 digits; more than 19 of them may be too many.
                let (head, overflow) = significand.multipliedReportingOverflow(
                    by: powers.ten(to: count)
                )
                guard count < 8, !overflow, head <= .max - 10_000_000 else { return none }
                significand = head &+ EightDigits.number(rest, first: count)
                end &+= count
                exponent &-= count
            }
        }
        guard !text.byte(at: end).isExponentMark else {
            return scale(significand, exponent, sign, text, end, powers)
        }
        // Below 2^53 both numbers are exact, so that the quotient is rounded once (Clinger, "How
        // to read floating point numbers accurately", 1990).
        let value: Double
        if exponent == 0 {
            value = Double(Int64(truncatingIfNeeded: significand))
        } else if exponent == -8, significand <= 1 &<< 53 {
            value = Double(Int64(truncatingIfNeeded: significand)) / 100_000_000
        } else {
            value = Double(bitPattern: EiselLemire.bits(significand, exponent, powers))
        }
        return Self(value: value.negated(sign), end: end)
    }

    /// Reads the exponent whose mark stands where a decimal ends.
    @inline(never)
    private static func scale(
        _ significand: UInt64,
        _ exponent: Int,
        _ sign: UInt64,
        _ text: ByteWindow,
        _ mark: Int,
        _ powers: PowersOfFive
    ) -> Self {
        let exponentSign = text.byte(at: mark &+ 1)
        let hasSign = exponentSign == Character8.minus || exponentSign == Character8.plus
        let start = mark &+ (hasSign ? 2 : 1)
        let word = text.word(at: start)
        let count = EightDigits.count(EightDigits.breaks(word))
        guard count > 0, count < 8 else { return none }
        let magnitude = Int(truncatingIfNeeded: EightDigits.number(word, first: count))
        let scaled = exponent &+ (exponentSign == Character8.minus ? 0 &- magnitude : magnitude)
        let bits = EiselLemire.bits(significand, scaled, powers)
        guard bits < Double.infinity.bitPattern else { return none }
        return Self(value: Double(bitPattern: bits).negated(sign), end: start &+ count)
    }
}

extension Double {
    /// The same number if `sign` is 0, and its negative if it is 1.
    @inline(__always)
    fileprivate func negated(_ sign: UInt64) -> Double {
        Double(bitPattern: bitPattern ^ sign &<< 63)
    }
}
