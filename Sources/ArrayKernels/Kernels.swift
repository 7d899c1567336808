// SPDX-License-Identifier: Apache-2.0

import ArrayMath

/// The functions of arrays in the instructions that this module is compiled for.
package enum Kernels: ArrayFunctions {
    package static func exp(_ x: Span<Double>, into result: inout MutableSpan<Double>) {
        map(x, into: &result) { .exp($0) }
    }

    package static func exp(
        _ x: Span<Double>,
        minus y: Span<Double>,
        into result: inout MutableSpan<Double>
    ) {
        map(x, y, into: &result) { .exp($0, minus: $1) }
    }

    package static func expm1(_ x: Span<Double>, into result: inout MutableSpan<Double>) {
        map(x, into: &result) { .expm1($0) }
    }

    package static func log(_ x: Span<Double>, into result: inout MutableSpan<Double>) {
        map(x, into: &result) { .log($0) }
    }

    package static func log1p(_ x: Span<Double>, into result: inout MutableSpan<Double>) {
        map(x, into: &result) { .log1p($0) }
    }

    package static func logarithmicExcess(
        _ r: Span<Double>,
        into result: inout MutableSpan<Double>
    ) {
        map(r, into: &result) { .logarithmicExcess($0) }
    }

    package static func logistic(
        _ z: Span<Double>,
        decay: inout MutableSpan<Double>,
        decrease: inout MutableSpan<Double>,
        tail: inout MutableSpan<Double>
    ) {
        for offset in offsets(z.count) {
            let z = z.vector(at: offset)
            let power = Exponential(Vector(bits: z.bits | 1 &<< 63).clamped(-750, 0))
            let value = power.value
            decay.store(value, at: offset)
            decrease.store(power.lessOne, at: offset)
            tail.store(.log1p(value), at: offset)
        }
    }

    package static func divergence(
        of y: Span<Double>,
        from q: Span<Double>,
        high: inout MutableSpan<Double>,
        low: inout MutableSpan<Double>
    ) {
        precondition(y.count == q.count, "every number needs another")
        for offset in offsets(y.count) {
            let sum = Divergence(y: y.vector(at: offset), q: q.vector(at: offset))
            high.store(sum.high, at: offset)
            low.store(sum.low, at: offset)
        }
    }

    package static func divide(
        _ x: Span<Double>,
        by y: Span<Double>,
        into result: inout MutableSpan<Double>
    ) {
        map(x, y, into: &result) { $0 / $1 }
    }

    package static func divide(_ numbers: inout MutableSpan<Double>, by divisor: Double) -> Bool {
        var divider = Divider(divisor)
        let whole = numbers.count & ~(Vector.width - 1)
        for offset in stride(from: 0, to: whole, by: Vector.width) {
            numbers.store(divider.quotient(of: numbers.span.vector(at: offset)), at: offset)
        }
        if whole < numbers.count {
            numbers.store(divider.quotient(of: numbers.span.vector(at: whole)), at: whole)
        }
        return divider.isFinite
    }

    package static func exactSum(
        _ terms: Span<Double>,
        below exponent: Int
    ) -> (Double, Double)? {
        precondition(terms.count <= 512, "more terms than two doubles can take")
        guard var sum = LaneSum(below: exponent) else { return nil }
        for offset in offsets(terms.count) { sum.add(terms.vector(at: offset)) }
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
        for offset in offsets(left.count) {
            let (product, error) = left.vector(at: offset)
                .product(with: right.vector(at: offset))
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
        for row in sums.indices {
            let range = (row &* length)..<((row &+ 1) &* length)
            let sum = RowSum(high.extracting(range), low.extracting(range))
            sums[row] = sum.high
            rests[row] = sum.low
        }
    }
}

/// Where the vectors of a list begin, the last of which may not be whole.
@inline(__always)
private func offsets(_ count: Int) -> StrideTo<Int> {
    stride(from: 0, to: count, by: Vector.width)
}

@inline(__always)
private func map(
    _ x: Span<Double>,
    into result: inout MutableSpan<Double>,
    _ function: (Vector) -> Vector
) {
    for offset in offsets(x.count) {
        result.store(function(x.vector(at: offset)), at: offset)
    }
}

@inline(__always)
private func map(
    _ x: Span<Double>,
    _ y: Span<Double>,
    into result: inout MutableSpan<Double>,
    _ function: (Vector, Vector) -> Vector
) {
    precondition(x.count == y.count, "every number needs another")
    for offset in offsets(x.count) {
        result.store(function(x.vector(at: offset), y.vector(at: offset)), at: offset)
    }
}
