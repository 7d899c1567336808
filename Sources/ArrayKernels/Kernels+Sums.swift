// SPDX-License-Identifier: Apache-2.0

/// Range checks, extremes and sums.
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
    ) -> InlineArray<6, Double>? {
        precondition(left.count == right.count, "the arrays differ in length")
        precondition(left.count <= 512, "too many terms for three doubles")
        let exponent = exponents.0 + exponents.1
        guard max(exponents.0, exponents.1) < 900, var products = WideLaneSum(below: exponent),
            var errors = WideLaneSum(below: exponent - 53)
        else { return nil }
        let vectorized = left.count & ~(Vector.width - 1)
        var isLossy = Mask.none
        for offset in stride(from: 0, to: vectorized, by: Vector.width) {
            let (left, right) = (left.vector(at: offset), right.vector(at: offset))
            let (product, error) = left.product(with: right)
            isLossy.formUnion(losesError(product, left, right))
            products.add(product)
            errors.add(error)
        }
        if vectorized < left.count {
            let (left, right) = (left.lastVector(at: vectorized), right.lastVector(at: vectorized))
            let (product, error) = left.product(with: right)
            isLossy.formUnion(losesError(product, left, right))
            products.add(product)
            errors.add(error)
        }
        guard !isLossy.isAny, let sum = products.sums, let error = errors.sums else { return nil }
        return [sum.0, sum.1, sum.2, error.0, error.1, error.2]
    }

    package static func products(
        _ left: Span<Double>,
        times right: Span<Double>,
        appendingTo heads: inout OutputSpan<Double>,
        tails: inout OutputSpan<Double>
    ) -> Bool {
        precondition(left.count == right.count, "the arrays differ in length")
        var isLossy = Mask.none
        let vectorized = left.count & ~(Vector.width - 1)
        for offset in stride(from: 0, to: vectorized, by: Vector.width) {
            let (left, right) = (left.vector(at: offset), right.vector(at: offset))
            let (product, error) = left.product(with: right)
            isLossy.formUnion(losesError(product, left, right))
            isLossy.formUnion(product.magnitude .>= Vector(repeating: .infinity))
            heads.append(product)
            tails.append(error)
        }
        guard vectorized < left.count else { return !isLossy.isAny }
        let (lastLeft, lastRight) = (
            left.lastVector(at: vectorized), right.lastVector(at: vectorized)
        )
        let (product, error) = lastLeft.product(with: lastRight)
        isLossy.formUnion(losesError(product, lastLeft, lastRight))
        isLossy.formUnion(product.magnitude .>= Vector(repeating: .infinity))
        for lane in 0..<(left.count - vectorized) {
            heads.append(product[lane])
            tails.append(error[lane])
        }
        return !isLossy.isAny
    }

    package static func extremes(of numbers: Span<Double>) -> (least: Double, greatest: Double) {
        var least = Vector(repeating: .infinity)
        var greatest = Vector(repeating: -.infinity)
        let vectorized = numbers.count & ~(Vector.width - 1)
        for offset in stride(from: 0, to: vectorized, by: Vector.width) {
            let numbers = numbers.vector(at: offset)
            least = least.replacing(with: numbers, where: numbers .< least)
            greatest = greatest.replacing(with: numbers, where: numbers .> greatest)
        }
        var (low, high) = (Double.infinity, -Double.infinity)
        for lane in least.indices {
            if least[lane] < low { low = least[lane] }
            if greatest[lane] > high { high = greatest[lane] }
        }
        for offset in vectorized..<numbers.count {
            if numbers[offset] < low { low = numbers[offset] }
            if numbers[offset] > high { high = numbers[offset] }
        }
        return (low, high)
    }

    /// Whether a product is so small that its rounding error may not be a double.
    @inline(always)
    private static func losesError(_ product: Vector, _ left: Vector, _ right: Vector) -> Mask {
        (product.magnitude .< 0x1p-960) .& (left.magnitude .> 0) .& (right.magnitude .> 0)
    }
}
