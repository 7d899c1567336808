// SPDX-License-Identifier: Apache-2.0

/// A sum of doubles and of products of up to four doubles that is rounded only when it is read.
///
/// The sum is an integer multiple of 2^-4296, stored as 32-bit digits in 64-bit words: a term spans
/// two to nine neighbouring words, and the spare bits accumulate the carries of 1,024 terms before
/// they have to be propagated. Therefore the result does not depend on the order of the terms, nor on
/// the order in which partial sums are merged, and is correctly rounded (ties to even).
/// Intermediate sums may exceed the largest double.
///
/// After the small superaccumulator of R. M. Neal, "Fast exact summation using small and large
/// superaccumulators", arXiv:1505.05571 (2015).
package struct ExactSum: Sendable {
    /// The number of digits: a term is below 2^8496 units, and 2^64 of them are below 2^8560.
    private static let digits = 270
    private static let termsBeforeCarry = 1_024
    /// The binary exponent of the unit, which is that of the product of four subnormal numbers.
    private static let unit = 4 * -1_074
    /// The binary exponents of terms: the unit, and one that no product of four numbers reaches.
    static let exponents = unit...4_200

    /// The digits from `base` on; those outside are 0.
    private var words: [Int64] = []
    private var base = 0
    /// The lowest and the highest digit to which a term has been added.
    private var lowest = ExactSum.digits - 1
    private var highest = 0
    private var termsUntilCarry = ExactSum.termsBeforeCarry
    /// Whether a term was infinite or NaN, so that the sum is not finite either.
    private var hasNonFiniteTerm = false

    package init() {}

    /// Whether all terms were finite.
    var hasFiniteTerms: Bool { !hasNonFiniteTerm }

    /// Removes all terms.
    package mutating func reset() {
        if lowest <= highest {
            for index in lowest...top { self[index] = 0 }
        }
        lowest = Self.digits - 1
        highest = 0
        termsUntilCarry = Self.termsBeforeCarry
        hasNonFiniteTerm = false
    }

    /// A digit of those from `lowest` to `top`.
    private subscript(index: Int) -> Int64 {
        get { words[index &- base] }
        _modify { yield &words[index &- base] }
    }

    /// Makes room for a term with digits from `first` through `last`, and for its carry.
    @inline(__always)
    private mutating func prepare(first: Int, last: Int) {
        if termsUntilCarry == 0 { carry() }
        termsUntilCarry &-= 1
        if first < lowest || last > highest { extend(first: first, last: last) }
    }

    @inline(never)
    private mutating func extend(first: Int, last: Int) {
        lowest = min(lowest, first)
        highest = max(highest, last)
        if words.isEmpty { base = lowest }
        guard lowest < base || top >= base + words.count else { return }
        // With room on both sides, a sum of similar terms is extended once.
        let margin = max(Self.margin, words.count)
        let newBase = max(0, min(base, lowest - margin))
        let end = min(max(base + words.count, top + 1 + margin), Self.digits)
        var extended: [Int64] = []
        extended.reserveCapacity(end - newBase)
        extended.append(contentsOf: repeatElement(0, count: end - newBase))
        for index in words.indices { extended[base - newBase + index] = words[index] }
        words = extended
        base = newBase
    }

    /// The least number of digits to spare on both sides.
    private static let margin = 6

    /// Adds a term.
    package mutating func add(_ term: Double) {
        let (significand, position, isFinite) = Self.parts(term)
        guard isFinite else {
            hasNonFiniteTerm = true
            return
        }
        guard significand != 0 else { return }
        // Relative to the unit, a subnormal number begins at bit 3,222.
        let place = position &+ 3_222
        let index = place &>> 5
        let shift = UInt64(truncatingIfNeeded: place & 31)
        let low = Int64(truncatingIfNeeded: (significand &<< shift) & 0xFFFF_FFFF)
        let high = Int64(truncatingIfNeeded: significand &>> (32 &- shift))
        prepare(first: index, last: index &+ 1)
        // All ones for a negative term: (x ^ sign) - sign is then -x.
        let sign = Int64(bitPattern: term.bitPattern) &>> 63
        self[index] &+= (low ^ sign) &- sign
        self[index &+ 1] &+= (high ^ sign) &- sign
    }

    /// Adds the exact product of two numbers.
    package mutating func add(_ left: Double, times right: Double) {
        let (first, firstPosition, firstIsFinite) = Self.parts(left)
        let (second, secondPosition, secondIsFinite) = Self.parts(right)
        guard firstIsFinite, secondIsFinite else {
            hasNonFiniteTerm = true
            return
        }
        guard first != 0, second != 0 else { return }
        let place = firstPosition &+ secondPosition &+ 2_148
        let index = place &>> 5
        let shift = UInt64(truncatingIfNeeded: place & 31)
        let product = first.multipliedFullWidth(by: second)
        // The product has up to 106 bits, and 137 once it is shifted.
        let low = product.low &<< shift
        let carried = shift == 0 ? 0 : product.low &>> (64 &- shift)
        let high = product.high &<< shift | carried
        prepare(first: index, last: index &+ 4)
        let sign = Int64(bitPattern: left.bitPattern ^ right.bitPattern) &>> 63
        func add(_ digit: UInt64, at place: Int) {
            let digit = Int64(truncatingIfNeeded: digit)
            self[place] &+= (digit ^ sign) &- sign
        }
        add(low & 0xFFFF_FFFF, at: index)
        add(low &>> 32, at: index &+ 1)
        add(high & 0xFFFF_FFFF, at: index &+ 2)
        add(high &>> 32, at: index &+ 3)
        // Shifted by up to 31 bits, 42 bits of the upper half are at most 73.
        add(shift == 0 ? 0 : product.high &>> (64 &- shift), at: index &+ 4)
    }

    /// The significand of a number as an integer, its position relative to that of subnormal numbers,
    /// and whether the number is finite.
    static func parts(_ number: Double) -> (UInt64, position: Int, isFinite: Bool) {
        let bits = number.bitPattern
        let exponent = Int(truncatingIfNeeded: bits &>> 52) & 0x7FF
        let fraction = bits & 0x000F_FFFF_FFFF_FFFF
        let significand = exponent == 0 ? fraction : fraction | 0x0010_0000_0000_0000
        return (significand, exponent == 0 ? 0 : exponent &- 1, exponent != 0x7FF)
    }

    /// The correctly rounded sum; infinite if it exceeds the largest double.
    package var value: Double { value(dividedBy: 1) }

    /// The sum divided by a positive `divisor`, rounded once.
    package func value(dividedBy divisor: Double) -> Double {
        guard !hasNonFiniteTerm else { return .nan }
        guard divisor.isFinite, divisor > 0 else { return .nan }
        guard let sum = leading else { return 0 }
        let (significand, position, _) = Self.parts(divisor)
        let (quotient, rest) = sum.bits.quotientAndRemainder(dividingBy: UInt128(significand))
        let magnitude = Self.rounded(
            quotient,
            exponent: sum.exponent - (position - 1_074),
            hasMore: sum.hasMore || rest != 0
        )
        return sum.isNegative ? -magnitude : magnitude
    }

    /// Propagates carries, so that reading the value does not have to copy the sum.
    mutating func normalize() {
        if lowest <= highest, !isNormalized { carry() }
    }

    /// Whether no term has been added since carries were propagated.
    private var isNormalized: Bool { termsUntilCarry == Self.termsBeforeCarry }

    private var normalized: ExactSum {
        var sum = self
        sum.normalize()
        return sum
    }

    /// The first 128 bits of the magnitude of the sum, of which the first is 1, times 2^`exponent`,
    /// and whether there are more; `nil` if the sum is 0.
    private var leading: (bits: UInt128, exponent: Int, hasMore: Bool, isNegative: Bool)? {
        guard lowest <= highest else { return nil }
        guard isNormalized else { return normalized.leading }
        guard let last = (lowest...self.top).first(where: { self[$0] != 0 }) else { return nil }
        let isNegative = self[self.top] < 0
        // The negative of a number inverts the digits above its last one.
        func digit(_ index: Int) -> UInt64 {
            guard index >= last else { return 0 }
            let word = UInt64(bitPattern: self[index])
            guard isNegative else { return word }
            return (index == last ? 0 &- word : ~word) & 0xFFFF_FFFF
        }
        var top = self.top
        while top > last, digit(top) == 0 { top -= 1 }
        let upper = UInt128(digit(top) << 32 | digit(top - 1))
        let lower = UInt128(digit(top - 2) << 32 | digit(top - 3))
        let shift = digit(top).leadingZeroBitCount - 32
        let next = digit(top - 4)
        let bits = (upper << 64 | lower) << UInt128(shift) | UInt128(next >> UInt64(32 - shift))
        let dropped = next & ((1 << UInt64(32 - shift)) - 1)
        return (
            bits, 32 * (top - 3) - shift + Self.unit, dropped != 0 || last < top - 4, isNegative
        )
    }

    /// A positive integer times a power of two as the nearest double, ties to even.
    ///
    /// `hasMore` tells whether the true number is larger, by less than 1 in the last place.
    static func rounded(_ integer: UInt128, exponent: Int, hasMore: Bool) -> Double {
        let length = 128 - integer.leadingZeroBitCount
        // The last place of the double is 2^-1074 or more.
        let dropped = max(length - 53, -1_074 - exponent)
        guard dropped <= length else { return 0 }
        let kept = dropped >= 128 ? 0 : integer >> UInt128(dropped)
        let half = UInt128(1) << UInt128(dropped - 1)
        let rest = dropped >= 128 ? integer : integer & ((half << 1) - 1)
        let roundsUp = rest > half || rest == half && (hasMore || kept & 1 == 1)
        let significand = Double(UInt64(truncatingIfNeeded: kept) + (roundsUp ? 1 : 0))
        guard significand != 0 else { return 0 }
        return Double(sign: .plus, exponent: exponent + dropped, significand: significand)
    }

    /// The digit that holds the sign, above the two digits that the carries of 2^64 terms may
    /// reach.
    private var top: Int { highest + 2 }

    /// Propagates carries, leaving every digit within 0 ..< 2^32 and the sign in the one at `top`.
    private mutating func carry() {
        for index in lowest..<top {
            self[index + 1] &+= self[index] &>> 32
            self[index] &= 0xFFFF_FFFF
        }
        termsUntilCarry = Self.termsBeforeCarry
    }

    private mutating func negate() {
        for index in lowest...top { self[index] = 0 &- self[index] }
        carry()
    }
}

