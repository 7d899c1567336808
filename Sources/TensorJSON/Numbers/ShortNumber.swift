// SPDX-License-Identifier: Apache-2.0

internal import CBytes

/// A number of common length, read several digits at a time.
///
/// The code does not branch on the count of digits where it varies from number to number (15 to 17
/// for most doubles): a misprediction would cost as much as reading the number.
struct ShortNumber {
    let value: Double
    /// The length of the number in bytes with its sign; negative if `LongNumber` has to read or
    /// reject it.
    let end: Int
    /// Whether the number is followed by the closing bracket of the array.
    var isLast = false

    private static let none = Self(value: 0, end: -1)

    /// A form that most numbers of an array share; each form has its own, faster method.
    enum Form {
        /// An integer of up to seven digits, such as a class index or a label.
        case integer
        /// Up to seven digits with a decimal point among them.
        case shortFraction
        /// Up to fifteen digits with a decimal point among them, such as a single-precision number.
        case mediumFraction
        /// One digit before the point and 11 to 18 after it, like most doubles of [0, 1).
        case longFraction
        case other
    }

    /// The form that the number at the start of a window appears to have.
    @inline(__always)
    static func form(of text: ByteWindow) -> Form {
        let first = text.byte(at: 0) == ASCII.minus ? 1 : 0
        let nonDigits = text.nonDigitMask(at: first)
        let integerCount = nonDigits.trailingZeroBitCount
        let hasPoint = text.byte(at: first &+ integerCount) == ASCII.point
        let length = (hasPoint ? nonDigits & (nonDigits &- 1) : nonDigits).trailingZeroBitCount
        if length < 9 {
            return hasPoint ? .shortFraction : first == 0 && length < 8 ? .integer : .other
        }
        if hasPoint, integerCount == 1, length > 12 { return .longFraction }
        return hasPoint && length <= 16 ? .mediumFraction : .other
    }

    /// Reads a number of a given form at the start of a window, and its separator.
    ///
    /// - Returns: the number, with the start of the next number in `end`; a negative `end` if the
    ///   text has another form.
    @inline(__always)
    static func read(
        _ form: Form,
        _ text: ByteWindow,
        _ powers: PowersOfFive,
        _ separator: Separator,
        _ gap: inout Int
    ) -> Self {
        switch form {
        case .integer: readInteger(text, separator, &gap)
        case .shortFraction: readShortFraction(text, powers, separator, &gap)
        case .mediumFraction: readMediumFraction(text, powers, separator, &gap)
        case .longFraction: readLongFraction(text, powers, separator, &gap)
        case .other: none
        }
    }

    @inline(__always)
    private static func readInteger(
        _ text: ByteWindow,
        _ separator: Separator,
        _ gap: inout Int
    ) -> Self {
        let word = text.word(at: 0)
        let count = EightDigits.count(EightDigits.nonDigits(word))
        guard text.byte(at: count) == separator.byte, count > 0,
            count == 1 || word & 0xFF != UInt64(ASCII.zero)
        else { return none }
        let number = EightDigits.number(word, first: count)
        return Self(value: Double(Int64(truncatingIfNeeded: number)), end: count)
            .past(separator, text, &gap)
    }

    @inline(__always)
    private static func readShortFraction(
        _ text: ByteWindow,
        _ powers: PowersOfFive,
        _ separator: Separator,
        _ gap: inout Int
    ) -> Self {
        let sign: UInt64 = text.byte(at: 0) == ASCII.minus ? 1 : 0
        let first = Int(truncatingIfNeeded: sign)
        let word = text.word(at: first)
        let nonDigits = EightDigits.nonDigits(word)
        let integerCount = EightDigits.count(nonDigits)
        // Joins the digits before and after the point.
        let mask = EightDigits.mask(before: nonDigits)
        let digits = word & mask | (text.word(at: first &+ 1)) & ~mask
        let count = EightDigits.count(EightDigits.nonDigits(digits))
        let end = first &+ count &+ 1
        let isLong = count == 8 || integerCount == 0 || count == integerCount
        guard text.byte(at: first &+ integerCount) == ASCII.point,
            text.byte(at: end) == separator.byte, !isLong,
            integerCount == 1 || word & 0xFF != UInt64(ASCII.zero)
        else { return none }
        // Both operands are exact, so the quotient is rounded once (Clinger, "How to read floating
        // point numbers accurately", 1990).
        let significand = Int64(truncatingIfNeeded: EightDigits.number(digits, first: count))
        let scale = Int64(truncatingIfNeeded: powers.ten(to: count &- integerCount))
        return Self(value: (Double(significand) / Double(scale)).negated(sign), end: end)
            .past(separator, text, &gap)
    }

