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
        guard !doubles.isEmpty else { return false }
        // Three of them rule out nearly every array of other numbers, by one branch.
        var areAll = isOne(doubles[0])
        areAll = isOne(doubles[doubles.count / 2]) && areAll
        areAll = isOne(doubles[doubles.count - 1]) && areAll
        guard areAll else { return false }
        for index in doubles.indices { areAll = isOne(doubles[index]) && areAll }
        return areAll
    }

    @inline(__always)
    private static func isOne(_ double: Double) -> Bool {
        // Without a sign, doubles are in the order of their bits.
        (double + 0x1p52) - 0x1p52 == double && double.bitPattern < (1_024 as Double).bitPattern
    }
}
