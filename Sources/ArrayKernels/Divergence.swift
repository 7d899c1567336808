// SPDX-License-Identifier: Apache-2.0

/// The term y log(y/q), computed with one division and without cancellation.
///
/// Choose k so that q' = 2^-k q differs from y by at most y/2. Then d = q' - y is exact, and with
/// s = d / (q' + y) and r = d/y, log(q/y) = k log 2 + log(1 + r) = k log 2 + 2 artanh s. The largest
/// part of y log(1 + r) is d itself; the remainder, y (r - log(1 + r)) = s (d - y s² P(s²)), is of
/// second order in r. Tests/LossFunctionsTests/coefficients.py computes the coefficients of P.
struct Divergence {
    /// The least y and q for which scaled numbers and rounding errors are not subnormal.
    private static var least: Double { 0x1p-900 }

    private let y: Vector
    private let q: Vector
    private let scaled: Vector
    /// y (r - log(1 + r)).
    private let remainder: Vector
    /// k y log 2 as an unevaluated sum of head and tail.
    private let logHead: Vector
    private let logTail: Vector

    /// Whether y or q is too small for the other results to be valid.
    let isTooSmall: Mask

    @inline(always)
    init(y: Vector, q: Vector) {
        // The bits of a double, taken as an integer, approximate its logarithm. k is rounded to the
        // nearest integer and biased by 1023.
        let biased = (q.bits &- y.bits &+ (1_023 &<< 52 | 1 &<< 51)) &>> 52
        let k = Vector(bits: biased | 0x4330_0000_0000_0000) - (0x1p52 + 1_023)
        self.y = y
        self.q = q
        scaled = q * Vector(bits: (2_046 &- biased) &<< 52)
        let difference = scaled - y
        let s = difference / (scaled + y)
        let z = s * s
        var series = Vector(repeating: 0x1.193386175a0e2p-3)
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.0e28e6b8293afp-3))
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.3b2fc677886bep-3))
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.745c7dabb2868p-3))
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.c71c73a255244p-3))
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.249249230d0a7p-2))
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.999999999ab7ap-2))
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.5555555555553p-1))
        remainder = s * Vector.multiplyAdd(-z * y, series, difference)
        let product = y.product(with: k * LogarithmOfTwo.high)
        logHead = product.value
        logTail = Vector.multiplyAdd(y, k * LogarithmOfTwo.low, product.error)
        let isSmall = (y .< Self.least) .| (q .< Self.least)
        isTooSmall = isSmall.replacing(with: false, where: y .== 0)
    }

    /// y log(y/q) as an unevaluated sum of head and tail; 0 where y is 0.
    ///
    /// The three parts are added in order of decreasing magnitude, so that the rounding error of
    /// each addition follows from two subtractions (Fast2Sum).
    var sum: (head: Vector, tail: Vector) {
        @inline(always) get {
            let zero = Vector(repeating: 0)
            let difference = scaled - y
            let first = -logHead - difference
            let firstError = (-logHead - first) - difference
            let second = first + remainder
            let secondError = (first - second) + remainder
            return (
                second.replacing(with: zero, where: y .== 0),
                (firstError + secondError - logTail).replacing(with: zero, where: y .== 0)
            )
        }
    }

    /// y log(y/q) + q - y, which is never negative; q where y is 0.
    ///
    /// Where y and q are close, the result is small and hardly depends on errors of q.
    var generalized: Vector {
        @inline(always) get {
            (((q - scaled) - logHead) + (remainder - logTail)).replacing(with: q, where: y .== 0)
        }
    }
}

/// The term y log(y/q) where y or q is below 2^-900, not optimized for speed.
///
/// If y and q are within a factor of four, both are small and are scaled by a power of two.
/// Otherwise the term uses the logarithm of their quotient, or the difference of their logarithms
/// if the quotient is not a normal number.
struct SmallDivergence {
    private static var scale: Double { 0x1p600 }

    private let y: Vector
    private let q: Vector
    private let scaled: Divergence
    private let isNear: Mask
    private let far: Vector
    /// Whether y or q is that small.
    let isSmall: Mask
    /// Whether q or q/y is not a normal number.
    let isInaccurate: Mask

    init(y: Vector, q: Vector) {
        self.y = y
        self.q = q
        scaled = Divergence(y: y * Self.scale, q: q * Self.scale)
        let ratio = q / y
        isSmall = Divergence(y: y, q: q).isTooSmall
        let isAtLeastQuarter = ratio .>= 0.25
        isNear = isAtLeastQuarter.replacing(with: false, where: ratio .> 4)
        let ratioIsNormal = (ratio .>= 0x1p-1022) .& (ratio .< .infinity)
        let isAccurate = ratioIsNormal .& (q .>= 0x1p-1022)
        isInaccurate = isSmall.replacing(with: false, where: isAccurate)
        far = (y * (Vector.log(y) - Vector.log(q)))
            .replacing(with: -y * Vector.log(ratio), where: ratioIsNormal)
    }

    /// y log(y/q) as an unevaluated sum of head and tail.
    var sum: (head: Vector, tail: Vector) {
        let sum = scaled.sum
        return (
            far.replacing(with: sum.head / Self.scale, where: isNear),
            Vector(repeating: 0).replacing(with: sum.tail / Self.scale, where: isNear)
        )
    }

    /// y log(y/q) + q - y.
    var generalized: Vector {
        (far + (q - y)).replacing(with: scaled.generalized / Self.scale, where: isNear)
    }
}