    @inline(__always)
    private static func readMediumFraction(
        _ text: ByteWindow,
        _ powers: PowersOfFive,
        _ separator: Separator,
        _ gap: inout Int
    ) -> Self {
        let sign: UInt64 = text.byte(at: 0) == ASCII.minus ? 1 : 0
        let first = Int(truncatingIfNeeded: sign)
        // As for long fractions, the end does not depend on the sign.
        let nonDigits = text.nonDigitMask(at: 0)
        let marks = nonDigits & ~1
        let point = marks.trailingZeroBitCount
        let end = (marks & (marks &- 1)).trailingZeroBitCount
        let integerCount = point &- first
        let length = end &- first
        guard text.byte(at: point) == ASCII.point, text.byte(at: end) == separator.byte,
            nonDigits & 1 == UInt32(truncatingIfNeeded: sign), integerCount > 0,
            length > integerCount &+ 1, length <= 16,
            integerCount == 1 || text.byte(at: first) != ASCII.zero
        else { return none }
        // Joins the digits before and after the point.
        let mask = cbytes_prefix_mask(UInt32(truncatingIfNeeded: integerCount))
        let digits =
            (text.words(at: first) & mask | text.words(at: first &+ 1) & ~mask)
            &- EightDigits.zeros
        let numbers = EightDigits.numbers(
            digits & cbytes_prefix_mask(UInt32(truncatingIfNeeded: length &- 1))
        )
        // Padded with zeros to sixteen digits, the significand is at most fifteen digits times ten,
        // which is twice a number below 2^53. Hence both operands are exact and the quotient is
        // rounded once.
        let significand = Int64(truncatingIfNeeded: numbers[0] &* 100_000_000 &+ numbers[1])
        let scale = Int64(truncatingIfNeeded: powers.ten(to: 16 &- integerCount))
        return Self(value: (Double(significand) / Double(scale)).negated(sign), end: end)
            .past(separator, text, &gap)
    }

    @inline(__always)
    private static func readLongFraction(
        _ text: ByteWindow,
        _ powers: PowersOfFive,
        _ separator: Separator,
        _ gap: inout Int
    ) -> Self {
        let digits = Digits(text)
        // Computed from the start rather than from the sign, so that the processor can begin the
        // next number early: that depends on nothing else.
        let end = 13 &+ EightDigits.count(EightDigits.nonDigits(text.word(at: 13)))
        guard digits.isLongFraction, end == digits.end, text.byte(at: end) == separator.byte
        else { return none }
        return Self(
            value: EiselLemire.double(digits.significand, -18, digits.sign, powers),
            end: end
        ).past(separator, text, &gap)
    }

    /// Reads a number of any form at the start of a window, and its separator, or the closing bracket
    /// of an array.
    ///
    /// Numbers of up to 19 digits, not counting a zero before the point, are read without branches
    /// on properties that vary from number to number: a mask joins the digits before and after the
    /// point, which are padded with zeros to 19.
    @inline(__always)
    static func readAny(
        _ text: ByteWindow,
        _ powers: PowersOfFive,
        _ separator: Separator,
        _ gap: inout Int
    ) -> Self {
        let sign: UInt64 = text.byte(at: 0) == ASCII.minus ? 1 : 0
        let first = Int(truncatingIfNeeded: sign)
        // As for long fractions, the end does not depend on the sign.
        let nonDigits = text.nonDigitMask(at: 0)
        let marks = nonDigits & ~1
        let point = marks.trailingZeroBitCount
        let hasPoint = text.byte(at: point) == ASCII.point
        var end = (hasPoint ? marks & (marks &- 1) : marks).trailingZeroBitCount
        let integerCount = point &- first
        let length = end &- first
        // A leading zero is not significant and must be the only digit before the point.
        let zero = text.byte(at: first) == ASCII.zero ? 1 : 0
        let isValid =
            nonDigits & 1 == UInt32(truncatingIfNeeded: sign)
            && integerCount > 0 && (zero == 0 || integerCount == 1)
            && (!hasPoint || length > integerCount &+ 1)
        let count = length &- (hasPoint ? 1 : 0) &- zero
        guard isValid, count <= 19 else { return none }
        let start = first &+ zero
        let before = integerCount &- zero
        // Without a point, all digits count as digits before it.
        let mask = cbytes_prefix_mask(UInt32(truncatingIfNeeded: before))
        let kept = cbytes_prefix_mask(UInt32(truncatingIfNeeded: count))
        let digits =
            (text.words(at: start) & mask | text.words(at: start &+ 1) & ~mask)
            &- EightDigits.zeros
        let numbers = EightDigits.numbers(digits & kept)
        let lastMask = cbytes_prefix_mask_third_word(UInt32(truncatingIfNeeded: before))
        let lastDigits =
            ((text.word(at: start &+ 16) & lastMask | text.word(at: start &+ 17) & ~lastMask)
                &- EightDigits.zeros)
            & cbytes_prefix_mask_third_word(UInt32(truncatingIfNeeded: count))
        let last =
            (lastDigits & 0xFF) &* 100 &+ (lastDigits &>> 8 & 0xFF) &* 10
            &+ (lastDigits &>> 16 & 0xFF)
        let significand =
            numbers[0] &* 100_000_000_000 &+ numbers[1] &* 1_000 &+ last
        var exponent = before &- 19
        if text.byte(at: end).isExponentMark {
            let mark = text.byte(at: end &+ 1)
            let isNegative = mark == ASCII.minus
            let from = end &+ (isNegative || mark == ASCII.plus ? 2 : 1)
            let word = text.word(at: from)
            let exponentCount = EightDigits.count(EightDigits.nonDigits(word))
            guard exponentCount > 0, exponentCount < 4 else { return none }
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
            if value == value { return Self(value: value, end: end).pastAny(separator, text, &gap) }
        }
        let bits = EiselLemire.bits(significand, exponent, powers)
        guard bits < Double.infinity.bitPattern else { return none }
        return Self(value: Double(bitPattern: bits).negated(sign), end: end).pastAny(
            separator,
            text,
            &gap
        )
    }

