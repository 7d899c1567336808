// SPDX-License-Identifier: Apache-2.0

package import ArrayMath

/// The functions of arrays in the instructions that this module is compiled for.
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
        into result: inout MutableSpan<Double>,
        ahead: Ahead
    ) {
        precondition(x.count == y.count, "every number needs another")
        guard x.count >= Vector.width else {
            return padded(x, y, into: &result) { exp($0, minus: $1, into: &$2, ahead: ahead) }
        }
        for offset in offsets(x.count) {
            ahead.fetch(at: offset)
            result.store(
                .exp(x.vector(at: offset), minus: y.vector(at: offset)),
                at: offset
            )
        }
    }

    package static func logistic(
        _ z: Span<Double>,
        decay: inout MutableSpan<Double>,
        decrease: inout MutableSpan<Double>,
        tail: inout MutableSpan<Double>
    ) {
        guard z.count >= Vector.width else {
            let logits = Padded(z)
            var (decays, decreases, tails) = (Padded(), Padded(), Padded())
            var first = decays.numbers.mutableSpan
            var second = decreases.numbers.mutableSpan
            var third = tails.numbers.mutableSpan
            logistic(logits.numbers.span, decay: &first, decrease: &second, tail: &third)
            decays.copy(into: &decay)
            decreases.copy(into: &decrease)
            return tails.copy(into: &tail)
        }
        for offset in offsets(z.count) {
            let power = Exponential(
                Vector(bits: z.vector(at: offset).bits | 1 &<< 63).clamped(-750, 0)
            )
            let value = power.value
            decay.store(value, at: offset)
            decrease.store(power.lessOne, at: offset)
            tail.store(.log1p(value), at: offset)
        }
    }

    package static func crossEntropy(
        of y: Span<Double>,
        from q: Span<Double>,
        into result: inout MutableSpan<Double>,
        ahead: Ahead
    ) {
        precondition(y.count == q.count, "every number needs another")
        guard y.count >= Vector.width else {
            return padded(y, q, into: &result) {
                crossEntropy(of: $0, from: $1, into: &$2, ahead: ahead)
            }
        }
        let zero = Vector(repeating: 0)
        for offset in offsets(y.count) {
            ahead.fetch(at: offset)
            let y = y.vector(at: offset)
            let term = -y * .log(q.vector(at: offset))
            result.store(zero.replacing(with: term, where: y .> zero), at: offset)
        }
    }

    package static func crossEntropySlope(
        of y: Span<Double>,
        from q: Span<Double>,
        into result: inout MutableSpan<Double>
    ) {
        precondition(y.count == q.count, "every number needs another")
        guard y.count >= Vector.width else {
            return padded(y, q, into: &result) { crossEntropySlope(of: $0, from: $1, into: &$2) }
        }
        let zero = Vector(repeating: 0)
        for offset in offsets(y.count) {
            let y = y.vector(at: offset)
            let slope = -y / q.vector(at: offset)
            result.store(zero.replacing(with: slope, where: y .> zero), at: offset)
        }
    }

    package static func divide(
        _ x: Span<Double>,
        by y: Span<Double>,
        into result: inout MutableSpan<Double>
    ) {
        precondition(x.count == y.count, "every number needs another")
        guard x.count >= Vector.width else {
            return padded(x, y, into: &result) { divide($0, by: $1, into: &$2) }
        }
        for offset in offsets(x.count) {
            result.store(x.vector(at: offset) / y.vector(at: offset), at: offset)
        }
    }

    package static func divide(
        _ numbers: Span<Double>,
        by divisor: Double,
        appendingTo result: inout OutputSpan<Double>
    ) -> Bool {
        // One more in the exponent carries into the sign bit for infinities and NaN alone.
        var carries = Bits()
        let whole = numbers.count & ~(Vector.width - 1)
        for offset in stride(from: 0, to: whole, by: Vector.width) {
            let quotients = numbers.vector(at: offset) / divisor
            carries |= (quotients.bits & 0x7FFF_FFFF_FFFF_FFFF) &+ 0x0010_0000_0000_0000
            result.append(quotients)
        }
        var isFinite = !carries.hasSign
        for offset in whole..<numbers.count {
            let quotient = numbers[offset] / divisor
            if !quotient.isFinite { isFinite = false }
            result.append(quotient)
        }
        return isFinite
    }
}

/// Where the vectors of a list begin that is at least one long: the last may overlap the one
/// before.
@inline(__always)
func offsets(_ count: Int) -> Offsets { Offsets(last: count &- Vector.width) }

struct Offsets: Sequence, IteratorProtocol {
    private let last: Int
    private var start = 0

    @inline(__always)
    init(last: Int) { self.last = last }

    @inline(__always)
    mutating func next() -> Int? {
        guard start < last &+ Vector.width else { return nil }
        defer { start &+= Vector.width }
        return Swift.min(start, last)
    }
}

/// Applies a function to fewer numbers than a vector has.
@inline(never)
func padded(
    _ x: Span<Double>,
    into result: inout MutableSpan<Double>,
    _ function: (Span<Double>, inout MutableSpan<Double>) -> Void
) {
    var answers = Padded()
    let numbers = Padded(x)
    var span = answers.numbers.mutableSpan
    function(numbers.numbers.span, &span)
    answers.copy(into: &result)
}

@inline(never)
func padded(
    _ x: Span<Double>,
    _ y: Span<Double>,
    into result: inout MutableSpan<Double>,
    _ function: (Span<Double>, Span<Double>, inout MutableSpan<Double>) -> Void
) {
    var answers = Padded()
    let (numbers, others) = (Padded(x), Padded(y))
    var span = answers.numbers.mutableSpan
    function(numbers.numbers.span, others.numbers.span, &span)
    answers.copy(into: &result)
}
