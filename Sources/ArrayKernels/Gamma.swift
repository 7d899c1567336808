// SPDX-License-Identifier: Apache-2.0

/// log Γ(1 + t), the logarithm of the factorial of t, for t >= 0.
///
/// From 8.5 on, Stirling's series. Below, the recurrence of Γ leads to log Γ(2 + w) with |w| <= 1/2,
/// which is w (1 - γ) + w² R(w), so that no digits are lost near the zeros at t = 0 and t = 1.
/// Tests/LossFunctionsTests/coefficients.py computes the coefficients.
struct LogFactorial {
    /// log √2π.
    static var constant: (head: Double, tail: Double) {
        (0x1.d67f1c864beb5p-1, -0x1.65b5a1b7ff5dfp-55)
    }

    /// The logarithm as a head and a tail, with an error of about 2^-55.
    let value: TwoDoubles

    #if COMPACT
    @inline(never)
    #else
    @inline(always)
    #endif
    init(_ t: Vector) {
        let (zero, one) = (Vector(repeating: 0), Vector(repeating: 1))
        let isLarge = t .>= 8.5
        let isLow = t .< 0.5
        // t (t - 1) ... down to the last factor of at least 1.5.
        var (product, error) = (one, zero)
        var factor = t.replacing(with: one, where: isLarge)
        for _ in 0..<7 {
            let isFactor = factor .>= 1.5
            let multiplier = one.replacing(with: factor, where: isFactor)
            let (value, rounding) = product.product(with: multiplier)
            (product, error) = (value, Vector.multiplyAdd(error, multiplier, rounding))
            factor = factor.replacing(with: factor - 1, where: isFactor)
        }
        // The sum with 1 is exact, except near 1, where log1p corrects it, and beyond 2^53.
        let argument = (product - 1).replacing(with: t, where: isLow)
            .replacing(with: t - 1, where: isLarge)
        let logarithm = LogarithmOfSum(argument).sum

        let w = factor.replacing(with: t, where: isLow) - one.replacing(with: zero, where: isLow)
        let linear = TwoDoubles.product(w, Vector(repeating: 0x1.b0ee6072093cep-2))
        let low = Vector.multiplyAdd(
            w,
            Vector(repeating: 0x1.6cb90701fbfabp-58),
            Vector.multiplyAdd(w * w, Self.bend(w), error / product)
        )
        let near = (-logarithm).replacing(with: logarithm, where: .!isLow) + linear + low

        let inverse = 1 / t.replacing(with: one, where: .!isLarge)
        let constant = TwoDoubles(repeating: Self.constant)
        let large =
            (TwoDoubles.looseProduct(TwoDoubles.sum(t, Vector(repeating: 0.5)), logarithm) - t)
            + (constant + inverse * Self.correction(inverse * inverse))
        value = near.replacing(with: large, where: isLarge)
    }

    /// R: (log Γ(2 + w) - (1 - γ) w) / w².
    @inline(always)
    private static func bend(_ w: Vector) -> Vector {
        var series = Vector(repeating: -0x1.1ff9690487ff7p-23)
        series = Vector.multiplyAdd(series, w, Vector(repeating: 0x1.2723c06e3996ep-22))
        series = Vector.multiplyAdd(series, w, Vector(repeating: -0x1.ce3eba447ec52p-22))
        series = Vector.multiplyAdd(series, w, Vector(repeating: 0x1.f0294e7417449p-21))
        series = Vector.multiplyAdd(series, w, Vector(repeating: -0x1.1272937cdf2a8p-19))
        series = Vector.multiplyAdd(series, w, Vector(repeating: 0x1.2621a0ecb293bp-18))
        series = Vector.multiplyAdd(series, w, Vector(repeating: -0x1.3cb42aad45aaep-17))
        series = Vector.multiplyAdd(series, w, Vector(repeating: 0x1.5808a5251a3bep-16))
        series = Vector.multiplyAdd(series, w, Vector(repeating: -0x1.78de95141bc3bp-15))
        series = Vector.multiplyAdd(series, w, Vector(repeating: 0x1.a127cdd9bdc4ep-14))
        series = Vector.multiplyAdd(series, w, Vector(repeating: -0x1.d3fd4b9192babp-13))
        series = Vector.multiplyAdd(series, w, Vector(repeating: 0x1.0b36af58e5823p-11))
        series = Vector.multiplyAdd(series, w, Vector(repeating: -0x1.38ac5c2cf2e4dp-10))
        series = Vector.multiplyAdd(series, w, Vector(repeating: 0x1.7add6eadfdd7dp-9))
        series = Vector.multiplyAdd(series, w, Vector(repeating: -0x1.e404fc218e656p-8))
        series = Vector.multiplyAdd(series, w, Vector(repeating: 0x1.51322ac7d832dp-6))
        series = Vector.multiplyAdd(series, w, Vector(repeating: -0x1.13e001a557608p-4))
        return Vector.multiplyAdd(series, w, Vector(repeating: 0x1.4a34cc4a60fa6p-2))
    }

    /// The remainder of Stirling's formula at t, divided by 1/t, from 1/t².
    @inline(always)
    private static func correction(_ z: Vector) -> Vector {
        var series = Vector(repeating: -0x1.ac31ff3899fdcp-10)
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.b68b9787762a0p-11))
        series = Vector.multiplyAdd(series, z, Vector(repeating: -0x1.380d01ddd3b19p-11))
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.a019fa29e9b50p-11))
        series = Vector.multiplyAdd(series, z, Vector(repeating: -0x1.6c16c16b2acc4p-9))
        return Vector.multiplyAdd(series, z, Vector(repeating: 0x1.5555555555545p-4))
    }
}

