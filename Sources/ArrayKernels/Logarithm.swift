// SPDX-License-Identifier: Apache-2.0

/// log 2 as the sum of its first 33 bits, whose products with an exponent are exact, and a tail.
enum LogarithmOfTwo {
    static var high: Double { 0x1.62e42feep-1 }
    static var low: Double { 0x1.a39ef35793c76p-33 }
}

/// log(2^k (1 + f)) with 1 + f between √½ and √2.
///
/// With s = f / (2 + f), log(1 + f) = 2 artanh s = f - (f²/2 - s (f²/2 + R(s²))): the reduction of
/// fdlibm, with a compensated sum of k log 2 and f. Tests/LossFunctionsTests/coefficients.py
/// computes the coefficients.
struct Logarithm {
    let k: Vector
    let f: Vector
    /// f - log(1 + f) = f²/2 - s (f²/2 + R).
    let remainder: Vector

    #if COMPACT
    @inline(never)
    #else
    @inline(always)
    #endif
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
        remainder = half - s * Vector.multiplyAdd(z, series, half)
    }

    /// The logarithm of 2^k (1 + f) (1 + `correction`), for a correction of about 2^-53.
    @inline(always)
    func value(correction: Vector = Vector(repeating: 0)) -> Vector {
        let multiple = k * LogarithmOfTwo.high
        // f is the smaller term, unless k is 0, where the other is 0 as well.
        let sum = multiple + f
        let error = (multiple - sum) + f
        let low = Vector.multiplyAdd(k, Vector(repeating: LogarithmOfTwo.low), correction)
        return sum + (((error + low) - remainder))
    }
}

extension Logarithm {
    /// The logarithm of a positive number.
    #if COMPACT
    @inline(never)
    #else
    @inline(always)
    #endif
    init(of x: Vector) {
        self.init(of: x, areNormal: !(x .< 0x1p-1022).isAny)
    }

    /// The logarithm of a positive number.
    ///
    /// - Parameters:
    ///   - x: the number.
    ///   - areNormal: whether no lane is subnormal.
    @inline(always)
    init(of x: Vector, areNormal: Bool) {
        var (normal, shift) = (x, Vector(repeating: 0))
        if !areNormal {
            let isSmall = x .< 0x1p-1022
            normal = x.replacing(with: x * 0x1p54, where: isSmall)
            shift = shift.replacing(with: 54, where: isSmall)
        }
        let parts = Decomposition(normal)
        self.init(k: parts.k - shift, f: parts.f)
    }

    /// The logarithm of 2^k (1 + f) as a head and a tail, with an error of about 2^-57.
    ///
    /// - Parameter correction: a relative correction of the argument, of about 2^-53.
    /// - Returns: the head and the tail.
    @inline(always)
    func sum(correction: Vector = Vector(repeating: 0)) -> TwoDoubles {
        let multiple = k * LogarithmOfTwo.high
        let sum = multiple + f
        let error = (multiple - sum) + f
        let low = Vector.multiplyAdd(k, Vector(repeating: LogarithmOfTwo.low), correction)
        return TwoDoubles.orderedSum(sum, (error + low) - remainder)
    }

    /// x - log(1 + x), where 1 + x is 2^k (1 + f) (1 + `correction`).
    @inline(always)
    func shortfall(of x: Vector, correction: Vector) -> Vector {
        let difference = (x - k * LogarithmOfTwo.high) - f
        let low = Vector.multiplyAdd(k, Vector(repeating: LogarithmOfTwo.low), correction)
        return difference + (remainder - low)
    }
}

/// A positive, normal number as 2^k (1 + f) with 1 + f between √½ and √2; k is -1,023 for 0 and
/// subnormal numbers.
struct Decomposition {
    /// The bits of √½ without the last 32.
    private static var root: UInt64 { 0x3FE6_A09E_0000_0000 }

    /// The exponent, biased by 1023.
    private let biased: Bits
    let k: Vector
    let f: Vector