extension ExactSum {
    /// Adds the terms of another sum.
    package mutating func merge(_ other: ExactSum) {
        hasNonFiniteTerm = hasNonFiniteTerm || other.hasNonFiniteTerm
        guard other.lowest <= other.highest else { return }
        // With its carries propagated, every digit of the other sum is that of one term.
        var other = other
        let last = other.carryAndTrim()
        add(from: other.lowest, through: last) { other[$0] }
    }

    /// Propagates carries and returns the highest digit, which is negative if the sum is.
    private mutating func carryAndTrim() -> Int {
        carry()
        var last = top
        while last > lowest, self[last] == 0 || self[last] == -1 {
            // -1 is borrowed by the next digit.
            self[last - 1] &+= self[last] &<< 32
            self[last] = 0
            last -= 1
        }
        return last
    }

    /// Adds a number, which must be in range.
    package mutating func add(_ number: ExactNumber) {
        precondition(number.isInRange, "a term is out of range")
        add(
            number.magnitude.digits.span,
            exponent: number.exponent,
            isNegative: number.isNegative
        )
    }

    /// Adds an integer times a power of two, which must be in range.
    ///
    /// The integer is given by its digits of 32 bits, the lowest first; the last is not 0.
    mutating func add(_ digits: Span<UInt32>, exponent: Int, isNegative: Bool) {
        guard !digits.isEmpty else { return }
        let place = exponent - Self.unit
        precondition(
            place >= 0 && place + 32 * digits.count < 32 * (Self.digits - 2),
            "a term is out of range"
        )
        let (first, shift) = (place >> 5, UInt64(place & 31))
        let excess = (UInt64(digits[digits.count - 1]) &<< shift) &>> 32
        prepare(first: first, last: first + digits.count - (excess == 0 ? 1 : 0))
        let sign: Int64 = isNegative ? -1 : 0
        var carry: UInt64 = 0
        for index in digits.indices {
            carry |= UInt64(digits[index]) &<< shift
            let digit = Int64(truncatingIfNeeded: carry & 0xFFFF_FFFF)
            self[first + index] &+= (digit ^ sign) &- sign
            carry &>>= 32
        }
        guard carry != 0 else { return }
        self[first + digits.count] &+= (Int64(truncatingIfNeeded: carry) ^ sign) &- sign
    }

