// SPDX-License-Identifier: Apache-2.0

/// The digits of a few numbers, found before any of them is written.
///
/// One step is done for all of the numbers and then the next: in a loop of little work a
/// processor has several numbers in hand at once. One number after the other from its bits to its
/// text takes a third longer.
struct NumberBlock {
    /// How many numbers a block holds.
    static let count = 32

    private var decimals = InlineArray<32, ShortestDecimal>(repeating: .unknown)
    private(set) var digits = InlineArray<32, SeventeenDigits>(repeating: .unknown)

    /// Finds the digits of at most `count` numbers.
    @inline(__always)
    mutating func prepare(_ values: Span<Double>, _ powers: PowersOfFive) {
        precondition(values.count <= Self.count, "more numbers than a block holds")
        for index in values.indices {
            decimals[index] = ShortestDecimal.quick(values[index], powers)
        }
        for index in values.indices {
            digits[index] = SeventeenDigits(decimals[index])
        }
    }
}
