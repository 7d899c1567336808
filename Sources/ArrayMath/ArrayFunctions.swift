// SPDX-License-Identifier: Apache-2.0

package import LossFacts

/// Functions of arrays, element by element or row by row, compiled for one instruction set.
///
/// Each call processes a block of numbers. Unless stated otherwise, the output has the length of
/// the inputs. Elementary functions have an error below 1 ulp over their whole domains with every
/// instruction set, so two instruction sets may differ in the last place; exact sums and quotients
/// do not differ.
package protocol ArrayFunctions: SendableMetatype {
    /// The loss at a place of the list of losses with one value per element, with its options set.
    static func pointwiseLoss(
        _ index: Int,
        _ options: OptionValues
    ) throws(LossError) -> any ElementKernel

    /// The loss at a place of the list of losses with one value per row, with its options set.
    static func rowLoss(_ index: Int, _ options: OptionValues) throws(LossError) -> any RowKernel

    /// e^x.
    static func exp(_ x: Span<Double>, into result: inout MutableSpan<Double>)

    /// e^(x - y), equally accurate for large and small differences.
    ///
    /// The rounding error of the difference is itself a double (D. E. Knuth, The Art of Computer
    /// Programming 2, 4.2.2) and is included in the exponent.
    static func exp(
        _ x: Span<Double>,
        minus y: Span<Double>,
        into result: inout MutableSpan<Double>,
        prefetch: Prefetch
    )

    /// e^x - 1.
    static func expm1(_ x: Span<Double>, into result: inout MutableSpan<Double>)

    /// log x; -∞ for 0 and NaN for negative x.
    static func log(_ x: Span<Double>, into result: inout MutableSpan<Double>)

    /// log(1 + x); -∞ for -1 and NaN for x < -1.
    static func log1p(_ x: Span<Double>, into result: inout MutableSpan<Double>)

    /// A function of numbers that are unevaluated sums of a head and a tail, as such a sum.
    ///
    /// A tail is at most half an ulp of its head; no tails mean zeros. The error is at most 2^-101 of
    /// the result or 2^-1074, whichever is greater.
    static func evaluate(
        _ function: ElementaryFunction,
        heads: Span<Double>,
        tails: Span<Double>,
        resultHeads: inout MutableSpan<Double>,
        resultTails: inout MutableSpan<Double>
    )

    /// An operation on such numbers, with an error of at most 2^-102 of the result.
    ///
    /// Results and products of heads must be between 2^-960 and 2^1023 in magnitude, or 0.
    static func evaluate(
        _ operation: ArithmeticOperation,
        heads: Span<Double>,
        tails: Span<Double>,
        otherHeads: Span<Double>,
        otherTails: Span<Double>,
        resultHeads: inout MutableSpan<Double>,
        resultTails: inout MutableSpan<Double>
    )

    /// y log(y/q) as an unevaluated sum of head and tail; 0 where y is 0.
    static func divergence(
        of y: Span<Double>,
        from q: Span<Double>,
        heads: inout MutableSpan<Double>,
        tails: inout MutableSpan<Double>,
        prefetch: Prefetch
    )

    /// y log(y/q) + q - y, the term of the generalized divergence, to within 4 ulp; q where y is 0.
    ///
    /// The result is never negative.
    ///
    /// - Returns: whether all results are accurate; `false` if y is positive somewhere but q or q/y
    ///   is not a normal number.
    static func generalizedDivergence(
        of y: Span<Double>,
        from q: Span<Double>,
        into result: inout MutableSpan<Double>
    ) -> Bool

    /// y (log y - x), the divergence from q for x = log q; 0 where y is 0.
    static func divergence(
        of y: Span<Double>,
        fromLogarithms x: Span<Double>,
        into result: inout MutableSpan<Double>,
        prefetch: Prefetch
    )

    /// Appends each number divided by `divisor`, correctly rounded, with 0 instead of -0.
    ///
    /// - Returns: whether all quotients are finite.
    static func divide(
        _ numbers: Span<Double>,
        by divisor: Double,
        appendingTo result: inout OutputSpan<Double>
    ) -> Bool

    /// -y log q; 0 where y is 0, for any q.
    static func crossEntropy(
        of y: Span<Double>,
        from q: Span<Double>,
        into result: inout MutableSpan<Double>,
        prefetch: Prefetch
    )

    /// -y/q, the derivative of -y log q with respect to q; 0 where y is 0, for any q.
    static func crossEntropyDerivative(
        of y: Span<Double>,
        from q: Span<Double>,
        into result: inout MutableSpan<Double>
    )

    /// Each x divided by its y, correctly rounded.
    static func divide(
        _ x: Span<Double>,
        by y: Span<Double>,
        into result: inout MutableSpan<Double>
    )

    /// Whether no number is below `least` or above `greatest`.
    static func allInRange(
        _ numbers: Span<Double>,
        from least: Double,
        through greatest: Double
    ) -> Bool

    /// The exact sum of at most 512 terms below 2^`exponent`, as an unevaluated sum of two doubles.
    ///
    /// `nil` means that the terms differ too much in magnitude for this method, or that one of them
    /// is not below the bound.
    static func exactSum(_ terms: Span<Double>, below exponent: Int) -> (Double, Double)?

    /// The exact sum of at most 512 products, as an unevaluated sum of four doubles.
    ///
    /// The factors must be below 2^`exponents`. `nil` means that the products, or their rounding
    /// errors, differ too much in magnitude for this method.
    static func exactSum(
        _ left: Span<Double>,
        times right: Span<Double>,
        below exponents: (Int, Int)
    ) -> (Double, Double, Double, Double)?

    /// The sum of each row of `length` terms, as an unevaluated sum of head and tail.
    ///
    /// Each term is the sum of a head and a tail as well. The error is below n²·2^-106 times the
    /// sum of magnitudes (T. Ogita, S. M. Rump, S. Oishi, "Accurate sum and dot product", SIAM J.
    /// Sci. Comput. 26, 2005, Sum2).
    static func sumRows(
        _ heads: Span<Double>,
        _ tails: Span<Double>,
        length: Int,
        heads sumHeads: inout MutableSpan<Double>,
        tails sumTails: inout MutableSpan<Double>
    )

    /// The sum of each row of `length` numbers, as an unevaluated sum of head and tail.
    static func sumRows(
        _ numbers: Span<Double>,
        length: Int,
        heads sumHeads: inout MutableSpan<Double>,
        tails sumTails: inout MutableSpan<Double>
    )
}
