// SPDX-License-Identifier: Apache-2.0

import ArrayMath

/// Elementary functions of single numbers for pointwise losses, without overflow or cancellation.
///
/// They are the functions of arrays in `ArrayFunctions`, applied to one number, so that they have the
/// same bits on every processor; those of the C library do not.
enum Elementary {
    static func exp(_ x: Double) -> Double { applied(to: x) { $0.exp($1, into: &$2) } }

    /// e^x - 1.
    static func expm1(_ x: Double) -> Double { applied(to: x) { $0.expm1($1, into: &$2) } }

    static func log(_ x: Double) -> Double { applied(to: x) { $0.log($1, into: &$2) } }

    /// log(1 + x).
    static func log1p(_ x: Double) -> Double { applied(to: x) { $0.log1p($1, into: &$2) } }

    /// e^(x - y), equally accurate for large and small differences.
    ///
    /// The rounding error of the difference d is itself a double (D. E. Knuth, The Art of Computer
    /// Programming 2, 4.2.2), and e^(d + error) = e^d (1 + error) to within 2^-80.
    static func exp(_ x: Double, minus y: Double) -> Double {
        let difference = x - y
        let shifted = x - difference
        let error = (x - (difference + shifted)) + (shifted - y)
        let exponential = exp(difference)
        return exponential + exponential * error
    }

    private static func applied(
        to x: Double,
        _ function: (any ArrayFunctions.Type, Span<Double>, inout MutableSpan<Double>) -> Void
    ) -> Double {
        let argument: InlineArray<1, Double> = [x]
        var value: InlineArray<1, Double> = [0]
        var span = value.mutableSpan
        function(InstructionSet.current.functions, argument.span, &span)
        return value[0]
    }
}
