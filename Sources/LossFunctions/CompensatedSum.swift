// SPDX-License-Identifier: Apache-2.0

/// A compensated sum, as accurate as if computed in twice the precision.
///
/// It serves the short sums within a row, for which `ExactSum` would cost more than the row itself.
/// The error is below n²·2^-106 times the sum of magnitudes (T. Ogita, S. M. Rump, S. Oishi,
/// "Accurate sum and dot product", SIAM J. Sci. Comput. 26, 2005, Sum2).
struct CompensatedSum {
    private var head: Double
    /// The accumulated rounding errors of the head.
    private var tail = 0.0

    init(_ first: Double = 0) {
        head = first
    }

    var value: Double { head + tail }

    /// The sum as an unevaluated sum of its rounded value and a tail.
    var parts: (head: Double, tail: Double) {
        let value = head + tail
        return (value, tail - (value - head))
    }

    mutating func add(_ term: Double) {
        let sum = head + term
        let shifted = sum - head
        tail += (head - (sum - shifted)) + (term - shifted)
        head = sum
    }
}