    /// The byte after a number, and whether white space may follow it.
    struct Separator {
        let byte: UInt8
        let precedesWhitespace: Bool

        /// The comma after an element of a JSON array.
        @inline(__always)
        static var element: Separator { Separator(byte: ASCII.comma, precedesWhitespace: true) }

        /// The byte after a cell of a table.
        @inline(__always)
        static func cell(_ byte: UInt8) -> Separator {
            Separator(byte: byte, precedesWhitespace: false)
        }
    }

    /// Moves past the separator at the end of the number, and the white space that may follow it.
    @inline(__always)
    private func past(_ separator: Separator, _ text: ByteWindow, _ gap: inout Int) -> Self {
        separator.precedesWhitespace ? pastComma(text, &gap) : Self(value: value, end: end &+ 1)
    }

    /// Moves past the separator after the number, if it is there, and the white space that may follow
    /// it, or marks the number as the last one of an array.
    @inline(__always)
    private func pastAny(_ separator: Separator, _ text: ByteWindow, _ gap: inout Int) -> Self {
        guard separator.precedesWhitespace else {
            let isSeparated = end >= 0 && text.byte(at: end) == separator.byte
            return isSeparated ? Self(value: value, end: end &+ 1) : .none
        }
        guard end >= 0, text.byte(at: end) != ASCII.comma else {
            return end >= 0 ? pastComma(text, &gap) : .none
        }
        let isLast = text.byte(at: end) == ASCII.closeBracket
        return isLast ? Self(value: value, end: end, isLast: true) : .none
    }

    /// Moves past the comma at the end of the number and the white space after it.
    @inline(__always)
    private func pastComma(_ text: ByteWindow, _ gap: inout Int) -> Self {
        guard text.byte(at: end &+ 1) <= 0x20 else { return Self(value: value, end: end &+ 1) }
        guard end <= 54 else { return .none }
        let mask = text.nonWhitespaceMask(at: end &+ 1)
        // One space, as Python writes it, or the same white space as last time: then the start of
        // the next number does not depend on counting.
        guard mask & 3 != 2 else { return Self(value: value, end: end &+ 2) }
        guard
            mask & (2 &<< UInt32(truncatingIfNeeded: gap) &- 1)
                != 1 &<< UInt32(truncatingIfNeeded: gap)
        else { return Self(value: value, end: end &+ 1 &+ gap) }
        let spaces = mask.trailingZeroBitCount
        // White space beyond a line end and an indentation of 14 columns is left to the caller.
        guard spaces < 16 else { return .none }
        gap = spaces
        return Self(value: value, end: end &+ 1 &+ spaces)
    }