/// The digamma function at 1 + t, the derivative of log Γ(1 + t), for t >= 0.
enum Digamma {
    /// The t at which it is 0, as the sum of three numbers.
    static var root: (first: Double, second: Double, third: Double) {
        (0x1.d8b618d5af8fep-2, -0x1.1e563779a1f5bp-56, -0x1.f29d59416f391p-113)
    }

    /// The least t from which it is an asymptotic series in 1/t.
    private static var least: Double { 8 }

    /// ψ(1 + t), with relative accuracy near its zero too.
    ///
    /// Below 8, with d = t - root, it is the difference of two values of the recurrence
    /// ψ(1 + t) = ψ(9 + t) - Σ 1 / (j + t), each of whose terms is a multiple of d:
    /// log(1 + d / (8 + root)) + d Σ 1 / ((j + root) (j + t)) - d h(t).
    @inline(always)
    static func value(_ t: Vector) -> Vector {
        let isLarge = t .>= least
        let distance = (t - root.first) - root.second
        let argument = (distance * 0x1.e4113f04b6acfp-4).replacing(with: t - 1, where: isLarge)
        let logarithm = LogarithmOfSum(argument).sum

        let small = t.replacing(with: 0, where: isLarge)
        var product = TwoDoubles(repeating: 1)
        var sum = TwoDoubles(repeating: 0)
        for j in 1...8 {
            let factor = TwoDoubles.sum(Vector(repeating: Double(j)), small)
            let weight = TwoDoubles(repeating: 1 / (root.first + Double(j)))
            let term = TwoDoubles.looseProduct(product, weight)
            sum = TwoDoubles.looseSum(TwoDoubles.looseProduct(sum, factor), term)
            product = TwoDoubles.looseProduct(product, factor)
        }
        let inverse = 1 / (small + 8).replacing(with: t, where: isLarge)
        let ratio = sum.head / product.head
        let remainder = Vector.multiplyAdd(-ratio, product.head, sum.head)
        let tail = (remainder + (sum.tail - ratio * product.tail)) / product.head
        let slope = ratio + (tail - inverse * difference(inverse))
        let correction = inverse * (0.5 - inverse * series(inverse * inverse))
        let low = (distance * slope).replacing(with: correction, where: isLarge)
        return logarithm.head + (logarithm.tail + low)
    }

    /// h, divided by 1 / (8 + t), from it.
    @inline(always)
    private static func difference(_ y: Vector) -> Vector {
        var series = Vector(repeating: 0x1.c048ef770cb04p-10)
        series = Vector.multiplyAdd(series, y, Vector(repeating: 0x1.6d305511ac9afp-10))
        series = Vector.multiplyAdd(series, y, Vector(repeating: -0x1.0c2267a57c93dp-8))
        series = Vector.multiplyAdd(series, y, Vector(repeating: -0x1.ce5fc691b1c56p-12))
        series = Vector.multiplyAdd(series, y, Vector(repeating: 0x1.0f3987971a07bp-7))
        series = Vector.multiplyAdd(series, y, Vector(repeating: 0x1.007ee9a1ca6e4p-10))
        series = Vector.multiplyAdd(series, y, Vector(repeating: -0x1.54dc17d265d1ep-4))
        series = Vector.multiplyAdd(series, y, Vector(repeating: 0x1.f5ede3b5e696bp-2))
        return series * 0x1.e4113f04b6acfp-4
    }

    /// t² (log t + 1/(2t) - ψ(1 + t)), from 1/t².
    @inline(always)
    private static func series(_ z: Vector) -> Vector {
        var series = Vector(repeating: -0x1.1af667cd2ef97p-6)
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.eb7d3bde494a2p-8))
        series = Vector.multiplyAdd(series, z, Vector(repeating: -0x1.11042b442036fp-8))
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.04102fffd4e79p-8))
        series = Vector.multiplyAdd(series, z, Vector(repeating: -0x1.1111110be156dp-7))
        return Vector.multiplyAdd(series, z, Vector(repeating: 0x1.5555555555339p-4))
    }
}

/// The trigamma function at 1 + t, the second derivative of log Γ(1 + t), for t >= 0.
enum Trigamma {
    /// ψ'(1 + t) = ψ'(9 + t) + Σ 1 / (j + t)², a sum of positive terms.
    @inline(always)
    static func value(_ t: Vector) -> Vector {
        let isLarge = t .>= 8
        let inverse = 1 / (t + 8).replacing(with: t, where: isLarge)
        let z = inverse * inverse
        var series = Vector(repeating: 0x1.a767ece2b85efp-1)
        series = Vector.multiplyAdd(series, z, Vector(repeating: -0x1.f674052dbf2a4p-3))
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.35e8752ddf464p-4))
        series = Vector.multiplyAdd(series, z, Vector(repeating: -0x1.110fa9e5cb40ap-5))
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.86185ed60b31fp-6))
        series = Vector.multiplyAdd(series, z, Vector(repeating: -0x1.1111111074293p-5))
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.55555555554f4p-3))
        let far = Vector.multiplyAdd(z, inverse * series - 0.5, inverse)
        var sum = Vector(repeating: 0)
        for j in (1...8).reversed() {
            let term = 1 / (t + Double(j))
            sum = sum + term * term
        }
        return far + sum.replacing(with: 0, where: isLarge)
    }
}
