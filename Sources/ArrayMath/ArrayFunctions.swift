// SPDX-License-Identifier: Apache-2.0

package import LossFacts

/// Losses and functions of arrays, compiled for one instruction set.
///
/// Each call processes a block of numbers. Unless stated otherwise, the output has the length of
/// the inputs. Every result has the same bits with every instruction set.
///
/// Losses call the vector functions on which the elementary functions and divergences below are
/// based; in this form, on arrays, they serve the tests, which check their error bounds.
package protocol ArrayFunctions: SendableMetatype {
    /// Returns the loss at an index of the list of elementwise losses, with its options set.
    static func pointwiseLoss(
        _ index: Int,
        _ options: OptionValues
    ) throws(LossError) -> any ElementKernel

    /// Returns the loss at an index of the list of row-wise losses, with its options set.
    static func rowLoss(_ index: Int, _ options: OptionValues) throws(LossError) -> any RowKernel

    /// Returns the loss at an index of the list of losses of segments, with its options set.
    static func segmentLoss(
        _ index: Int,
        _ options: OptionValues
    ) throws(LossError) -> any SegmentKernel

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

    /// Evaluates a function, without a check of its domain.
    static func evaluate(
        _ function: SpecialFunction,
        _ x: Span<Double>,
        into result: inout MutableSpan<Double>
    )

    /// Evaluates a function of unevaluated sums of head and tail; the results have the same form.
    ///
    /// A tail is at most half an ulp of its head; without tails, they are 0. The error is at most 2^-101 of
    /// the result or 2^-1074, whichever is greater.
    static func evaluate(
        _ function: ElementaryFunction,
        heads: Span<Double>,
        tails: Span<Double>,
        resultHeads: inout MutableSpan<Double>,
        resultTails: inout MutableSpan<Double>
    )

    /// Applies an operation to such numbers, with an error of at most 2^-102 of the result.
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

    /// Evaluates the Mills ratio Φ(-x)/φ(x) of the normal distribution, for at least eight numbers x >= 0.
    ///
    /// The error is at most 2^-98 of the result.
    static func millsRatio(
        _ x: Span<Double>,
        resultHeads: inout MutableSpan<Double>,
        resultTails: inout MutableSpan<Double>
    )

    /// Evaluates a function with twice the precision of a double, for at least eight pairs of numbers.
    ///
    /// The error is at most 2^-98 of the result, or of 1 for `incompleteGamma` and `studentSpread`, of 2^-110 for
    /// smaller results of `gammaWeight`, and of 2^-900 for smaller ones of the others.
    static func evaluate(
        _ function: PreciseFunction,
        _ x: Span<Double>,
        _ y: Span<Double>,
        resultHeads: inout MutableSpan<Double>,
        resultTails: inout MutableSpan<Double>
    )

    /// Evaluates log Γ(1 + t) or a derivative, with an error of at most 3 ulp, for t >= 0.
    static func evaluate(
        _ function: GammaFunction,
        _ t: Span<Double>,
        into result: inout MutableSpan<Double>
    )

    /// Evaluates the same as unevaluated sums of head and tail, for at least eight numbers.
    ///
    /// The error is at most 2^-100 of the result, or of t for the logarithm.
    static func evaluate(
        _ function: GammaFunction,
        _ t: Span<Double>,
        resultHeads: inout MutableSpan<Double>,
        resultTails: inout MutableSpan<Double>
    )

    /// Evaluates a difference of two values, with an error of at most 2^-100 of it, for at least eight numbers.
    ///
    /// Neither t nor w is negative; for the logarithm, w is at most t or below 20.
    static func evaluate(
        _ rise: GammaRise,
        from t: Span<Double>,
        by w: Span<Double>,
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

    /// Appends each number divided by `divisor`, correctly rounded, with 0 instead of -0, and then rounded to
    /// the nearest `Float`.
    ///
    /// - Returns: whether all quotients are finite, and also those in single precision.
    static func divide(
        _ numbers: Span<Double>,
        by divisor: Double,
        appendingTo result: inout OutputSpan<Float>
    ) -> Bool

    /// Appends the same numbers in double precision.
    static func widen(_ numbers: Span<Float>, appendingTo result: inout OutputSpan<Double>)

    /// Whether all numbers are from `least` to `greatest`.
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

    /// The exact sum of at most 512 products, as an unevaluated sum of six doubles.
    ///
    /// The factors must be below 2^`exponents`. `nil` means that the products, or their rounding
    /// errors, differ too much in magnitude for this method, or that a product is not below the bound.
    static func exactSum(
        _ left: Span<Double>,
        times right: Span<Double>,
        below exponents: (Int, Int)
    ) -> InlineArray<6, Double>?

    /// Appends products as unevaluated sums of head and tail.
    ///
    /// - Returns: whether every product equals its sum; `false` if one is below 2^-960 or not finite.
    static func products(
        _ left: Span<Double>,
        times right: Span<Double>,
        appendingTo heads: inout OutputSpan<Double>,
        tails: inout OutputSpan<Double>
    ) -> Bool

    /// The least and the greatest of some numbers, except NaN; infinite if there is none.
    static func extremes(of numbers: Span<Double>) -> (least: Double, greatest: Double)
}
