// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Functions of one number in forms that neither overflow nor cancel.
enum Elementary {
    static func exp(_ x: Double) -> Double { Glibc.exp(x) }

    /// e^x - 1.
    static func expm1(_ x: Double) -> Double { Glibc.expm1(x) }

    static func log(_ x: Double) -> Double { Glibc.log(x) }

    /// log(1 + x).
    static func log1p(_ x: Double) -> Double { Glibc.log1p(x) }

    /// e^(x - y), as exact where the difference is large as where it is small.
    ///
    /// The rounding error of the difference is itself a double (D. E. Knuth, The Art of Computer
    /// Programming 2, 4.2.2), and e^(d + error) = e^d (1 + error) to within 2^-80.
    static func exp(_ x: Double, minus y: Double) -> Double {
        let difference = x - y
        let shifted = x - difference
        let error = (x - (difference + shifted)) + (shifted - y)
        let exponential = Glibc.exp(difference)
        return exponential + exponential * error
    }

    /// r - log(1 + r), which is about r²/2 for small r.
    ///
    /// With s = r / (2 + r), log(1 + r) = 2 artanh s, and r - 2s = rs: for |r| <= 1/2 the
    /// difference is taken as rs - 2(s³/3 + s⁵/5 + …), whose first term is more than twice the
    /// rest. Beyond, the two terms differ enough to be subtracted.
    static func logarithmicExcess(_ r: Double) -> Double {
        guard r.magnitude <= 0.5 else { return r - log1p(r) }
        let s = r / (2 + r)
        let square = s * s
        // s² <= 1/9: the term after the last is below 2^-53 of the sum.
        // The divisors are constants, and so are their inverses once the loop is unrolled.
        var series = 0.0
        for index in 0..<16 { series = series * square + 1 / Double(33 - 2 * index) }
        return s * (r - 2 * square * series)
    }
}
