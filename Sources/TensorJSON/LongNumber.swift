// SPDX-License-Identifier: Apache-2.0

/// A number of any length and form.
enum LongNumber {
    /// As `NumberToken.read`.
    @inline(never)
    static func read(_ text: Span<UInt8>, _ start: Int, _ powers: PowersOfFive) -> NumberToken {
        let isNegative = text.byte(at: start) == Character8.minus
        let first = start + (isNegative ? 1 : 0)
        var digits = Digits(powers)
        var position = digits.take(text, from: first)
        guard position > first else { return .none }
        let startsWithZero = text.byte(at: first) == Character8.zero
        guard position == first + 1 || !startsWithZero else { return .none }
        if text.byte(at: position) == Character8.point {
            let fraction = position + 1
            digits.isFraction = true
            position = digits.take(text, from: fraction)
            guard position > fraction else { return .none }
        }
        if text.byte(at: position).isExponentMark {
            guard let (exponent, end) = exponent(text, from: position + 1) else { return .none }
            digits.exponent += exponent
            position = end
        }
        var bits = EiselLemire.bits(digits.significand, digits.exponent, powers)
        if digits.isTruncated,
            EiselLemire.bits(digits.significand + 1, digits.exponent, powers) != bits
        {
            bits = exact(text, first..<position) ?? bits
        }
        guard bits < Double.infinity.bitPattern else { return .none }
        return NumberToken(
            value: Double(bitPattern: bits | (isNegative ? 1 << 63 : 0)),
            end: position
        )
    }

    /// The exponent after its mark; nil without digits.
    ///
    /// Beyond a million million all are as good as infinite: no body is long enough to make up
    /// for them.
    private static func exponent(_ text: Span<UInt8>, from start: Int) -> (Int, end: Int)? {
        let sign = text.byte(at: start)
        let first = sign == Character8.minus || sign == Character8.plus ? start + 1 : start
        var position = first
        var exponent = 0
        while text.byte(at: position).isDigit {
            let digit = Int(text.byte(at: position) - Character8.zero)
            exponent = min(exponent * 10 + digit, 1_000_000_000_000)
            position += 1
        }
        guard position > first else { return nil }
        return (sign == Character8.minus ? -exponent : exponent, position)
    }

    /// The rare case that 19 digits do not decide, by the standard library's conversion, which is
    /// correctly rounded for any count of digits.
    private static func exact(_ text: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
        Double(String(decoding: range.map { text.byte(at: $0) }, as: UTF8.self))?.bitPattern
    }
}

/// The first 19 significant digits, and what is to be known of the others.
private struct Digits {
    var significand: UInt64 = 0
    var exponent = 0
    var isFraction = false
    /// Whether a digit other than 0 has been left out.
    var isTruncated = false
    private let powers: PowersOfFive

    init(_ powers: PowersOfFive) {
        self.powers = powers
    }

    /// Takes digits up to the first byte that is none, and returns its position.
    mutating func take(_ text: Span<UInt8>, from start: Int) -> Int {
        var position = start
        // Up to eight at once, as long as 19 digits are not exceeded.
        while significand < 100_000_000_000 {
            let word = text.word(at: position)
            let count = EightDigits.count(EightDigits.breaks(word))
            significand =
                significand * powers.ten(to: count) + EightDigits.number(word, first: count)
            exponent -= isFraction ? count : 0
            position += count
            if count < 8 { return position }
        }
        while text.byte(at: position).isDigit {
            let digit = UInt64(text.byte(at: position) - Character8.zero)
            position += 1
            if significand < 1_000_000_000_000_000_000 {
                significand = significand * 10 + digit
                exponent -= isFraction ? 1 : 0
            } else {
                isTruncated = isTruncated || digit != 0
                exponent += isFraction ? 0 : 1
            }
        }
        return position
    }
}
