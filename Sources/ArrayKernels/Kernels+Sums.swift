// SPDX-License-Identifier: Apache-2.0

/// Range checks and sums.
extension Kernels {
    package static func allInRange(
        _ numbers: Span<Double>,
        from least: Double,
        through greatest: Double
    ) -> Bool {
        var outside = Mask(repeating: false)
        let vectorized = numbers.count & ~(Vector.width - 1)
        for offset in stride(from: 0, to: vectorized, by: Vector.width) {
            let numbers = numbers.vector(at: offset)
            outside .|= (numbers .< least) .| (numbers .> greatest)
        }
        var anyOutside = outside.isAny
        for offset in vectorized..<numbers.count
        where numbers[offset] < least || numbers[offset] > greatest {
            anyOutside = true
        }
        return !anyOutside
    }

    package static func exactSum(
        _ terms: Span<Double>,
        below exponent: Int
    ) -> (Double, Double)? {
        precondition(terms.count <= 512, "too many terms for two doubles")
        guard var sum = LaneSum(below: exponent) else { return nil }
        let vectorized = terms.count & ~(Vector.width - 1)
        for offset in stride(from: 0, to: vectorized, by: Vector.width) {
            sum.add(terms.vector(at: offset))
        }
        if vectorized < terms.count { sum.add(terms.lastVector(at: vectorized)) }
        return sum.sums
    }

    package static func exactSum(
        _ left: Span<Double>,
        times right: Span<Double>,
        below exponents: (Int, Int)
    ) -> (Double, Double, Double, Double)? {
        precondition(left.count == right.count, "the arrays differ in length")
        precondition(left.count <= 512, "too many terms for two doubles")
        let exponent = exponents.0 + exponents.1
        guard max(exponents.0, exponents.1) < 900, var products = LaneSum(below: exponent),
            var errors = LaneSum(below: exponent - 53)
        else { return nil }
        let vectorized = left.count & ~(Vector.width - 1)
        for offset in stride(from: 0, to: vectorized, by: Vector.width) {
            let (product, error) = left.vector(at: offset).product(with: right.vector(at: offset))
            products.add(product)
            errors.add(error)
        }
        if vectorized < left.count {
            let (product, error) = left.lastVector(at: vectorized)
                .product(with: right.lastVector(at: vectorized))
            products.add(product)
            errors.add(error)
        }
        guard let sum = products.sums, let error = errors.sums else { return nil }
        return (sum.0, sum.1, error.0, error.1)
    }

    package static func sumRows(
        _ heads: Span<Double>,
        _ tails: Span<Double>,
        length: Int,
        heads sumHeads: inout MutableSpan<Double>,
        tails sumTails: inout MutableSpan<Double>
    ) {
        sumRows(heads, StoredTails(tails), length: length, heads: &sumHeads, tails: &sumTails)
    }

    package static func sumRows(
        _ numbers: Span<Double>,
        length: Int,
        heads sumHeads: inout MutableSpan<Double>,
        tails sumTails: inout MutableSpan<Double>
    ) {
        sumRows(numbers, ZeroTails(), length: length, heads: &sumHeads, tails: &sumTails)
    }

    /// Sums short rows eight at a time and a long row in eight lanes.
    ///
    /// In a single sum, each addition would wait for the previous one.
    @inline(always)
    private static func sumRows(
        _ heads: Span<Double>,
        _ tails: some Tails & ~Escapable,
        length: Int,
        heads sumHeads: inout MutableSpan<Double>,
        tails sumTails: inout MutableSpan<Double>
    ) {
        let zero = RowSum(Vector(repeating: 0), Vector(repeating: 0))
        let isLong = length >= 4 * Vector.width
        var row = 0
        while !isLong, row <= sumHeads.count &- Vector.width {
            var sum = zero
            let start = row &* length
            for column in start..<start &+ length {
                sum.add(
                    heads.vector(at: column, by: length),
                    tails.tails(at: column, by: length)
                )
            }
            sumHeads.store(sum.head, at: row)
            sumTails.store(sum.tail, at: row)
            row &+= Vector.width
        }
        while row < sumHeads.count {
            var offset = row &* length
            let end = offset &+ length
            var sum = RowSum(0.0, 0.0)
            if isLong {
                var lanes = zero
                while offset <= end &- Vector.width {
                    lanes.add(heads.vector(at: offset), tails.tails(at: offset, by: 1))
                    offset &+= Vector.width
                }
                for lane in 0..<Vector.width { sum.add(lanes.head[lane], lanes.tail[lane]) }
            }
            while offset < end {
                sum.add(heads[offset], tails.tail(at: offset))
                offset &+= 1
            }
            sumHeads[row] = sum.head
            sumTails[row] = sum.tail
            row &+= 1
        }
    }
}
