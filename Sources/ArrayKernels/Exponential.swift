// SPDX-License-Identifier: Apache-2.0

/// e^x by argument reduction: x = n log 2 + r with |r| <= log(2)/2, and e^x = 2^n e^r.
///
/// After P. T. P. Tang, "Table-driven implementation of the exponential function in IEEE
/// floating-point arithmetic", ACM TOMS 15, 1989, without the table: e^r = 1 + r + r²/2 + r³ P(r).
/// Tests/LossFunctionsTests/coefficients.py computes the coefficients.
struct Exponential {
    /// 2^52 + 2^51, whose addition leaves the nearest integer in the last bits.
    static var shifter: Double { 0x1.8p52 }

    private let n: Vector
    /// r, rounded.
    private let r: Vector
    /// e^r - 1 - r plus the rounding error of r.
    private let tail: Vector

    #if COMPACT
    @inline(never)
    #else
    @inline(always)
    #endif
    init(_ x: Vector) {
        let shifter = Vector(repeating: Self.shifter)
        n = Vector.multiplyAdd(x, Vector(repeating: 0x1.71547652b82fep0), shifter) - shifter
        let high = Vector.multiplyAdd(-n, Vector(repeating: LogarithmOfTwo.high), x)
        let low = n * LogarithmOfTwo.low
        r = high - low
        let error = (high - r) - low
        var series = Vector(repeating: 0x1.1f9df719b67acp-29)
        series = Vector.multiplyAdd(series, r, Vector(repeating: 0x1.af6cccf1977c3p-26))
        series = Vector.multiplyAdd(series, r, Vector(repeating: 0x1.27e4bf291af05p-22))
        series = Vector.multiplyAdd(series, r, Vector(repeating: 0x1.71ddef93b9d4ep-19))
        series = Vector.multiplyAdd(series, r, Vector(repeating: 0x1.a01a01b45ab8cp-16))
        series = Vector.multiplyAdd(series, r, Vector(repeating: 0x1.a01a01b3bb2b6p-13))
        series = Vector.multiplyAdd(series, r, Vector(repeating: 0x1.6c16c16c13570p-10))
        series = Vector.multiplyAdd(series, r, Vector(repeating: 0x1.111111110ebb2p-7))
        series = Vector.multiplyAdd(series, r, Vector(repeating: 0x1.555555555555ep-5))
        series = Vector.multiplyAdd(series, r, Vector(repeating: 0x1.555555555555cp-3))
        // The largest term is kept apart from the series and its rounding errors.
        let square = r * r
        tail = Vector.multiplyAdd(
            square,
            Vector(repeating: 0.5),
            Vector.multiplyAdd(square * r, series, error)
        )
    }

    /// e^x.
    var value: Vector {
        @inline(always) get { scaled(1 + (r + tail)) }
    }

    /// e^x as a head and a tail, with an error of about 2^-57 of it.
    var sum: TwoDoubles {
        @inline(always) get {
            let first = TwoDoubles.orderedSum(Vector(repeating: 1), r)
            let sum = TwoDoubles.orderedSum(first.head, first.tail + tail)
            return TwoDoubles(head: scaled(sum.head), tail: scaled(sum.tail))
        }
    }

    /// e^(x + error), computed as e^x + error e^x, for an error below 2^-40.
    @inline(always)
    func value(error: Vector) -> Vector {
        scaled(1 + (r + Vector.multiplyAdd(error, 1 + (r + tail), tail)))
    }

    /// e^x - 1, with compensation for the rounding errors of the sums.
    var valueMinusOne: Vector {
        @inline(always) get {
            let sum = sumMinusOne
            return scaled(sum.head + sum.tail)
        }
    }

    /// e^x - 1 as a head and a tail, with an error of about 2^-56 of it.
    var pairMinusOne: TwoDoubles {
        @inline(always) get {
            let sum = sumMinusOne
            let pair = TwoDoubles.orderedSum(sum.head, sum.tail)
            return TwoDoubles(head: scaled(pair.head), tail: scaled(pair.tail))
        }
    }

    /// 2^-n (e^x - 1) = (1 - 2^-n) + (e^r - 1), of which the tail may exceed half an ulp of the head.
    private var sumMinusOne: TwoDoubles {
        @inline(always) get {
            // Below 2^-60, 2^-n is negligible, so the lower bound has no effect. Because of the
            // upper bound, the result is valid only for n >= -1,000.
            let inverse = Vector.power(ofTwo: (-n).clamped(-1_000, 1_000))
            let difference = 1 - inverse
            let shifted = difference - 1
            let differenceError = (1 - (difference - shifted)) - (inverse + shifted)
            // r is the smaller term, unless n = 0, where the other is 0.
            let sum = difference + r
            let sumError = (difference - sum) + r
            return TwoDoubles(head: sum, tail: (sumError + differenceError) + tail)
        }
    }

