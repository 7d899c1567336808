// SPDX-License-Identifier: Apache-2.0

/// The sine of x and 1 - cos x for |x| up to π/4, none of which loses digits where it is small.
///
/// sin x = x + x z P(z) and cos x = 1 - z/2 + z² Q(z) with z = x²: the series of fdlibm.
/// Tests/LossFunctionsTests/coefficients.py computes the coefficients. So that small numbers stay normal,
/// x and its functions are multiplied by 2^500 for each factor x.
struct Circular {
    /// x, times 2^500.
    private let x: Vector
    /// sin x - x, times 2^500.
    private let rest: Vector
    /// 1 - cos x, times 2^1000.
    private let versine: Vector

    /// - Parameter x: the angle, times 2^500.
    @inline(always)
    init(_ x: TwoDoubles) {
        self.x = x.head
        let unscaled = 0x1p-500 * x.head
        let z = unscaled * unscaled
        var series = Vector(repeating: 0x1.5d8f743c18adcp-33)
        series = Vector.multiplyAdd(series, z, Vector(repeating: -0x1.ae5e595880643p-26))
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.71de35665006fp-19))
        series = Vector.multiplyAdd(series, z, Vector(repeating: -0x1.a01a019bfc3fbp-13))
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.111111110f7c3p-7))
        series = Vector.multiplyAdd(series, z, Vector(repeating: -0x1.5555555555548p-3))
        rest = Vector.multiplyAdd(x.head * z, series, x.tail * (1 - 0.5 * z))

        var cosine = Vector(repeating: -0x1.90039505630dcp-37)
        cosine = Vector.multiplyAdd(cosine, z, Vector(repeating: 0x1.1eea92fd5ef9bp-29))
        cosine = Vector.multiplyAdd(cosine, z, Vector(repeating: -0x1.27e4f903b4a33p-22))
        cosine = Vector.multiplyAdd(cosine, z, Vector(repeating: 0x1.a01a019e0fe51p-16))
        cosine = Vector.multiplyAdd(cosine, z, Vector(repeating: -0x1.6c16c16c15f9ap-10))
        cosine = Vector.multiplyAdd(cosine, z, Vector(repeating: 0x1.5555555555552p-5))
        let square = TwoDoubles.product(x.head, x.head)
        let tail = Vector.multiplyAdd(x.head + rest, x.tail, 0.5 * square.tail)
        versine = 0.5 * square.head + Vector.multiplyAdd(-square.head * z, cosine, tail)
    }

    /// sin x, times 2^500.
    var sine: Vector {
        @inline(always) get { x + rest }
    }

    /// 1 - cos x.
    var oneMinusCosine: Vector {
        @inline(always) get { 0x1p-1000 * versine }
    }

    /// cos x, times 2^500.
    var cosine: Vector {
        @inline(always) get { 0x1p500 - 0x1p-500 * versine }
    }

    /// 1 - sin x, or 1 + sin x where a sign bit is set.
    @inline(always)
    func oneMinusSine(sign: Bits) -> Vector {
        let sum = TwoDoubles.orderedSum(Vector(repeating: 1), -0x1p-500 * x.flipped(by: sign))
        return sum.head + (sum.tail - 0x1p-500 * rest.flipped(by: sign))
    }
}
