// SPDX-License-Identifier: Apache-2.0

/// log 2 to 33 bits, whose products with an exponent are exact, and the rest of it.
enum LogarithmOfTwo {
    static var high: Double { 0x1.62e42feep-1 }
    static var low: Double { 0x1.a39ef35793c76p-33 }
}

/// log(2^k (1 + f)) with 1 + f between √½ and √2.
///
/// With s = f / (2 + f), log(1 + f) = 2 artanh s = f - (f²/2 - s (f²/2 + R(s²))): the reduction of
/// fdlibm, with k log 2 and f added without a loss. The coefficients are made by
/// Tests/LossFunctionsTests/coefficients.py.
struct Logarithm {
    let k: Vector
    let f: Vector
    /// f²/2 - s (f²/2 + R): f - log(1 + f).
    let excess: Vector

    @inline(__always)
    init(k: Vector, f: Vector) {
        self.k = k
        self.f = f
        let s = f / (2 + f)
        let z = s * s
        var series = Vector(repeating: 0x1.2f058d594a4f8p-3)
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.39a1b6c363a14p-3))
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.74663f0d9a294p-3))
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.c71c5208b251ap-3))
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.24924941f1e9ap-2))
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.999999997fdabp-2))
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.5555555555592p-1))
        let half = 0.5 * f * f
        excess = half - s * Vector.multiplyAdd(z, series, half)
    }

    /// The logarithm of 2^k (1 + f) times one more than `correction`, which is about 2^-53.
    @inline(__always)
    func value(correction: Vector = Vector(repeating: 0)) -> Vector {
        let whole = k * LogarithmOfTwo.high
        // f is the smaller of the two, or k is 0 and the other is too.
        let sum = whole + f
        let error = (whole - sum) + f
        let low = Vector.multiplyAdd(k, Vector(repeating: LogarithmOfTwo.low), correction)
        return sum + (((error + low) - excess))
    }
}

/// A positive, normal number as 2^k (1 + f) with 1 + f between √½ and √2.
struct Decomposition {
    /// The bits of √½, but for the last 32.
    private static var root: UInt64 { 0x3FE6_A09E_0000_0000 }

    /// The exponent with a bias of 1023.
    private let biased: Bits
    let k: Vector
    let f: Vector

    @inline(__always)
    init(_ x: Vector) {
        let shifted = x.bits &+ (0x3FF0_0000_0000_0000 &- Self.root)
        biased = shifted &>> 52
        let significand = (shifted & 0x000F_FFFF_FFFF_FFFF) &+ Self.root
        f = Vector(bits: significand) - 1
        // An integer of 52 bits below the point of 2^52.
        k = Vector(bits: biased | 0x4330_0000_0000_0000) - (0x1p52 + 1_023)
    }

    /// 2^-k.
    var inverse: Vector {
        @inline(__always) get { Vector(bits: (2_046 &- biased) &<< 52) }
    }
}

extension Vector {
    @inline(__always)
    static func log(_ x: Vector) -> Vector {
        let isSmall = x .< 0x1p-1022
        let parts = Decomposition(x.replacing(with: x * 0x1p54, where: isSmall))
        let k = parts.k.replacing(with: parts.k - 54, where: isSmall)
        let value = Logarithm(k: k, f: parts.f).value()
        return value.markingEnds(of: x, least: 0)
    }

    /// With u = 1 + x rounded and c what was lost, log(1 + x) = log u + c/u to within 2^-106.
    @inline(__always)
    static func log1p(_ x: Vector) -> Vector {
        let u = 1 + x
        let shifted = u - 1
        let lost = (1 - (u - shifted)) + (x - shifted)
        let parts = Decomposition(u)
        // For k = 0, f is x itself, and nothing was lost.
        let isWhole = parts.k .== 0
        let f = parts.f.replacing(with: x, where: isWhole)
        let error = (lost * parts.inverse)
            .replacing(with: Vector(repeating: 0), where: isWhole .| (x .> 0x1p60))
        // 1 / (1 + f) to 2^-9, of at most 2 ulp of the answer.
        var inverse = Vector(repeating: -0x1.c65285fe8af35p-1)
        inverse = Vector.multiplyAdd(inverse, f, Vector(repeating: 0x1.1a479bed19726p0))
        inverse = Vector.multiplyAdd(inverse, f, Vector(repeating: -0x1.02e65b0328f43p0))
        inverse = Vector.multiplyAdd(inverse, f, Vector(repeating: 0x1.ff50c294213a2p-1))
        let value = Logarithm(k: parts.k, f: f).value(correction: error * inverse)
        return value.markingEnds(of: x, least: -1).replacing(with: x, where: x .== 0)
    }

    /// The logarithm of x, or with -1 that of 1 + x, where it is not finite.
    @inline(__always)
    private func markingEnds(of x: Vector, least: Double) -> Vector {
        replacing(with: x, where: .!(x .< .infinity))
            .replacing(with: Vector(repeating: -.infinity), where: x .== least)
            .replacing(with: Vector(repeating: .nan), where: x .< least)
    }
}
