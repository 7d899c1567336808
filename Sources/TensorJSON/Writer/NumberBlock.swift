// SPDX-License-Identifier: Apache-2.0

/// The digits of up to 16 numbers, computed before any of them is written.
///
/// Each step is done for all numbers before the next step: in short loops the processor overlaps
/// several numbers. Larger blocks would slow down short arrays, because a block is cleared first.
struct NumberBlock {
    /// The capacity of a block.
    static let count = 16

    private(set) var decimals = InlineArray<16, ShortestDecimal>(repeating: .unknown)
    /// The `headDigits` of each decimal.
    private(set) var digits = InlineArray<16, SIMD2<UInt64>>(repeating: .zero)

    /// Computes the decimals of at most `count` numbers by a closure, and their digits.
    @inline(__always)
    mutating func prepare(_ numbers: Span<Double>, _ decimal: (Double) -> ShortestDecimal) {
        precondition(numbers.count <= Self.count, "more numbers than the block holds")
        for index in numbers.indices {
            decimals[index] = decimal(numbers[index])
        }
        for index in numbers.indices {
            digits[index] = decimals[index].headDigits
        }
    }
}
