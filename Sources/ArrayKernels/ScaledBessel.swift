// SPDX-License-Identifier: Apache-2.0

/// The modified Bessel functions I_0 and I_1 of 2x times e^-2x, for x from 0 to 2^500, as sums of a head and a
/// tail.
///
/// Below 24, the power series of I_0 and I_1; from there on, the asymptotic series, whose terms are
/// c_k = ((2k - 1)!!)²/(k! (16x)^k), c_k 2/(2k - 1) and c_k 4k/(2k - 1) in I_0, I_0 + I_1 and I_0 - I_1.
/// Below 1/8, the complements are series of (-x)^k (2k)!/k!³ and of the same divided by k + 1.
struct ScaledBessel {
    /// e^-2x I_0(2x), to within 2^-98.
    let zero: TwoDoubles
    /// e^-2x (I_0(2x) + I_1(2x)), to within 2^-98.
    let sum: TwoDoubles
    /// e^-2x (I_0(2x) - I_1(2x)), to within 2^-90.
    let difference: TwoDoubles
    /// 1 - e^-2x I_0(2x) and 1 - e^-2x (I_0(2x) + I_1(2x)), to within 2^-95.
    let complementOfZero: TwoDoubles
    let complementOfSum: TwoDoubles

    @inline(never)
    init(_ x: Vector) {
        let one = TwoDoubles(repeating: 1)
        let near = Self.near(x.clamped(0, 24))
        let far = Self.far(x.clamped(24, .greatestFiniteMagnitude))
        let isFar = x .>= 24
        zero = near.zero.replacing(with: far.zero, where: isFar)
        sum = near.sum.replacing(with: far.sum, where: isFar)
        difference = near.difference.replacing(with: far.difference, where: isFar)
        let small = Self.complements(x.clamped(0, 0.125))
        let isSmall = x .< 0.125
        complementOfZero = (one - zero).replacing(with: small.zero, where: isSmall)
        complementOfSum = (one - sum).replacing(with: small.sum, where: isSmall)
    }

    private typealias Values = (zero: TwoDoubles, sum: TwoDoubles, difference: TwoDoubles)

    /// The functions by their power series, for x up to 24.
    @inline(never)
    private static func near(_ x: Vector) -> Values {
        let square = TwoDoubles.product(x, x)
        var term = TwoDoubles(repeating: 1)
        var (even, odd) = (term, term)
        for k in 1...80 {
            let k = Double(k)
            term = term * square / Vector(repeating: k * k)
            even = even + term
            odd = odd + term / Vector(repeating: k + 1)
        }
        odd = odd * x
        let scale = TwoDoubles.exp(-2 * x)
        return (even * scale, (even + odd) * scale, (even - odd) * scale)
    }

    /// The functions by their asymptotic series, for x from 24 on.
    @inline(never)
    private static func far(_ x: Vector) -> Values {
        let inverse = TwoDoubles(repeating: 1 / 16.0) / x
        var term = TwoDoubles(repeating: 1)
        var (zero, sum, difference) = (
            term, term.scaled(by: 2 * term.head), TwoDoubles(repeating: 0)
        )
        for k in 1...48 {
            let odd = Double(2 * k - 1)
            term = term * inverse * Vector(repeating: odd * odd) / Vector(repeating: Double(k))
            zero = zero + term
            let part = term / Vector(repeating: odd)
            sum = sum - part.scaled(by: Vector(repeating: 2))
            difference = difference + part * Vector(repeating: Double(4 * k))
        }
        // 1/√(4πx).
        let scale =
            TwoDoubles(
                head: Vector(repeating: 0x1.20dd750429b6dp-2),
                tail: Vector(repeating: 0x1.1ae3a914fed80p-58)
            ) / TwoDoubles(x).squareRoot
        return (zero * scale, sum * scale, difference * scale)
    }

    /// The complements of the first two functions, for x up to 1/8.
    @inline(never)
    private static func complements(_ x: Vector) -> (zero: TwoDoubles, sum: TwoDoubles) {
        var term = TwoDoubles(repeating: -1)
        var (zero, sum) = (TwoDoubles(repeating: 0), TwoDoubles(repeating: 0))
        for k in 1...28 {
            let k = Double(k)
            term = term * -x * Vector(repeating: 4 * k - 2) / Vector(repeating: k * k)
            zero = zero + term
            sum = sum + term / Vector(repeating: k + 1)
        }
        return (zero, sum)
    }
}
