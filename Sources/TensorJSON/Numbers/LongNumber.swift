// SPDX-License-Identifier: Apache-2.0

/// Reads a number of any length and form.
enum LongNumber {
    /// Reads the number at a position; see `NumberToken.read`.
    @inline(never)
    static func read(_ text: Span<UInt8>, _ start: Int, _ powers: PowersOfFive) -> NumberToken {
        let isNegative = text.byte(at: start) == ASCII.minus
        let first = start + (isNegative ? 1 : 0)
        var digits = Digits(powers)
        var position = digits.read(text, from: first)
        guard position > first else { return .none }
        let startsWithZero = text.byte(at: first) == ASCII.zero
        guard position == first + 1 || !startsWithZero else { return .none }
        if text.byte(at: position) == ASCII.point {
            let fraction = position + 1
            digits.isFraction = true
            position = digits.read(text, from: fraction)
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

    /// Reads the exponent after its mark; returns `nil` if it has no digits.
    ///
    /// The exponent saturates at 10^12: no body is long enough to compensate for a larger one.
    private static func exponent(_ text: Span<UInt8>, from start: Int) -> (Int, end: Int)? {
        let sign = text.byte(at: start)
        let first = sign == ASCII.minus || sign == ASCII.plus ? start + 1 : start
        var position = first
        var exponent = 0
        while text.byte(at: position).isDigit {
            let digit = Int(text.byte(at: position) - ASCII.zero)
            exponent = min(exponent * 10 + digit, 1_000_000_000_000)
            position += 1
        }
        guard position > first else { return nil }
        return (sign == ASCII.minus ? -exponent : exponent, position)
    }

    /// Converts a number that its first 19 digits do not decide.
    ///
    /// The standard library's conversion is correctly rounded for any count of digits.
    private static func exact(_ text: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
        Double(String(decoding: range.map { text.byte(at: $0) }, as: UTF8.self))?.bitPattern
    }
}

/// The first 19 significant digits of a number and its decimal exponent.
private struct Digits {
    var significand: UInt64 = 0
    var exponent = 0
    var isFraction = false
    /// Whether a nonzero digit has been truncated.
    var isTruncated = false
    private let powers: PowersOfFive

    init(_ powers: PowersOfFive) {
        self.powers = powers
    }

    /// Reads digits and returns the position of the first byte that is not a digit.
    mutating func read(_ text: Span<UInt8>, from start: Int) -> Int {
        var position = start
        // Up to eight digits at a time, as long as they cannot exceed 19.
        while significand < 100_000_000_000 {
            let word = text.word(at: position)
            let count = EightDigits.count(EightDigits.nonDigits(word))
            significand =
                significand * powers.ten(to: count) + EightDigits.number(word, first: count)
            exponent -= isFraction ? count : 0
            position += count
            if count < 8 { return position }
        }
        while text.byte(at: position).isDigit {
            let digit = UInt64(text.byte(at: position) - ASCII.zero)
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
