// SPDX-License-Identifier: Apache-2.0

/// log cosh x with its derivatives tanh x and 1 / cosh² x, for x >= 0.
///
/// All three follow from q = e^-2x, which cannot overflow, and q - 1, which does not cancel where x is
/// small: cosh² x = 1 + (1 - q)² / 4q.
struct HyperbolicCosine {
    let logarithm: Vector
    let tangent: Vector
    let squaredSecant: Vector

    /// - Parameters:
    ///   - x: a number that is not negative.
    ///   - tail: the tail of x, at most half an ulp of it.
    @inline(always)
    init(_ x: Vector, tail: Vector) {
        let power = Exponential((-2 * x).clamped(-750, 0))
        let tail = tail.replacing(with: 0, where: x .> 375)
        let q = power.value(error: -2 * tail)
        // Keeps 2^n a normal number.
        let decrease = (power.valueMinusOne - 2 * tail * q).replacing(with: -1, where: x .> 300)
        let isSmall = x .< 0.75
        let squaredSine = decrease * decrease / (4 * q)
        let excess = Vector.log1p(q.replacing(with: squaredSine, where: isSmall))
        let far = (x - LogarithmOfTwo.head) + (excess - (LogarithmOfTwo.tail - tail))
        let sum = 1 + q
        logarithm = far.replacing(with: 0.5 * excess, where: isSmall)
        tangent = -decrease / sum
        squaredSecant = 4 * q / (sum * sum)
    }
}
