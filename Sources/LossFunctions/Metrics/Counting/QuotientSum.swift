// SPDX-License-Identifier: Apache-2.0

/// The exact sum of quotients with 100 bits each.
struct QuotientSum {
    private var sum = ExactNumber.zero

    /// Adds a quotient, times a factor.
    mutating func add(
        _ dividend: ExactNumber,
        dividedBy divisor: ExactNumber,
        times factor: ExactNumber = ExactNumber(1)
    ) {
        let (head, tail) = dividend.quotient(by: divisor)
        sum += (ExactNumber(head) + ExactNumber(tail)) * factor
    }

    mutating func add(_ number: ExactNumber) { sum += number }

    func divided(by divisor: ExactNumber) -> Double { sum.divided(by: divisor) }

    /// The value of a metric that is the sum, divided by a number.
    func result(dividedBy divisor: ExactNumber) -> MetricResult {
        MetricResult(sum, dividedBy: divisor)
    }
}

extension [ExactNumber] {
    var sum: ExactNumber { reduce(.zero) { $0 + $1 } }
}