    /// Whether the sum of fewer than 2^64 terms is one that a number may have: see `ExactNumber.isInRange`.
    var isInRange: Bool {
        32 * (highest + 3) + Self.unit <= Self.exponents.upperBound || number?.isInRange == true
    }

    /// Adds the exact product of two products.
    mutating func add(_ left: ExactProduct, times right: ExactProduct) {
        guard left.isFinite, right.isFinite else {
            hasNonFiniteTerm = true
            return
        }
        guard left.significand != 0, right.significand != 0 else { return }
        let product = left.significand.multipliedFullWidth(by: right.significand)
        let place = left.position + right.position - Self.unit
        let shift = UInt128(truncatingIfNeeded: place & 31)
        // The product has up to 212 bits, and 243 once it is shifted.
        let low = product.low << shift
        let high = product.high << shift | (shift == 0 ? 0 : product.low >> (128 - shift))
        let sign: Int64 = left.isNegative != right.isNegative ? -1 : 1
        add(from: place >> 5, through: place >> 5 + 7) { index in
            let offset = index - place >> 5
            let part = offset < 4 ? low : high
            return sign
                * Int64(UInt32(truncatingIfNeeded: part >> UInt128(32 * (offset & 3))))
        }
    }

    /// Adds one digit to each of a range of words.
    @inline(__always)
    private mutating func add(
        from first: Int,
        through last: Int,
        _ digit: (_ index: Int) -> Int64
    ) {
        prepare(first: first, last: last)
        for index in first...last { self[index] &+= digit(index) }
    }

