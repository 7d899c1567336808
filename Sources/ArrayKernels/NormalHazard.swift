// SPDX-License-Identifier: Apache-2.0

/// The hazard of the standard normal distribution, h(x) = φ(x)/Φ(-x), for x >= 0.
///
/// The surplus h(x) - x falls from √(2/π) to 1/x. It is s P(s)/4 with s = 4/(x + 4) and a polynomial P, as
/// M. M. Shepherd and J. G. Laframboise, "Chebyshev approximation of (1 + 2x) exp(x²) erfc x in
/// 0 <= x < ∞", Mathematics of Computation 36, 1981, have it for the reciprocal of h.
/// Tests/LossFunctionsTests/coefficients.py computes the coefficients.
struct NormalHazard {
    /// h(x) - x, with an error of about 2^-54.
    let surplus: TwoDoubles
    /// h(x), with the same.
    let value: TwoDoubles

    /// - Parameter x: a number from 0 to 2^500.
    #if COMPACT
    @inline(never)
    #else
    @inline(always)
    #endif
    init(_ x: Vector) {
        let sum = TwoDoubles.sum(x, Vector(repeating: 4))
        let s = 4 / sum.head
        let v = s - 0.5
        // The first two coefficients and their sums are kept with their rounding errors.
        var series = Vector(repeating: -0x1.0025cfe59befbp+1)
        series = Vector.multiplyAdd(series, v, Vector(repeating: -0x1.66072fbce721ap+0))
        series = Vector.multiplyAdd(series, v, Vector(repeating: 0x1.242588a60bd36p+2))
        series = Vector.multiplyAdd(series, v, Vector(repeating: 0x1.136e53ace73dap+2))
        series = Vector.multiplyAdd(series, v, Vector(repeating: -0x1.2e39ddfb197efp+2))
        series = Vector.multiplyAdd(series, v, Vector(repeating: -0x1.c66e8ca0dc554p+2))
        series = Vector.multiplyAdd(series, v, Vector(repeating: 0x1.2f9e2f5df16e4p+1))
        series = Vector.multiplyAdd(series, v, Vector(repeating: 0x1.106510f55ba60p+3))
        series = Vector.multiplyAdd(series, v, Vector(repeating: 0x1.859909461b77cp-1))
        series = Vector.multiplyAdd(series, v, Vector(repeating: -0x1.0a06626dd24f5p+3))
        series = Vector.multiplyAdd(series, v, Vector(repeating: -0x1.ad665aa70499ap+1))
        series = Vector.multiplyAdd(series, v, Vector(repeating: 0x1.b7f140988de07p+2))
        series = Vector.multiplyAdd(series, v, Vector(repeating: 0x1.3b433adceb6b7p+2))
        series = Vector.multiplyAdd(series, v, Vector(repeating: -0x1.2f588e8bd3c99p+2))
        series = Vector.multiplyAdd(series, v, Vector(repeating: -0x1.5ce9354dcc61cp+2))
        series = Vector.multiplyAdd(series, v, Vector(repeating: 0x1.37e048812e849p+1))
        series = Vector.multiplyAdd(series, v, Vector(repeating: 0x1.45d156a542812p+2))
        series = Vector.multiplyAdd(series, v, Vector(repeating: -0x1.87bbbf9e05c63p-2))
        series = Vector.multiplyAdd(series, v, Vector(repeating: -0x1.04e1282a84379p+2))
        series = Vector.multiplyAdd(series, v, Vector(repeating: -0x1.262a0ab859400p+0))
        series = Vector.multiplyAdd(series, v, Vector(repeating: 0x1.54cb6dbf54539p+1))
        series = Vector.multiplyAdd(series, v, Vector(repeating: 0x1.03548cc8932ddp+1))
        series = Vector.multiplyAdd(series, v, Vector(repeating: -0x1.1419b6ca6d10fp+0))
        series = Vector.multiplyAdd(series, v, Vector(repeating: -0x1.1b1571334587cp+1))
        series = Vector.multiplyAdd(series, v, Vector(repeating: -0x1.148dadc526eeap-1))
        series = Vector.multiplyAdd(series, v, Vector(repeating: 0x1.9b9a89c505df6p+0))
        let inner = TwoDoubles.orderedSum(Vector(repeating: 0x1.2ea4f4473593dp+1), v * series)
        let product = TwoDoubles.product(v, inner.head)
        let outer = TwoDoubles.orderedSum(Vector(repeating: 0x1.ce0b1e5a9c1bdp+0), product.head)
        let small = Vector.multiplyAdd(
            v,
            inner.tail + 0x1.23dfa17ba6378p-53,
            product.tail - 0x1.e6b5fc4e65c48p-54
        )

        // The derivative of P, which the rounding errors of s and of v need.
        var slope = Vector(repeating: -0x1.50f8d92ed5393p+2)
        slope = Vector.multiplyAdd(slope, v, Vector(repeating: -0x1.12b25cd09fb78p+1))
        slope = Vector.multiplyAdd(slope, v, Vector(repeating: 0x1.7a81434e5ec4fp+1))
        slope = Vector.multiplyAdd(slope, v, Vector(repeating: 0x1.2f454493ae729p+1))
        let remainder = Vector.multiplyAdd(-s, sum.head, Vector(repeating: 4)) - s * sum.tail
        let errorOfShift = s - (v + 0.5)
        let correction = Vector.multiplyAdd(
            0.25 * remainder,
            Vector.multiplyAdd(s, slope, outer.head),
            slope * errorOfShift
        )
        let quarter = 0.25 * s
        let heads = TwoDoubles.product(quarter, outer.head)
        let tail = Vector.multiplyAdd(quarter, outer.tail + small + correction, heads.tail)
        surplus = TwoDoubles.orderedSum(heads.head, tail)
        value = surplus + x
    }
}
