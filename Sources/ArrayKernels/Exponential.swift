// SPDX-License-Identifier: Apache-2.0

/// e^x by reduction to |r| <= log(2)/2: x = n log 2 + r, and e^x = 2^n e^r.
///
/// After P. T. P. Tang, "Table-driven implementation of the exponential function in IEEE
/// floating-point arithmetic", ACM TOMS 15, 1989, without the table: e^r = 1 + r + r²/2 + r³ P(r). The
/// coefficients are made by Tests/LossFunctionsTests/coefficients.py.
struct Exponential {
    /// 2^52 + 2^51: added to a number, it leaves the nearest integer in the last bits.
    private static var shifter: Double { 0x1.8p52 }

    private let n: Vector
    /// r, rounded.
    private let r: Vector
    /// e^r - 1 - r, and what r lacks.
    private let rest: Vector

    @inline(__always)
    init(_ x: Vector) {
        let shifter = Vector(repeating: Self.shifter)
        n = Vector.multiplyAdd(x, Vector(repeating: 0x1.71547652b82fep0), shifter) - shifter
        let high = Vector.multiplyAdd(-n, Vector(repeating: LogarithmOfTwo.high), x)
        let low = n * LogarithmOfTwo.low
        r = high - low
        let lost = (high - r) - low
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
        // The largest term by itself, without the rounding errors of the series.
        let square = r * r
        rest = Vector.multiplyAdd(
            square,
            Vector(repeating: 0.5),
            Vector.multiplyAdd(square * r, series, lost)
        )
    }

    /// e^x.
    var value: Vector {
        @inline(__always) get { scaled(1 + (r + rest)) }
    }

    /// e^(x + error) = e^x + error e^x for an error below 2^-40.
    @inline(__always)
    func value(error: Vector) -> Vector {
        scaled(1 + (r + Vector.multiplyAdd(error, 1 + (r + rest), rest)))
    }

    /// e^x - 1 = 2^n ((1 - 2^-n) + (e^r - 1)), whose sums are taken with their rounding errors.
    var lessOne: Vector {
        @inline(__always) get {
            // Beyond 2^-1000, as beyond 2^-60, it counts for nothing.
            let inverse = Self.power((-n).clamped(-1_000, 1_000))
            let whole = 1 - inverse
            let shifted = whole - 1
            let lost = (1 - (whole - shifted)) - (inverse + shifted)
            // r is the smaller of the two: for n = 0 the other is 0.
            let sum = whole + r
            let error = (whole - sum) + r
            return scaled(sum + ((error + lost) + rest))
        }
    }

    /// 2^n times a number, rounded once where that is subnormal.
    @inline(__always)
    private func scaled(_ number: Vector) -> Vector {
        let shifter = Vector(repeating: Self.shifter)
        let half = (n * 0.5 + shifter) - shifter
        return number * Self.power(half) * Self.power(n - half)
    }

    /// 2^n for integers within the exponents of normal numbers.
    @inline(__always)
    private static func power(_ n: Vector) -> Vector {
        Vector(bits: ((n + shifter).bits &+ 1_023) &<< 52)
    }
}

extension Vector {
    /// Moved into a range; NaN stays.
    @inline(__always)
    func clamped(_ least: Double, _ greatest: Double) -> Vector {
        let (least, greatest) = (Vector(repeating: least), Vector(repeating: greatest))
        return replacing(with: least, where: self .< least)
            .replacing(with: greatest, where: self .> greatest)
    }

    @inline(__always)
    static func exp(_ x: Vector) -> Vector {
        // Beyond, the answer is 0 or infinite, and the exponent must stay in its bits.
        Exponential(x.clamped(-750, 712)).value
    }

    @inline(__always)
    static func exp(_ x: Vector, minus y: Vector) -> Vector {
        let difference = x - y
        let shifted = x - difference
        let error = (x - (difference + shifted)) + (shifted - y)
        // Where the difference is clamped, or nearly, its error no longer matters.
        let isClamped = difference .< -750
        return Exponential(difference.clamped(-750, 712))
            .value(error: error.replacing(with: Vector(repeating: 0), where: isClamped))
    }

    @inline(__always)
    static func expm1(_ x: Vector) -> Vector {
        // Below -50 the answer is -1 to the last bit.
        let value = Exponential(x.clamped(-50, 712)).lessOne
        return value.replacing(with: x, where: x .== 0)
    }
}
