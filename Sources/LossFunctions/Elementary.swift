// SPDX-License-Identifier: Apache-2.0

import ArrayMath

/// Elementary functions of single numbers, for the few that are not in an array.
///
/// They are the functions of arrays in `ArrayFunctions`, applied to one number, so that they have the
/// same bits on every processor; those of the C library do not.
enum Elementary {
    static func exp(_ x: Double) -> Double { applied(to: x) { $0.exp($1, into: &$2) } }

    static func log(_ x: Double) -> Double { applied(to: x) { $0.log($1, into: &$2) } }

    /// log(1 + x).
    static func log1p(_ x: Double) -> Double { applied(to: x) { $0.log1p($1, into: &$2) } }

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
