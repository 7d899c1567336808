// SPDX-License-Identifier: Apache-2.0

/// A whole number from 0 to 1,023, as classes and labels are.
struct SmallWhole {
    /// The number.
    let value: Int

    /// Takes a double that is one; another one stands for any of them.
    @inline(__always)
    init(_ double: Double) {
        // The unit of doubles from 2^52 on is 1.
        value = Int(truncatingIfNeeded: (double + 0x1p52).bitPattern & 1_023)
    }

    /// Whether all of some doubles are such numbers; -0 is none.
    @inline(__always)
    static func areAll(_ doubles: Span<Double>) -> Bool {
        // The first tells of most arrays that they are none.
        guard !doubles.isEmpty, isOne(doubles[0]) else { return false }
        var areAll = true
        for index in doubles.indices { areAll = isOne(doubles[index]) && areAll }
        return areAll
    }

    @inline(__always)
    private static func isOne(_ double: Double) -> Bool {
        // Without a sign, doubles are in the order of their bits.
        (double + 0x1p52) - 0x1p52 == double && double.bitPattern < (1_024 as Double).bitPattern
    }
}