    /// e^x - 1 - x, if |x| is at most log(2)/2.
    var surplus: Vector {
        @inline(always) get { tail }
    }

    /// e^(x + error) times a factor and a power of two, of which only the product may be too large or
    /// too small for a double.
    @inline(always)
    func value(error: Vector, times factor: Vector, exponent: Vector) -> Vector {
        let power = 1 + (r + Vector.multiplyAdd(error, 1 + (r + tail), tail))
        // A factor near the ends of the range is moved away from them.
        let zero = Vector(repeating: 0)
        let shift = zero.replacing(with: 160, where: factor.magnitude .< 0x1p-800)
            .replacing(with: -160, where: factor.magnitude .> 0x1p800)
        let shifter = Vector(repeating: Self.shifter)
        let whole = (n + exponent - shift).clamped(-4_000, 4_000)
        let quarter = (0.25 * whole + shifter) - shifter
        let part = Vector.power(ofTwo: quarter)
        let product = factor * .power(ofTwo: shift) * power
        return product * part * part * part * .power(ofTwo: whole - 3 * quarter)
    }

    /// 2^n times a number, rounded only once if the result is subnormal.
    #if COMPACT
    @inline(never)
    #else
    @inline(always)
    #endif
    private func scaled(_ number: Vector) -> Vector {
        let half = n.halfRounded
        return number * .power(ofTwo: half) * .power(ofTwo: n - half)
    }
}

extension Vector {
    /// 2^n for integers n in the exponent range of normal numbers.
    @inline(always)
    static func power(ofTwo n: Vector) -> Vector {
        Vector(bits: ((n + Exponential.shifter).bits &+ 1_023) &<< 52)
    }

    /// Half of an integer, rounded to an integer.
    var halfRounded: Vector {
        @inline(always) get {
            let shifter = Vector(repeating: Exponential.shifter)
            return (self * 0.5 + shifter) - shifter
        }
    }

    /// The vector clamped to a range; NaN is unchanged.
    @inline(always)
    func clamped(_ least: Double, _ greatest: Double) -> Vector {
        let (least, greatest) = (Vector(repeating: least), Vector(repeating: greatest))
        return replacing(with: least, where: self .< least)
            .replacing(with: greatest, where: self .> greatest)
    }

    #if COMPACT
    @inline(never)
    #else
    @inline(always)
    #endif
    static func exp(_ x: Vector) -> Vector {
        // Outside the range the result is 0 or infinite; clamping keeps the exponent in its field.
        Exponential(x.clamped(-750, 712)).value
    }

    @inline(always)
    static func exp(_ x: Vector, minus y: Vector) -> Vector {
        let difference = x - y
        let shifted = x - difference
        let error = (x - (difference + shifted)) + (shifted - y)
        // Where the difference is clamped, its error is irrelevant.
        let isClamped = difference .< -750
        return Exponential(difference.clamped(-750, 712))
            .value(error: error.replacing(with: Vector(repeating: 0), where: isClamped))
    }

    /// e^x for a sum x of a head and a tail.
    @inline(always)
    static func exp(_ x: TwoDoubles) -> Vector {
        let head = x.head.clamped(-750, 712)
        let tail = Vector(repeating: 0).replacing(with: x.tail, where: head .== x.head)
        return Exponential(head).value(error: tail)
    }

    /// e^x times a factor and a power of two, for a sum x of a head and a tail.
    ///
    /// Unlike a product with e^x, it is infinite or 0 only if the result is.
    @inline(always)
    static func exp(
        _ x: TwoDoubles,
        times factor: Vector,
        exponent: Vector = Vector(repeating: 0)
    ) -> Vector {
        let head = x.head.clamped(-2_800, 2_800)
        let tail = Vector(repeating: 0).replacing(with: x.tail, where: head .== x.head)
        return Exponential(head).value(error: tail, times: factor, exponent: exponent)
    }

    #if COMPACT
    @inline(never)
    #else
    @inline(always)
    #endif
    static func expm1(_ x: Vector) -> Vector {
        // Below -50 the correctly rounded result is -1.
        let value = Exponential(x.clamped(-50, 712)).valueMinusOne
        return value.replacing(with: x, where: x .== 0)
    }
}
