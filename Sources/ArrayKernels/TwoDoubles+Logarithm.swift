// SPDX-License-Identifier: Apache-2.0

/// Logarithms, with an error of at most 2^-101 of the result or 2^-1074, whichever is greater.
extension TwoDoubles {
    /// log x; -∞ for 0 and NaN for negative x.
    @inline(never)
    static func log(_ x: TwoDoubles) -> TwoDoubles {
        let (k, f) = x.decomposed
        return log(k: k, f: f).replacingNonFinite(of: x.head, argument: x.head)
    }

    @inline(always)
    static func log(_ x: Vector) -> TwoDoubles { log(TwoDoubles(x)) }

    /// log(1 + x); -∞ for -1 and NaN for x < -1.
    @inline(never)
    static func log1p(_ x: TwoDoubles) -> TwoDoubles {
        let sum = x + Vector(repeating: 1)
        let (k, f) = sum.decomposed
        // For k = 0, f is x itself, without a rounding error.
        return log(k: k, f: f.replacing(with: x, where: k .== 0))
            .replacingNonFinite(of: x.head, argument: sum.head)
            .replacing(with: x, where: x.head .== 0)
    }

    @inline(always)
    static func log1p(_ x: Vector) -> TwoDoubles { log1p(TwoDoubles(x)) }

    /// log(2^k (1 + f)) with 1 + f between √½ and √2.
    ///
    /// Newton's method improves the logarithm y of 1 + f in doubles to y + (f - (e^y - 1)) / e^y,
    /// whose error is about half the square of that of y. All terms are small where f is.
    @inline(always)
    private static func log(k: Vector, f: TwoDoubles) -> TwoDoubles {
        let y = Logarithm(k: Vector(repeating: 0), f: f.head).value()
        let power = TwoDoubles(y).expm1OfReduced
        let difference = (f.head - power.head) + (f.tail - power.tail)
        return LogarithmOfTwo.pair * k + orderedSum(y, difference / (1 + power.head))
    }

    /// A positive number as 2^k (1 + f) with 1 + f between √½ and √2.
    private var decomposed: (k: Vector, f: TwoDoubles) {
        @inline(always) get {
            let isSmall = head .< 0x1p-900
            let isLarge = head .> 0x1p900
            let scaled = scaled(
                by: Vector(repeating: 1).replacing(with: 0x1p200, where: isSmall)
                    .replacing(with: 0x1p-200, where: isLarge)
            )
            let shift = Vector(repeating: 0).replacing(with: 200, where: isSmall)
                .replacing(with: -200, where: isLarge)
            let parts = Decomposition(scaled.head)
            return (
                parts.k - shift, TwoDoubles.orderedSum(parts.f, scaled.tail * parts.inverse)
            )
        }
    }

    /// Replaces logarithms that are not finite: ∞ and NaN like x, -∞ where the argument is 0, NaN
    /// where it is negative.
    @inline(always)
    private func replacingNonFinite(of x: Vector, argument: Vector) -> TwoDoubles {
        // The sum with 1 of an infinite x is NaN.
        replacing(with: TwoDoubles(repeating: .nan), where: .!(argument .>= 0))
            .replacing(with: TwoDoubles(repeating: -.infinity), where: argument .== 0)
            .replacing(with: TwoDoubles(x), where: .!(x .< .infinity))
    }
}

extension LogarithmOfTwo {
    /// The nearest double, and the rest.
    static var head: Double { 0x1.62e42fefa39efp-1 }
    static var tail: Double { 0x1.abc9e3b39803fp-56 }

    /// log 2 to within 2^-110.
    static var pair: TwoDoubles {
        @inline(always) get {
            TwoDoubles(head: Vector(repeating: head), tail: Vector(repeating: tail))
        }
    }
}
