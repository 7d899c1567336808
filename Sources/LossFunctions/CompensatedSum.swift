// SPDX-License-Identifier: Apache-2.0

/// A sum carried in two doubles, as exact as if it had twice the precision.
///
/// For the short sums within a row, where `ExactSum` would cost more than the row itself. The
/// error is below n²·2^-106 of the sum of magnitudes (T. Ogita, S. M. Rump, S. Oishi, "Accurate
/// sum and dot product", SIAM J. Sci. Comput. 26, 2005, Sum2).
struct CompensatedSum {
    private var high: Double
    private var low = 0.0

    init(_ first: Double = 0) {
        high = first
    }

    var value: Double { high + low }

    /// The value, and what it lacks.
    var parts: (high: Double, low: Double) {
        let value = high + low
        return (value, low - (value - high))
    }

    mutating func add(_ term: Double) {
        let sum = high + term
        let shifted = sum - high
        low += (high - (sum - shifted)) + (term - shifted)
        high = sum
    }
}
