// SPDX-License-Identifier: Apache-2.0

/// Functions of arrays, an element or a row at a time, compiled for one level of instructions.
///
/// One call serves a block of numbers. The array that is written has the length of those that are
/// read, unless another is named. The elementary functions are right to less than 1 ulp over the
/// whole of their domains at every level, which may differ by that much among each other; sums
/// that are exact are the same at each.
package protocol ArrayFunctions: SendableMetatype {
    /// e^x.
    static func exp(_ x: Span<Double>, into result: inout MutableSpan<Double>)

    /// e^(x - y), as exact where the difference is large as where it is small.
    ///
    /// The rounding error of the difference is itself a double (D. E. Knuth, The Art of Computer
    /// Programming 2, 4.2.2), and takes part in the exponent.
    static func exp(
        _ x: Span<Double>,
        minus y: Span<Double>,
        into result: inout MutableSpan<Double>,
        ahead: Ahead
    )

    /// e^x - 1.
    static func expm1(_ x: Span<Double>, into result: inout MutableSpan<Double>)

    /// log x; -∞ for 0 and NaN for what is below.
    static func log(_ x: Span<Double>, into result: inout MutableSpan<Double>)

    /// log(1 + x); -∞ for -1 and NaN for what is below.
    static func log1p(_ x: Span<Double>, into result: inout MutableSpan<Double>)

    /// What sigmoid and softplus of z and -z are made of, each by itself.
    ///
    /// `decay` is e^-|z|, `decrease` is e^-|z| - 1, and `tail` is log(1 + e^-|z|).
    static func logistic(
        _ z: Span<Double>,
        decay: inout MutableSpan<Double>,
        decrease: inout MutableSpan<Double>,
        tail: inout MutableSpan<Double>
    )

    /// y log(y/q) as the sum of two doubles; 0 where y is 0.
    static func divergence(
        of y: Span<Double>,
        from q: Span<Double>,
        high: inout MutableSpan<Double>,
        low: inout MutableSpan<Double>,
        ahead: Ahead
    )

    /// y log(y/q) + q - y to within 4 ulp, which is never negative; q where y is 0.
    ///
    /// - Returns: Whether that was possible everywhere; not where y is above 0 but q or q/y is not
    ///   normal.
    static func divergenceSurplus(
        of y: Span<Double>,
        from q: Span<Double>,
        into result: inout MutableSpan<Double>
    ) -> Bool

    /// y (log y - x), the same for the logarithm x of a q; 0 where y is 0.
    static func divergence(
        of y: Span<Double>,
        fromLogarithms x: Span<Double>,
        into result: inout MutableSpan<Double>,
        ahead: Ahead
    )

    /// Appends each number divided by another, correctly rounded, and tells whether all quotients
    /// are finite.
    static func divide(
        _ numbers: Span<Double>,
        by divisor: Double,
        appendingTo result: inout OutputSpan<Double>
    ) -> Bool

    /// -y log q, and 0 where y is 0, whatever q.
    static func crossEntropy(
        of y: Span<Double>,
        from q: Span<Double>,
        into result: inout MutableSpan<Double>,
        ahead: Ahead
    )

    /// -y/q, the derivative of -y log q in q, and 0 where y is 0, whatever q.
    static func crossEntropySlope(
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

    /// Whether every number is neither below `least` nor above `greatest`.
    static func areAll(
        _ numbers: Span<Double>,
        from least: Double,
        through greatest: Double
    ) -> Bool

    /// The sum of at most 512 terms below 2^`exponent` as that of two doubles, without rounding.
    ///
    /// Nil where they differ too much in size to be summed in this way, or are not that small.
    static func exactSum(_ terms: Span<Double>, below exponent: Int) -> (Double, Double)?

    /// The sum of at most 512 products as that of four doubles, without rounding.
    ///
    /// The factors are below 2^`exponents`. Nil where the products differ too much in size to be
    /// summed in this way, or their errors do.
    static func exactSum(
        _ left: Span<Double>,
        times right: Span<Double>,
        below exponents: (Int, Int)
    ) -> (Double, Double, Double, Double)?

    /// The sum of each row of numbers, `length` of which are a row, carried in two doubles.
    ///
    /// A number is a `high` and a `low`. The error is below n²·2^-106 of the sum of magnitudes
    /// (T. Ogita, S. M. Rump, S. Oishi, "Accurate sum and dot product", SIAM J. Sci. Comput. 26,
    /// 2005, Sum2), and then the two doubles are written, which are the sum.
    static func sumRows(
        _ high: Span<Double>,
        _ low: Span<Double>,
        length: Int,
        high sums: inout MutableSpan<Double>,
        low rests: inout MutableSpan<Double>
    )

    /// The same for numbers that lack nothing.
    static func sumRows(
        _ numbers: Span<Double>,
        length: Int,
        high sums: inout MutableSpan<Double>,
        low rests: inout MutableSpan<Double>
    )
}