    /// Reads the number at the start of a window.
    @inline(__always)
    static func read(_ text: ByteWindow, _ powers: PowersOfFive) -> Self {
        let digits = Digits(text)
        guard digits.isLongFraction else { return readOther(text, digits.sign, powers) }
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

    /// The digits of a number with one digit before the point and 11 to 18 after it.
    private struct Digits {
        let sign: UInt64
        /// The values of the digit before the point and of two digits after it.
        private let head: UInt32
        /// The next sixteen bytes.
        private let rest: SIMD2<UInt64>
        /// The count of digits in `rest`.
        private let count: Int

        @inline(__always)
        init(_ text: ByteWindow) {
            sign = text.byte(at: 0) == ASCII.minus ? 1 : 0
            let first = Int(truncatingIfNeeded: sign)
            // A digit, the point and two digits: XOR with "0.00" leaves the digit values and 0.
            head = text.halfWord(at: first) ^ 0x3030_2E30
            rest = text.words(at: first &+ 4)
            count = (cbytes_non_digit_mask(rest) | 1 &<< 16).trailingZeroBitCount
        }

        /// Whether the number has this form, with at least 11 digits after the point.
        @inline(__always)
        var isLongFraction: Bool {
            (head | (head &+ 0x7676_7F76)) & 0x8080_8080 == 0 && count > 8
        }

        /// The offset after the 18th digit after the point, or after the last one.
        @inline(__always)
        var end: Int { Int(truncatingIfNeeded: sign) &+ 4 &+ count }

        /// The digits as one integer, padded with zeros to 18 after the point, so that a single
        /// power of ten serves all.
        @inline(__always)
        var significand: UInt64 {
            let two = (head &>> 16 &* 0x0A01) &>> 8 & 0xFF
            let numbers = EightDigits.numbers(
                (rest &- EightDigits.zeros)
                    & cbytes_prefix_mask(UInt32(truncatingIfNeeded: count))
            )
            return UInt64(head & 0xFF &* 100 &+ two) &* 10_000_000_000_000_000
                &+ numbers[0] &* 100_000_000 &+ numbers[1]
        }
    }

    /// Reads a number of up to 7 digits, optionally followed by a point and up to 15 more.
    @inline(__always)
    private static func readOther(
        _ text: ByteWindow,
        _ sign: UInt64,
        _ powers: PowersOfFive
    ) -> Self {
        let first = Int(truncatingIfNeeded: sign & 1)
        let word = text.word(at: first)
        let integerCount = EightDigits.count(EightDigits.nonDigits(word))
        let hasLeadingZero = integerCount > 1 && word & 0xFF == UInt64(ASCII.zero)
        guard integerCount > 0, integerCount < 8, !hasLeadingZero else { return none }
        var significand = EightDigits.number(word, first: integerCount)
        var end = first &+ integerCount
        var exponent = 0
        if text.byte(at: end) == ASCII.point {
            let fraction = text.word(at: end &+ 1)
            let nonDigits = EightDigits.nonDigits(fraction)
            let count = EightDigits.count(nonDigits)
            guard count > 0 else { return none }
            // Padded with zeros to 8 digits after the point.
            significand =
                significand &* 100_000_000
                &+ EightDigits.sum(
                    (fraction &- EightDigits.zeros) & EightDigits.mask(before: nonDigits)
                )
            end &+= 1 &+ count
            exponent = -8
            if count == 8 {
                let rest = text.word(at: end)
                let count = EightDigits.count(EightDigits.nonDigits(rest))
                // At most 7, 8 and 7 digits, which may overflow beyond 19.
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
        // Below 2^53 both operands are exact, so the quotient is rounded once (Clinger, "How to
        // read floating point numbers accurately", 1990).
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

    /// Reads the exponent after a significand and scales the number by it.
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
        let hasSign = exponentSign == ASCII.minus || exponentSign == ASCII.plus
        let start = mark &+ (hasSign ? 2 : 1)
        let word = text.word(at: start)
        let count = EightDigits.count(EightDigits.nonDigits(word))
        guard count > 0, count < 8 else { return none }
        let magnitude = Int(truncatingIfNeeded: EightDigits.number(word, first: count))
        let scaled = exponent &+ (exponentSign == ASCII.minus ? 0 &- magnitude : magnitude)
        let bits = EiselLemire.bits(significand, scaled, powers)
        guard bits < Double.infinity.bitPattern else { return none }
        return Self(value: Double(bitPattern: bits).negated(sign), end: start &+ count)
    }
}

extension Double {
    /// The number itself if `sign` is 0, its negative if `sign` is 1.
    @inline(__always)
    fileprivate func negated(_ sign: UInt64) -> Double {
        Double(bitPattern: bitPattern ^ sign &<< 63)
    }
}