    /// The exact sum; `nil` if a term was infinite or NaN.
    package var number: ExactNumber? {
        guard !hasNonFiniteTerm else { return nil }
        guard lowest <= highest else { return .zero }
        var sum = self
        sum.carry()
        let isNegative = sum[sum.top] < 0
        if isNegative { sum.negate() }
        return ExactNumber(
            Magnitude((lowest...sum.top).map { UInt32(truncatingIfNeeded: sum[$0]) }),
            exponent: 32 * lowest + Self.unit,
            isNegative: isNegative
        )
    }
}

extension ExactSum: Equatable {
    /// Whether two sums have the same value, whatever their terms.
    package static func == (left: ExactSum, right: ExactSum) -> Bool {
        left.hasNonFiniteTerm == right.hasNonFiniteTerm && left.number == right.number
    }
}

/// The exact product of one or two doubles.
struct ExactProduct {
    fileprivate let significand: UInt128
    /// The binary exponent.
    fileprivate let position: Int
    fileprivate let isNegative: Bool
    fileprivate let isFinite: Bool

    init(_ number: Double) {
        let (significand, position, isFinite) = ExactSum.parts(number)
        self.significand = UInt128(significand)
        self.position = position - 1_074
        self.isFinite = isFinite
        isNegative = number.sign == .minus
    }

    init(_ left: Double, times right: Double) {
        let (first, firstPosition, firstIsFinite) = ExactSum.parts(left)
        let (second, secondPosition, secondIsFinite) = ExactSum.parts(right)
        let product = first.multipliedFullWidth(by: second)
        significand = UInt128(product.high) << 64 | UInt128(product.low)
        position = firstPosition + secondPosition - 2_148
        isFinite = firstIsFinite && secondIsFinite
        isNegative = (left.sign == .minus) != (right.sign == .minus)
    }
}
