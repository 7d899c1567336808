// SPDX-License-Identifier: Apache-2.0

/// An integer from 0 to 1,023, such as a class index or a label.
struct SmallInteger {
    /// The value.
    let value: Int

    /// Converts a double that represents such an integer; for any other, the value is unspecified.
    @inline(__always)
    init(_ double: Double) {
        // The spacing of doubles from 2^52 on is 1.
        value = Int(truncatingIfNeeded: (double + 0x1p52).bitPattern & 1_023)
    }

    /// Whether all elements represent small integers; -0 does not.
    @inline(__always)
    static func representsAll(_ doubles: Span<Double>) -> Bool {
        guard !doubles.isEmpty else { return false }
        // Three elements rule out nearly every other array, with a single branch.
        var representsAll = represents(doubles[0])
        representsAll = represents(doubles[doubles.count / 2]) && representsAll
        representsAll = represents(doubles[doubles.count - 1]) && representsAll
        guard representsAll else { return false }
        for index in doubles.indices {
            representsAll = represents(doubles[index]) && representsAll
        }
        return representsAll
    }

    @inline(__always)
    private static func represents(_ double: Double) -> Bool {
        // Doubles without a sign are ordered like their bits.
        (double + 0x1p52) - 0x1p52 == double && double.bitPattern < (1_024 as Double).bitPattern
    }
}
