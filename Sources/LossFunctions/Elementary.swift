// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Elementary functions of single numbers for pointwise losses, without overflow or cancellation.
///
/// `ArrayFunctions` has the same functions for blocks.
enum Elementary {
    static func exp(_ x: Double) -> Double { Glibc.exp(x) }

    /// e^x - 1.
    static func expm1(_ x: Double) -> Double { Glibc.expm1(x) }

    static func log(_ x: Double) -> Double { Glibc.log(x) }

    /// log(1 + x).
    static func log1p(_ x: Double) -> Double { Glibc.log1p(x) }

    /// e^(x - y), equally accurate for large and small differences.
    ///
    /// The rounding error of the difference d is itself a double (D. E. Knuth, The Art of Computer
    /// Programming 2, 4.2.2), and e^(d + error) = e^d (1 + error) to within 2^-80.
    static func exp(_ x: Double, minus y: Double) -> Double {
        let difference = x - y
        let shifted = x - difference
        let error = (x - (difference + shifted)) + (shifted - y)
        let exponential = Glibc.exp(difference)
        return exponential + exponential * error
    }
}
