// SPDX-License-Identifier: Apache-2.0

/// An integer times a power of two: the exact value of a sum of products of doubles.
///
/// The integer is odd, or the number is 0, so that equal numbers have one form and one text.
package struct ExactNumber: Hashable, Sendable {
    /// The absolute value of the integer.
    let magnitude: Magnitude
    /// The binary exponent; 0 for 0.
    let exponent: Int
    let isNegative: Bool

    package static let zero = ExactNumber(.zero, exponent: 0, isNegative: false)

    /// Creates the number ±magnitude · 2^exponent.
    init(_ magnitude: Magnitude, exponent: Int, isNegative: Bool) {
        let zeros = magnitude.trailingZeroBitCount
        self.magnitude = magnitude >> zeros
        self.exponent = magnitude.isZero ? 0 : exponent + zeros
        self.isNegative = isNegative && !magnitude.isZero
    }

    package init(_ value: Int) {
        self.init(
            Magnitude(UInt64(value.magnitude)),
            exponent: 0,
            isNegative: value < 0
        )
    }

    /// Creates the value of a double, which is finite.
    package init(_ value: Double) {
        precondition(value.isFinite, "an exact number is finite")
        let isSubnormal = value.exponentBitPattern == 0
        let fraction = value.significandBitPattern
        self.init(
            Magnitude(isSubnormal ? fraction : fraction | 1 << 52),
            exponent: Int(max(value.exponentBitPattern, 1)) - 1_075,
            isNegative: value.sign == .minus
        )
    }

    package var isZero: Bool { magnitude.isZero }
}

extension ExactNumber {
    package static func + (left: ExactNumber, right: ExactNumber) -> ExactNumber {
        guard !left.isZero else { return right }
        guard !right.isZero else { return left }
        let exponent = min(left.exponent, right.exponent)
        var (first, second) = (
            left.magnitude << (left.exponent - exponent),
            right.magnitude << (right.exponent - exponent)
        )
        if left.isNegative == right.isNegative {
            return ExactNumber(first + second, exponent: exponent, isNegative: left.isNegative)
        }
        if first < second {
            second -= first
            return ExactNumber(second, exponent: exponent, isNegative: right.isNegative)
        }
        first -= second
        return ExactNumber(first, exponent: exponent, isNegative: left.isNegative)
    }

    package static prefix func - (number: ExactNumber) -> ExactNumber {
        ExactNumber(
            number.magnitude,
            exponent: number.exponent,
            isNegative: !number.isNegative
        )
    }

    package static func - (left: ExactNumber, right: ExactNumber) -> ExactNumber { left + -right }

    package static func * (left: ExactNumber, right: ExactNumber) -> ExactNumber {
        ExactNumber(
            left.magnitude * right.magnitude,
            exponent: left.exponent + right.exponent,
            isNegative: left.isNegative != right.isNegative
        )
    }

    package static func += (left: inout ExactNumber, right: ExactNumber) { left = left + right }
}

extension ExactNumber {
    /// The nearest double, ties to even; infinite if it exceeds the largest one.
    package var rounded: Double { divided(by: ExactNumber(1)) }

    /// The quotient by a number other than 0, rounded once, ties to even.
    package func divided(by divisor: ExactNumber) -> Double {
        guard !isZero else { return 0 }
        let (bits, exponent, hasMore) = quotient(by: divisor)
        let size = ExactSum.rounded(bits, exponent: exponent, hasMore: hasMore)
        return isNegative != divisor.isNegative ? -size : size
    }

    /// The square root of the quotient by a number other than 0, to within an ulp; NaN if that is
    /// negative.
    func squareRoot(dividedBy divisor: ExactNumber) -> Double {
        guard !isZero else { return 0 }
        guard isNegative == divisor.isNegative else { return .nan }
        let (bits, exponent, hasMore) = quotient(by: divisor)
        // An even power of two is taken out, so that the root neither overflows nor underflows.
        let half = (exponent + bits.bitWidth - bits.leadingZeroBitCount) >> 1
        let part = ExactSum.rounded(bits, exponent: exponent - 2 * half, hasMore: hasMore)
        return Double(sign: .plus, exponent: half, significand: part.squareRoot())
    }

    /// The first 66 or 67 bits of the magnitude of the quotient, times 2^`exponent`, and whether
    /// there are more.
    private func quotient(
        by divisor: ExactNumber
    ) -> (bits: UInt128, exponent: Int, hasMore: Bool) {
        precondition(!divisor.isZero, "a division by 0")
        // Both get the same length, so that the first bit of the quotient is that of 1 or of 1/2.
        let excess = magnitude.bitWidth - divisor.magnitude.bitWidth
        var rest = magnitude << max(0, -excess)
        let other = divisor.magnitude << max(0, excess)
        var bits: UInt128 = 0
        for _ in 0...66 {
            bits <<= 1
            if !(rest < other) {
                rest -= other
                bits |= 1
            }
            rest.double()
        }
        return (bits, exponent - divisor.exponent + excess - 66, !rest.isZero)
    }
}

extension ExactNumber: LosslessStringConvertible {
    /// The number as its sign, the odd integer in hexadecimal digits, "p", and the decimal exponent,
    /// such as `-3p-1` for -1.5, or `0`.
    package var description: String {
        guard !isZero else { return "0" }
        return (isNegative ? "-" : "") + magnitude.hexadecimal + "p\(exponent)"
    }

    /// Parses a text in the form of `description`; `nil` for any other text, or if out of range.
    package init?(_ text: String) {
        let bytes = text.utf8.span
        guard bytes.count != 1 || bytes[0] != UInt8(ascii: "0") else {
            self = .zero
            return
        }
        let start = !bytes.isEmpty && bytes[0] == UInt8(ascii: "-") ? 1 : 0
        guard start < bytes.count, bytes.count - start <= Self.maximumLength,
            let mark = (start..<bytes.count).first(where: { bytes[$0] == UInt8(ascii: "p") }),
            bytes[start] != UInt8(ascii: "0"),
            let magnitude = Magnitude(hexadecimal: bytes.extracting(start..<mark)),
            magnitude.trailingZeroBitCount == 0, !magnitude.isZero,
            let exponent = Self.exponent(bytes.extracting((mark + 1)..<bytes.count))
        else { return nil }
        self.init(magnitude, exponent: exponent, isNegative: start == 1)
        guard isInRange else { return nil }
    }

    /// The integer of a text of at most four digits without leading zeros; `nil` for any other text.
    private static func exponent(_ text: Span<UInt8>) -> Int? {
        let start = !text.isEmpty && text[0] == UInt8(ascii: "-") ? 1 : 0
        guard start < text.count, text.count - start <= 4,
            text[start] != UInt8(ascii: "0") || text.count == 1
        else { return nil }
        var number = 0
        for place in start..<text.count {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[place]) else { return nil }
            number = 10 * number + Int(text[place] - UInt8(ascii: "0"))
        }
        return start == 1 ? -number : number
    }

    /// The maximum length of a text in bytes, without its sign.
    private static let maximumLength = 2_200

    /// Whether an `ExactSum` can have the value: an integer times 2^-4296, below 2^4200.
    package var isInRange: Bool {
        ExactSum.exponents.contains(exponent)
            && magnitude.bitWidth + exponent <= ExactSum.exponents.upperBound
    }
}
