// SPDX-License-Identifier: Apache-2.0

/// The sum of a row of numbers, each and all of them carried in two doubles.
struct RowSum {
    private(set) var high: Double
    private(set) var low: Double

    @inline(__always)
    init(_ numbers: Span<Double>, _ rests: Span<Double>) {
        high = 0
        low = 0
        var offset = 0
        if numbers.count >= 4 * Vector.width {
            var (sums, errors) = (Vector(repeating: 0), Vector(repeating: 0))
            while offset <= numbers.count &- Vector.width {
                let term = numbers.vector(at: offset)
                let sum = sums + term
                let shifted = sum - sums
                errors += ((sums - (sum - shifted)) + (term - shifted)) + rests.vector(at: offset)
                sums = sum
                offset &+= Vector.width
            }
            for lane in 0..<Vector.width { add(sums[lane], errors[lane]) }
        }
        while offset < numbers.count {
            add(numbers[offset], rests[offset])
            offset &+= 1
        }
    }

    /// Adds a term, and to `low` what is lost of the sum.
    ///
    /// That is itself a double (D. E. Knuth, The Art of Computer Programming 2, 4.2.2).
    @inline(__always)
    private mutating func add(_ term: Double, _ rest: Double) {
        let sum = high + term
        let shifted = sum - high
        low += ((high - (sum - shifted)) + (term - shifted)) + rest
        high = sum
    }
}
