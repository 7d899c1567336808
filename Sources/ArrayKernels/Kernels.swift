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
        forEachVector(z.count) { offset, isWhole in
            let z = z.load(offset, isWhole)
            let power = Exponential(Vector(bits: z.bits | 1 &<< 63).clamped(-750, 0))
            let value = power.value
            decay.put(value, offset, isWhole)
            decrease.put(power.lessOne, offset, isWhole)
            tail.put(.log1p(value), offset, isWhole)
        }
    }

    package static func divergence(
        of y: Span<Double>,
        from q: Span<Double>,
        high: inout MutableSpan<Double>,
        low: inout MutableSpan<Double>
    ) {
        precondition(y.count == q.count, "every number needs another")
        forEachVector(y.count) { offset, isWhole in
            let sum = Divergence(y: y.load(offset, isWhole), q: q.load(offset, isWhole))
            high.put(sum.high, offset, isWhole)
            low.put(sum.low, offset, isWhole)
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
        var carries = Bits()
        forEachVector(numbers.count) { offset, isWhole in
            let quotient = numbers.span.load(offset, isWhole) / divisor
            // One more in the exponent carries into the sign bit for infinities and NaN alone.
            carries |= (quotient.bits & 0x7FFF_FFFF_FFFF_FFFF) &+ 0x0010_0000_0000_0000
            numbers.put(quotient, offset, isWhole)
        }
        var carry: UInt64 = 0
        for lane in 0..<Vector.width { carry |= carries[lane] }
        return carry >> 63 == 0
    }

    package static func exactSum(
        _ terms: Span<Double>,
        below exponent: Int
    ) -> (Double, Double)? {
        precondition(terms.count <= 512, "more terms than two doubles can take")
        guard var sum = LaneSum(below: exponent) else { return nil }
        forEachVector(terms.count) { offset, isWhole in sum.add(terms.load(offset, isWhole)) }
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
        forEachVector(left.count) { offset, isWhole in
            let (product, error) = left.load(offset, isWhole)
                .product(with: right.load(offset, isWhole))
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

/// Calls the body for the offset of each vector of a list, the last of which may not be whole.
@inline(__always)
private func forEachVector(_ count: Int, _ body: (_ offset: Int, _ isWhole: Bool) -> Void) {
    let whole = count & ~(Vector.width - 1)
    var offset = 0
    while offset < whole {
        body(offset, true)
        offset &+= Vector.width
    }
    if whole < count { body(whole, false) }
}

@inline(__always)
private func map(
    _ x: Span<Double>,
    into result: inout MutableSpan<Double>,
    _ function: (Vector) -> Vector
) {
    forEachVector(x.count) { offset, isWhole in
        result.put(function(x.load(offset, isWhole)), offset, isWhole)
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
    forEachVector(x.count) { offset, isWhole in
        result.put(function(x.load(offset, isWhole), y.load(offset, isWhole)), offset, isWhole)
    }
}

extension Span<Double> {
    @inline(__always)
    fileprivate func load(_ offset: Int, _ isWhole: Bool) -> Vector {
        isWhole ? vector(at: offset) : lastVector(at: offset)
    }
}

extension MutableSpan<Double> {
    @inline(__always)
    @_lifetime(self: copy self)
    fileprivate mutating func put(_ vector: Vector, _ offset: Int, _ isWhole: Bool) {
        if isWhole { store(vector, at: offset) } else { storeLast(vector, at: offset) }
    }
}
