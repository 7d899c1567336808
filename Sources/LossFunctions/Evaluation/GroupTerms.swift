// SPDX-License-Identifier: Apache-2.0

/// The moments of the groups of a part of a data set, as a reader finds them.
///
/// The numbers of all groups share arrays that are used again for the next part, so that reading allocates
/// no memory for each number.
package struct GroupTerms: Sendable {
    /// The digits of 32 bits of all terms, the lowest digit of each first.
    package var digits: [UInt32] = []
    /// The bytes of the keys of all groups.
    package var keys: [UInt8] = []
    private var terms: [Term] = []
    private(set) var groups: [Group] = []
    /// Whether the keys ascend, so that none occurs twice.
    package private(set) var areInOrder = true

    /// A term of an exact sum: an integer times a power of two.
    struct Term {
        /// The places of its digits among those of all terms.
        let digits: Range<Int>
        let exponent: Int
        let isNegative: Bool
    }

    /// A group, with a term for each sum.
    struct Group {
        let hasKey: Bool
        /// The place of its key among the bytes of all keys.
        let key: Range<Int>
        let count: Int
        let least: Moments.Extreme?
        let greatest: Moments.Extreme?
    }

    package init() {}

    /// Copies the groups of a partial sum.
    package init(_ partial: LossPartial) {
        for group in partial.groups {
            if let key = group.key { keys += key.utf8 }
            for sum in Moments.Sum.allCases {
                let number = group.moments[sum]
                let start = digits.count
                digits += number.magnitude.digits
                terms.append(
                    Term(
                        digits: start..<digits.count,
                        exponent: number.exponent,
                        isNegative: number.isNegative
                    )
                )
            }
            endGroup(
                hasKey: group.key != nil,
                count: group.moments.count,
                least: group.moments.least,
                greatest: group.moments.greatest
            )
        }
    }

    /// The memory in use, in bytes.
    package var footprint: Int {
        4 * digits.capacity + keys.capacity + MemoryLayout<Term>.stride * terms.capacity
            + MemoryLayout<Group>.stride * groups.capacity
    }

    /// Removes all groups, but keeps the memory.
    package mutating func removeAll() {
        digits.removeAll(keepingCapacity: true)
        keys.removeAll(keepingCapacity: true)
        terms.removeAll(keepingCapacity: true)
        groups.removeAll(keepingCapacity: true)
        areInOrder = true
    }

    /// Ends the next term, whose digits have been appended: the highest first, and the last padded.
    ///
    /// - Parameters:
    ///   - padding: the number of zeros in the lowest places of the last digit.
    ///   - exponent: the binary exponent of the integer without the padding.
    ///   - isNegative: whether the term is negative.
    /// - Returns: `false` if the integer is even, or if no `ExactSum` has the value.
    package mutating func endTerm(padding: Int, exponent: Int, isNegative: Bool) -> Bool {
        let start = terms.last?.digits.upperBound ?? 0
        guard start < digits.count, digits[start] != 0,
            digits[digits.count - 1].trailingZeroBitCount == padding
        else { return false }
        let padded = exponent - padding
        let width = 32 * (digits.count - start) - digits[start].leadingZeroBitCount
        guard ExactSum.exponents.contains(padded), ExactSum.exponents.contains(exponent),
            padded + width <= ExactSum.exponents.upperBound
        else { return false }
        digits[start...].reverse()
        terms.append(
            Term(digits: start..<digits.count, exponent: padded, isNegative: isNegative)
        )
        return true
    }

    /// Ends the next term, which is 0.
    package mutating func endZero() {
        terms.append(Term(digits: digits.count..<digits.count, exponent: 0, isNegative: false))
    }

    /// Removes the last term, which is a loss, and returns it; `nil` if it is not a double.
    package mutating func takeLoss() -> Double? {
        guard let term = terms.popLast() else { return nil }
        defer { digits.removeLast(term.digits.count) }
        guard !term.digits.isEmpty else { return 0 }
        guard term.digits.count <= 2 else { return nil }
        var integer: UInt64 = 0
        for place in term.digits.reversed() { integer = integer << 32 | UInt64(digits[place]) }
        let zeros = integer.trailingZeroBitCount
        let (odd, exponent) = (integer >> UInt64(zeros), term.exponent + zeros)
        let width = 64 - odd.leadingZeroBitCount
        // A double has 53 bits, from 2^-1074 to below 2^1024.
        guard width <= 53, exponent >= -1_074, exponent + width <= 1_024 else { return nil }
        let size = Double(sign: .plus, exponent: exponent, significand: Double(odd))
        return term.isNegative ? -size : size
    }

    /// Ends the next group, whose terms have been added in the order of the sums, and its key before them.
    package mutating func endGroup(
        hasKey: Bool,
        count: Int,
        least: Moments.Extreme?,
        greatest: Moments.Extreme?
    ) {
        precondition(
            terms.count == Moments.Sum.allCases.count * (groups.count + 1),
            "a group has a term for each sum"
        )
        let group = Group(
            hasKey: hasKey,
            key: (groups.last?.key.upperBound ?? 0)..<keys.count,
            count: count,
            least: least,
            greatest: greatest
        )
        if let last = groups.last {
            areInOrder =
                areInOrder && hasKey
                && (!last.hasKey
                    || keys.span.extracting(last.key).compare(to: keys.span.extracting(group.key))
                        < 0)
        }
        groups.append(group)
    }

    /// The term of a sum of a group, by their places.
    func term(_ sum: Int, of group: Int) -> Term {
        terms[Moments.Sum.allCases.count * group + sum]
    }
}

extension Span<UInt8> {
    /// A number below 0 if the bytes come before others, 0 if they are equal, else a number above 0.
    func compare(to other: Span<UInt8>) -> Int {
        let shared = Swift.min(count, other.count)
        for place in 0..<shared where self[place] != other[place] {
            return Int(self[place]) - Int(other[place])
        }
        return count - other.count
    }
}
