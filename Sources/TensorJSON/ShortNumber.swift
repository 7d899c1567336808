// SPDX-License-Identifier: Apache-2.0

internal import CBytes

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

    /// What the numbers of an array mostly have in common: each form has a way of its own that is
    /// shorter than that for all.
    enum Form {
        /// A whole number of up to seven digits, as classes and labels are.
        case whole
        /// Up to seven digits, some of them after a point.
        case few
        /// Up to fifteen digits, some of them after a point, as single-precision numbers have them.
        case medium
        /// One digit before the point and 11 to 18 after it: most doubles of [0, 1).
        case many
        case other
    }

    /// The form that the number at the start of a text seems to have.
    @inline(__always)
    static func form(of text: ByteWindow) -> Form {
        let first = text.byte(at: 0) == Character8.minus ? 1 : 0
        let others = text.others(at: first)
        let wholeCount = others.trailingZeroBitCount
        let hasPoint = text.byte(at: first &+ wholeCount) == Character8.point
        let length = (hasPoint ? others & (others &- 1) : others).trailingZeroBitCount
        if length < 9 { return hasPoint ? .few : first == 0 && length < 8 ? .whole : .other }
        if hasPoint, wholeCount == 1, length > 12 { return .many }
        return hasPoint && length <= 16 ? .medium : .other
    }

    /// Reads the number at the start of a text if it is of a form, and the comma and white space
    /// after it; `end` is where the next number starts.
    ///
    /// - Returns: a negative `end` where there is anything else.
    @inline(__always)
    static func read(
        _ form: Form,
        _ text: ByteWindow,
        _ powers: PowersOfFive,
        _ gap: inout Int
    ) -> Self {
        switch form {
        case .whole: readWhole(text, &gap)
        case .few: readFew(text, powers, &gap)
        case .medium: readMedium(text, powers, &gap)
        case .many: readMany(text, powers, &gap)
        case .other: none
        }
    }

    @inline(__always)
    private static func readWhole(_ text: ByteWindow, _ gap: inout Int) -> Self {
        let word = text.word(at: 0)
        let count = EightDigits.count(EightDigits.breaks(word))
        guard text.byte(at: count) == Character8.comma, count > 0,
            count == 1 || word & 0xFF != UInt64(Character8.zero)
        else { return none }
        let number = EightDigits.number(word, first: count)
        return Self(value: Double(Int64(truncatingIfNeeded: number)), end: count)
            .behindComma(text, &gap)
    }

    @inline(__always)
    private static func readFew(
        _ text: ByteWindow,
        _ powers: PowersOfFive,
        _ gap: inout Int
    ) -> Self {
        let sign: UInt64 = text.byte(at: 0) == Character8.minus ? 1 : 0
        let first = Int(truncatingIfNeeded: sign)
        let word = text.word(at: first)
        let breaks = EightDigits.breaks(word)
        let wholeCount = EightDigits.count(breaks)
        // The digits after the point move to those before it.
        let mask = EightDigits.mask(before: breaks)
        let digits = word & mask | (text.word(at: first &+ 1)) & ~mask
        let count = EightDigits.count(EightDigits.breaks(digits))
        let end = first &+ count &+ 1
        let isLong = count == 8 || wholeCount == 0 || count == wholeCount
        guard text.byte(at: first &+ wholeCount) == Character8.point,
            text.byte(at: end) == Character8.comma, !isLong,
            wholeCount == 1 || word & 0xFF != UInt64(Character8.zero)
        else { return none }
        // Both numbers are exact, so that the quotient is rounded once (Clinger, "How to read
        // floating point numbers accurately", 1990).
        let significand = Int64(truncatingIfNeeded: EightDigits.number(digits, first: count))
        let scale = Int64(truncatingIfNeeded: powers.ten(to: count &- wholeCount))
        return Self(value: (Double(significand) / Double(scale)).negated(sign), end: end)
            .behindComma(text, &gap)
    }

    @inline(__always)
    private static func readMedium(
        _ text: ByteWindow,
        _ powers: PowersOfFive,
        _ gap: inout Int
    ) -> Self {
        let sign: UInt64 = text.byte(at: 0) == Character8.minus ? 1 : 0
        let first = Int(truncatingIfNeeded: sign)
        let others = text.others(at: first)
        let wholeCount = others.trailingZeroBitCount
        let length = (others & (others &- 1)).trailingZeroBitCount
        let end = first &+ length
        guard text.byte(at: first &+ wholeCount) == Character8.point,
            text.byte(at: end) == Character8.comma, wholeCount > 0, length > wholeCount &+ 1,
            length <= 16, wholeCount == 1 || text.byte(at: first) != Character8.zero
        else { return none }
        // The digits after the point move to those before it.
        let mask = cbytes_first(UInt32(truncatingIfNeeded: wholeCount))
        let digits =
            (text.words(at: first) & mask | text.words(at: first &+ 1) & ~mask)
            &- EightDigits.zeros
        let numbers = EightDigits.numbers(
            digits & cbytes_first(UInt32(truncatingIfNeeded: length &- 1))
        )
        // Filled up with zeros to sixteen digits: at most fifteen digits times ten, which is twice
        // a number below 2^53. So both numbers are exact, and the quotient is rounded once.
        let significand = Int64(truncatingIfNeeded: numbers[0] &* 100_000_000 &+ numbers[1])
        let scale = Int64(truncatingIfNeeded: powers.ten(to: 16 &- wholeCount))
        return Self(value: (Double(significand) / Double(scale)).negated(sign), end: end)
            .behindComma(text, &gap)
    }

    @inline(__always)
    private static func readMany(
        _ text: ByteWindow,
        _ powers: PowersOfFive,
        _ gap: inout Int
    ) -> Self {
        let digits = Digits(text)
        // The end is found from the start and not from the sign, and the byte after the comma is
        // guessed: the next number depends on nothing else, and can be begun all the sooner.
        let end = 13 &+ EightDigits.count(EightDigits.breaks(text.word(at: 13)))
        guard digits.areMany, end &- digits.first <= 20, text.byte(at: end) == Character8.comma
        else { return none }
        return Self(
            value: EiselLemire.double(digits.significand, -18, digits.sign, powers),
            end: end
        ).behindComma(text, &gap)
    }

    /// Reads the number at the start of a text, of whatever form, and the comma or closing bracket
    /// after it.
    ///
    /// Numbers of up to 19 digits, a zero before the point apart, are read at once. There is no
    /// branch on what varies from number to number: the digits before the point and those after it
    /// are put together by a mask, and filled up with zeros to 19.
    @inline(__always)
    static func readAny(
        _ text: ByteWindow,
        _ powers: PowersOfFive,
        _ gap: inout Int
    ) -> Self {
        let sign: UInt64 = text.byte(at: 0) == Character8.minus ? 1 : 0
        let first = Int(truncatingIfNeeded: sign)
        let others = text.others(at: first)
        let wholeCount = others.trailingZeroBitCount
        let hasPoint = text.byte(at: first &+ wholeCount) == Character8.point
        let length = (hasPoint ? others & (others &- 1) : others).trailingZeroBitCount
        // A zero in front is no digit that counts, and stands alone before the point.
        let zero = text.byte(at: first) == Character8.zero ? 1 : 0
        let isSound =
            wholeCount > 0 && (zero == 0 || wholeCount == 1)
            && (!hasPoint || length > wholeCount &+ 1)
        let count = length &- (hasPoint ? 1 : 0) &- zero
        guard isSound, count <= 19 else {
            return read(text, powers).withSeparator(text, &gap)
        }
        let start = first &+ zero
        let before = wholeCount &- zero
        // Where there is no point, all digits come before it.
        let mask = cbytes_first(UInt32(truncatingIfNeeded: before))
        let kept = cbytes_first(UInt32(truncatingIfNeeded: count))
        let digits =
            (text.words(at: start) & mask | text.words(at: start &+ 1) & ~mask)
            &- EightDigits.zeros
        let numbers = EightDigits.numbers(digits & kept)
        let lastMask = cbytes_first_of_third(UInt32(truncatingIfNeeded: before))
        let lastDigits =
            ((text.word(at: start &+ 16) & lastMask | text.word(at: start &+ 17) & ~lastMask)
                &- EightDigits.zeros) & cbytes_first_of_third(UInt32(truncatingIfNeeded: count))
        let last =
            (lastDigits & 0xFF) &* 100 &+ (lastDigits &>> 8 & 0xFF) &* 10
            &+ (lastDigits &>> 16 & 0xFF)
        let significand =
            numbers[0] &* 100_000_000_000 &+ numbers[1] &* 1_000 &+ last
        var exponent = before &- 19
        var end = first &+ length
        if text.byte(at: end).isExponentMark {
            let mark = text.byte(at: end &+ 1)
            let isNegative = mark == Character8.minus
            let from = end &+ (isNegative || mark == Character8.plus ? 2 : 1)
            let word = text.word(at: from)
            let exponentCount = EightDigits.count(EightDigits.breaks(word))
            guard exponentCount > 0, exponentCount < 4 else {
                return read(text, powers).withSeparator(text, &gap)
            }
            let digits =
                (UInt32(truncatingIfNeeded: word) &- 0x3030_3030)
                &<< UInt32(truncatingIfNeeded: 8 &* (4 &- exponentCount))
            let magnitude = Int(
                truncatingIfNeeded: (digits &>> 8 & 0xFF) &* 100 &+ (digits &>> 16 & 0xFF) &* 10
                    &+ digits &>> 24
            )
            exponent &+= isNegative ? 0 &- magnitude : magnitude
            end = from &+ exponentCount
        }
        if EiselLemire.tielessExponents.contains(exponent) {
            let value = EiselLemire.double(significand, exponent, sign, powers)
            if value == value { return Self(value: value, end: end).withSeparator(text, &gap) }
        }
        let bits = EiselLemire.bits(significand, exponent, powers)
        guard bits < Double.infinity.bitPattern else { return none }
        return Self(value: Double(bitPattern: bits).negated(sign), end: end).withSeparator(
            text,
            &gap
        )
    }

    /// Moves on behind the comma after the number and the white space after that, or says that the
    /// number is the last one.
    @inline(__always)
    private func withSeparator(_ text: ByteWindow, _ gap: inout Int) -> Self {
        guard end >= 0, text.byte(at: end) != Character8.comma else {
            return end >= 0 ? behindComma(text, &gap) : .none
        }
        let isLast = text.byte(at: end) == Character8.closeBracket
        return isLast ? Self(value: value, end: end, isLast: true) : .none
    }

    /// Moves on behind the comma at the end of the number, and the white space after it.
    @inline(__always)
    private func behindComma(_ text: ByteWindow, _ gap: inout Int) -> Self {
        guard text.byte(at: end &+ 1) <= 0x20 else { return Self(value: value, end: end &+ 1) }
        guard end <= 54 else { return .none }
        let blacks = text.blacks(at: end &+ 1)
        // One space, as Python writes it, or as much white space as last time: the place of the
        // next number does not wait for the count.
        guard blacks & 3 != 2 else { return Self(value: value, end: end &+ 2) }
        guard
            blacks & (2 &<< UInt32(truncatingIfNeeded: gap) &- 1)
                != 1 &<< UInt32(truncatingIfNeeded: gap)
        else { return Self(value: value, end: end &+ 1 &+ gap) }
        let spaces = blacks.trailingZeroBitCount
        // More than a line end and an indentation of fourteen columns are for others to skip.
        guard spaces < 16 else { return .none }
        gap = spaces
        return Self(value: value, end: end &+ 1 &+ spaces)
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
            value: EiselLemire.double(digits.significand, -18, digits.sign, powers),
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