    @inline(always)
    init(_ x: Vector) {
        let shifted = x.bits &+ (0x3FF0_0000_0000_0000 &- Self.root)
        biased = shifted &>> 52
        let significand = (shifted & 0x000F_FFFF_FFFF_FFFF) &+ Self.root
        f = Vector(bits: significand) - 1
        // OR-ing a 52-bit integer into the significand of 2^52 adds it.
        k = Vector(bits: biased | 0x4330_0000_0000_0000) - (0x1p52 + 1_023)
    }

    /// 2^-k.
    var inverse: Vector {
        @inline(always) get { Vector(bits: (2_046 &- biased) &<< 52) }
    }
}

extension Vector {
    /// The power of two, from 2^-1000 to 2^1000, that brings a number that is not negative near 1.
    var powerOfTwoToUnit: Vector {
        @inline(always) get { .power(ofTwo: (-Decomposition(self).k).clamped(-1_000, 1_000)) }
    }
}

/// log(1 + x) = log u + c/u to within 2^-106, where u is 1 + x rounded and c the rounding error.
struct LogarithmOfSum {
    let logarithm: Logarithm
    /// c/u.
    let correction: Vector

    @inline(always)
    init(_ x: Vector) {
        let u = 1 + x
        let shifted = u - 1
        let roundingError = (1 - (u - shifted)) + (x - shifted)
        let parts = Decomposition(u)
        // For k = 0, f is x itself, without a rounding error.
        let isExact = parts.k .== 0
        let f = parts.f.replacing(with: x, where: isExact)
        let error = (roundingError * parts.inverse)
            .replacing(with: Vector(repeating: 0), where: isExact .| (x .> 0x1p60))
        // 1 / (1 + f) to 2^-9 suffices: the correction is at most 2 ulp of the result.
        var inverse = Vector(repeating: -0x1.c65285fe8af35p-1)
        inverse = Vector.multiplyAdd(inverse, f, Vector(repeating: 0x1.1a479bed19726p0))
        inverse = Vector.multiplyAdd(inverse, f, Vector(repeating: -0x1.02e65b0328f43p0))
        inverse = Vector.multiplyAdd(inverse, f, Vector(repeating: 0x1.ff50c294213a2p-1))
        logarithm = Logarithm(k: parts.k, f: f)
        correction = error * inverse
    }

    /// The logarithm as a head and a tail, with an error of about 2^-57.
    var sum: TwoDoubles {
        @inline(always) get { logarithm.sum(correction: correction) }
    }

    /// x - log(1 + x), from x.
    @inline(always)
    func shortfall(of x: Vector) -> Vector {
        logarithm.shortfall(of: x, correction: correction)
    }
}

extension Vector {
    #if COMPACT
    @inline(never)
    #else
    @inline(always)
    #endif
    static func log(_ x: Vector) -> Vector {
        let areNormal = !(.!((x .>= 0x1p-1022) .& (x .< .infinity))).isAny
        let value = Logarithm(of: x, areNormal: areNormal).value()
        return areNormal ? value : value.replacingNonFinite(of: x, least: 0)
    }

    #if COMPACT
    @inline(never)
    #else
    @inline(always)
    #endif
    static func log1p(_ x: Vector) -> Vector {
        let parts = LogarithmOfSum(x)
        let value = parts.logarithm.value(correction: parts.correction)
        return value.replacingNonFinite(of: x, least: -1).replacing(with: x, where: x .== 0)
    }

    /// Replaces logarithms that are not finite: -∞ at `least`, NaN below it, ∞ and NaN like x.
    @inline(always)
    private func replacingNonFinite(of x: Vector, least: Double) -> Vector {
        replacing(with: x, where: .!(x .< .infinity))
            .replacing(with: Vector(repeating: -.infinity), where: x .== least)
            .replacing(with: Vector(repeating: .nan), where: x .< least)
    }
}
