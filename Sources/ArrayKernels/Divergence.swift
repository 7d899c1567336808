// SPDX-License-Identifier: Apache-2.0

/// The parts of y log(y/q), by one division and without a cancellation.
///
/// With k so that q' = 2^-k q is within a half of y, d = q' - y is exact, and with s = d / (q' + y)
/// and r = d/y, log(q/y) = k log 2 + log(1 + r) = k log 2 + 2 artanh s. Of y log(1 + r) the largest
/// part is d itself: what is left is y (r - log(1 + r)) = s (d - y s² P(s²)), which is like a square.
/// The coefficients of P are made by Tests/LossFunctionsTests/coefficients.py.
struct Divergence {
    /// Below, a number times a power of two, or a rounding error, may lack digits.
    private static var least: Double { 0x1p-900 }

    private let y: Vector
    private let q: Vector
    private let scaled: Vector
    /// y (r - log(1 + r)).
    private let excess: Vector
    /// k y log 2 and what it lacks.
    private let whole: Vector
    private let lost: Vector

    /// Whether the parts are none, for a number that is too small.
    let isLost: Mask

    @inline(__always)
    init(y: Vector, q: Vector) {
        // As integers the bits of a number are nearly its logarithm. k is rounded to nearest, and
        // has a bias of 1023.
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
        excess = s * Vector.multiplyAdd(-z * y, series, difference)
        let product = y.product(with: k * LogarithmOfTwo.high)
        whole = product.value
        lost = Vector.multiplyAdd(y, k * LogarithmOfTwo.low, product.error)
        let isSmall = (y .< Self.least) .| (q .< Self.least)
        isLost = isSmall.replacing(with: false, where: y .== 0)
    }

    /// y log(y/q) as the sum of two doubles; 0 where y is 0.
    ///
    /// Of the three parts each is larger than the next, so that a sum's rounding error comes from
    /// two differences.
    var sum: (high: Vector, low: Vector) {
        @inline(__always) get {
            let zero = Vector(repeating: 0)
            let difference = scaled - y
            let first = -whole - difference
            let firstError = (-whole - first) - difference
            let second = first + excess
            let secondError = (first - second) + excess
            return (
                second.replacing(with: zero, where: y .== 0),
                (firstError + secondError - lost).replacing(with: zero, where: y .== 0)
            )
        }
    }

    /// y log(y/q) + q - y, which is never negative; q where y is 0.
    ///
    /// It is small where y and q differ little, and then errors of q hardly count.
    var surplus: Vector {
        @inline(__always) get {
            (((q - scaled) - whole) + (excess - lost)).replacing(with: q, where: y .== 0)
        }
    }
}

/// The same where y or q is below 2^-900, without haste.
///
/// Where the two are within a factor of four, both are small, and are scaled by a power of two. Else
/// it is the logarithm of their quotient, or the difference of two where that lacks digits.
struct SmallDivergence {
    private static var scale: Double { 0x1p600 }

    private let y: Vector
    private let q: Vector
    private let scaled: Divergence
    private let isNear: Mask
    private let far: Vector
    /// Where y or q is that small.
    let isSmall: Mask
    /// Where q lacks digits, or q/y does.
    let isLost: Mask

    init(y: Vector, q: Vector) {
        self.y = y
        self.q = q
        scaled = Divergence(y: y * Self.scale, q: q * Self.scale)
        let ratio = q / y
        isSmall = Divergence(y: y, q: q).isLost
        let isMuch = ratio .>= 0.25
        isNear = isMuch.replacing(with: false, where: ratio .> 4)
        let isPlain = (ratio .>= 0x1p-1022) .& (ratio .< .infinity)
        let isWhole = isPlain .& (q .>= 0x1p-1022)
        isLost = isSmall.replacing(with: false, where: isWhole)
        far = (y * (Vector.log(y) - Vector.log(q)))
            .replacing(with: -y * Vector.log(ratio), where: isPlain)
    }

    /// y log(y/q) as the sum of two doubles.
    var sum: (high: Vector, low: Vector) {
        let sum = scaled.sum
        return (
            far.replacing(with: sum.high / Self.scale, where: isNear),
            Vector(repeating: 0).replacing(with: sum.low / Self.scale, where: isNear)
        )
    }

    /// y log(y/q) + q - y.
    var surplus: Vector {
        (far + (q - y)).replacing(with: scaled.surplus / Self.scale, where: isNear)
    }
}
