// SPDX-License-Identifier: Apache-2.0

/// What looks at all numbers of a list, or adds them.
extension Kernels {
    package static func areAll(
        _ numbers: Span<Double>,
        from least: Double,
        through greatest: Double
    ) -> Bool {
        var strange = Mask(repeating: false)
        let whole = numbers.count & ~(Vector.width - 1)
        for offset in stride(from: 0, to: whole, by: Vector.width) {
            let numbers = numbers.vector(at: offset)
            strange .|= (numbers .< least) .| (numbers .> greatest)
        }
        var isStrange = strange.isAny
        for offset in whole..<numbers.count
        where numbers[offset] < least || numbers[offset] > greatest {
            isStrange = true
        }
        return !isStrange
    }

    package static func exactSum(
        _ terms: Span<Double>,
        below exponent: Int
    ) -> (Double, Double)? {
        precondition(terms.count <= 512, "more terms than two doubles can take")
        guard var sum = LaneSum(below: exponent) else { return nil }
        let whole = terms.count & ~(Vector.width - 1)
        for offset in stride(from: 0, to: whole, by: Vector.width) {
            sum.add(terms.vector(at: offset))
        }
        if whole < terms.count { sum.add(terms.lastVector(at: whole)) }
        return sum.sums
    }

    package static func exactSum(
        _ left: Span<Double>,
        times right: Span<Double>,
        below exponents: (Int, Int)
    ) -> (Double, Double, Double, Double)? {
        precondition(left.count == right.count, "every factor needs another")
        precondition(left.count <= 512, "more terms than two doubles can take")
        let exponent = exponents.0 + exponents.1
        guard max(exponents.0, exponents.1) < 900, var products = LaneSum(below: exponent),
            var errors = LaneSum(below: exponent - 53)
        else { return nil }
        let whole = left.count & ~(Vector.width - 1)
        for offset in stride(from: 0, to: whole, by: Vector.width) {
            let (product, error) = left.vector(at: offset).product(with: right.vector(at: offset))
            products.add(product)
            errors.add(error)
        }
        if whole < left.count {
            let (product, error) = left.lastVector(at: whole)
                .product(with: right.lastVector(at: whole))
            products.add(product)
            errors.add(error)
        }
        guard let sum = products.sums, let rest = errors.sums else { return nil }
        return (sum.0, sum.1, rest.0, rest.1)
    }

    package static func sumRows(
        _ high: Span<Double>,
        _ low: Span<Double>,
        length: Int,
        high sums: inout MutableSpan<Double>,
        low rests: inout MutableSpan<Double>
    ) {
        sumRows(high, ListedRests(low), length: length, high: &sums, low: &rests)
    }

    package static func sumRows(
        _ numbers: Span<Double>,
        length: Int,
        high sums: inout MutableSpan<Double>,
        low rests: inout MutableSpan<Double>
    ) {
        sumRows(numbers, NoRests(), length: length, high: &sums, low: &rests)
    }

    /// Short rows are summed eight at once, a long one in eight lanes: one after the other, each
    /// addition would wait for the last.
    @inline(__always)
    private static func sumRows(
        _ numbers: Span<Double>,
        _ given: some Rests & ~Escapable,
        length: Int,
        high sums: inout MutableSpan<Double>,
        low rests: inout MutableSpan<Double>
    ) {
        let zero = RowSum(Vector(repeating: 0), Vector(repeating: 0))
        let isLong = length >= 4 * Vector.width
        var row = 0
        while !isLong, row <= sums.count &- Vector.width {
            var sum = zero
            let start = row &* length
            for column in start..<start &+ length {
                sum.add(
                    numbers.vector(at: column, by: length),
                    given.rests(at: column, by: length)
                )
            }
            sums.store(sum.high, at: row)
            rests.store(sum.low, at: row)
            row &+= Vector.width
        }
        while row < sums.count {
            var offset = row &* length
            let end = offset &+ length
            var sum = RowSum(0.0, 0.0)
            if isLong {
                var lanes = zero
                while offset <= end &- Vector.width {
                    lanes.add(numbers.vector(at: offset), given.rests(at: offset, by: 1))
                    offset &+= Vector.width
                }
                for lane in 0..<Vector.width { sum.add(lanes.high[lane], lanes.low[lane]) }
            }
            while offset < end {
                sum.add(numbers[offset], given.rest(at: offset))
                offset &+= 1
            }
            sums[row] = sum.high
            rests[row] = sum.low
            row &+= 1
        }
    }
}
