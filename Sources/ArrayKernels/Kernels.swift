// SPDX-License-Identifier: Apache-2.0

import ArrayMath

/// The functions of arrays, compiled for the instruction set of this module.
package enum Kernels: ArrayFunctions {
    package static func exp(_ x: Span<Double>, into result: inout MutableSpan<Double>) {
        guard x.count >= Vector.width else {
            return padded(x, into: &result) { exp($0, into: &$1) }
        }
        for offset in offsets(x.count) {
            result.store(.exp(x.vector(at: offset)), at: offset)
        }
    }

    package static func expm1(_ x: Span<Double>, into result: inout MutableSpan<Double>) {
        guard x.count >= Vector.width else {
            return padded(x, into: &result) { expm1($0, into: &$1) }
        }
        for offset in offsets(x.count) {
            result.store(.expm1(x.vector(at: offset)), at: offset)
        }
    }

    package static func log(_ x: Span<Double>, into result: inout MutableSpan<Double>) {
        guard x.count >= Vector.width else {
            return padded(x, into: &result) { log($0, into: &$1) }
        }
        for offset in offsets(x.count) {
            result.store(.log(x.vector(at: offset)), at: offset)
        }
    }

    package static func log1p(_ x: Span<Double>, into result: inout MutableSpan<Double>) {
        guard x.count >= Vector.width else {
            return padded(x, into: &result) { log1p($0, into: &$1) }
        }
        for offset in offsets(x.count) {
            result.store(.log1p(x.vector(at: offset)), at: offset)
        }
    }

    package static func exp(
        _ x: Span<Double>,
        minus y: Span<Double>,
        into result: inout MutableSpan<Double>
    ) {
        precondition(x.count == y.count, "the arrays differ in length")
        guard x.count >= Vector.width else {
            return padded(x, y, into: &result) { exp($0, minus: $1, into: &$2) }
        }
        for offset in offsets(x.count) {
            result.store(
                .exp(x.vector(at: offset), minus: y.vector(at: offset)),
                at: offset
            )
        }
    }

    package static func divide(
        _ numbers: Span<Double>,
        by divisor: Double,
        appendingTo result: inout OutputSpan<Double>
    ) -> Bool {
        // Incrementing the exponent carries into the sign bit only for infinities and NaN.
        var carries = Bits()
        let vectorized = numbers.count & ~(Vector.width - 1)
        for offset in stride(from: 0, to: vectorized, by: Vector.width) {
            // The sum with 0 makes -0 positive.
            let quotients = numbers.vector(at: offset) / divisor + 0
            carries |= (quotients.bits & 0x7FFF_FFFF_FFFF_FFFF) &+ 0x0010_0000_0000_0000
            result.append(quotients)
        }
        var isFinite = !carries.hasSign
        for offset in vectorized..<numbers.count {
            let quotient = numbers[offset] / divisor + 0
            if !quotient.isFinite { isFinite = false }
            result.append(quotient)
        }
        return isFinite
    }

    package static func divide(
        _ numbers: Span<Double>,
        by divisor: Double,
        appendingTo result: inout OutputSpan<Float>
    ) -> Bool {
        // From this bound on, magnitudes round to infinity; the complement to 2^63 carries into the sign bit.
        let bound = 0x1.ffffffp127
        var carries = Bits()
        let complement: UInt64 = 1 << 63 &- bound.bitPattern
        let vectorized = numbers.count & ~(Vector.width - 1)
        for offset in stride(from: 0, to: vectorized, by: Vector.width) {
            let quotients = numbers.vector(at: offset) / divisor + 0
            carries |= (quotients.bits & 0x7FFF_FFFF_FFFF_FFFF) &+ complement
            result.append(quotients.rounded)
        }
        var fits = !carries.hasSign
        for offset in vectorized..<numbers.count {
            let quotient = numbers[offset] / divisor + 0
            if !(quotient.magnitude < bound) { fits = false }
            result.append(Float(quotient))
        }
        return fits
    }

    package static func widen(
        _ numbers: Span<Float>,
        appendingTo result: inout OutputSpan<Double>
    ) {
        let vectorized = numbers.count & ~(Vector.width - 1)
        for offset in stride(from: 0, to: vectorized, by: Vector.width) {
            result.append(Vector(widening: numbers.singles(at: offset)))
        }
        for offset in vectorized..<numbers.count { result.append(Double(numbers[offset])) }
    }
}

/// The offsets at which to load the vectors of an array of at least one vector's width.
///
/// The last vector ends with the array and may overlap the one before it.
@inline(always)
func offsets(_ count: Int) -> Offsets { Offsets(last: count &- Vector.width) }

/// The sequence returned by ``offsets(_:)``.
struct Offsets: Sequence, IteratorProtocol {
    private let last: Int
    private var start = 0

    @inline(always)
    init(last: Int) { self.last = last }

    @inline(always)
    mutating func next() -> Int? {
        guard start < last &+ Vector.width else { return nil }
        defer { start &+= Vector.width }
        return Swift.min(start, last)
    }
}

/// Applies a function to an array shorter than a vector by padding it with zeros.
@inline(never)
func padded(
    _ x: Span<Double>,
    into result: inout MutableSpan<Double>,
    _ function: (Span<Double>, inout MutableSpan<Double>) -> Void
) {
    var output = Padded()
    let input = Padded(x)
    var span = output.numbers.mutableSpan
    function(input.numbers.span, &span)
    output.copy(into: &result)
}

/// Applies a function to two arrays shorter than a vector by padding them with zeros.
@inline(never)
func padded(
    _ x: Span<Double>,
    _ y: Span<Double>,
    into result: inout MutableSpan<Double>,
    _ function: (Span<Double>, Span<Double>, inout MutableSpan<Double>) -> Void
) {
    var output = Padded()
    let (first, second) = (Padded(x), Padded(y))
    var span = output.numbers.mutableSpan
    function(first.numbers.span, second.numbers.span, &span)
    output.copy(into: &result)
}
