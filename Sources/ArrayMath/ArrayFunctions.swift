// SPDX-License-Identifier: Apache-2.0

package import LossFacts

/// Losses and functions of arrays, compiled for one instruction set.
///
/// Each call processes a block of numbers. Unless stated otherwise, the output has the length of
/// the inputs. Every result has the same bits with every instruction set.
///
/// Losses call the functions of vectors from which the elementary functions and divergences below
/// are made; as functions of arrays these serve the tests, which hold them to their errors.
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
        into result: inout MutableSpan<Double>
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
        tails: inout MutableSpan<Double>
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

    /// Appends each number divided by `divisor`, correctly rounded, with 0 instead of -0.
    ///
    /// - Returns: whether all quotients are finite.
    static func divide(
        _ numbers: Span<Double>,
        by divisor: Double,
        appendingTo result: inout OutputSpan<Double>
    ) -> Bool

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
}
