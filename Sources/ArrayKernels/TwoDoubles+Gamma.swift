// SPDX-License-Identifier: Apache-2.0

/// Differences of log Γ and of its derivatives, which do not cancel where the arguments are close or
/// huge.
///
/// The recurrence of Γ leads to arguments of at least 20, at which the asymptotic series err by less
/// than 2^-109. Each term is a multiple of the difference of the arguments.
extension TwoDoubles {
    /// The number of steps of the recurrence.
    private static var steps: Int { StirlingSeries.least }

    /// log Γ(1 + t), the logarithm of the factorial of t, for t >= 0.
    ///
    /// The error is below 2^-100 of the result, or of t near t = 1.
    @inline(never)
    static func logFactorial(_ t: Vector) -> TwoDoubles {
        let isLarge = t .>= Double(steps)
        let argument = t.replacing(with: Vector(repeating: Double(steps)), where: .!isLarge)
        let inverse = TwoDoubles(repeating: 1) / argument
        let series = StirlingSeries(inverse * inverse, order: 0).value
        let large =
            (sum(argument, Vector(repeating: 0.5)) * log(argument) - argument)
            + (TwoDoubles(repeating: LogFactorial.constant) + inverse * series)
        let small = t.replacing(with: 0, where: isLarge)
        return logRise(from: Vector(repeating: 0), by: small)
            .replacing(with: large, where: isLarge)
    }

    /// log Γ(1 + t + w) - log Γ(1 + t), the logarithm of a rising factorial.
    ///
    /// - Parameters:
    ///   - t: numbers that are not negative.
    ///   - w: numbers that are not negative, and at most t or below 20.
    /// - Returns: the difference, to within 2^-100 of its terms.
    @inline(never)
    static func logRise(from t: Vector, by w: Vector) -> TwoDoubles {
        let isSmall = t .< Double(steps)
        let x = shifted(TwoDoubles(t), where: isSmall)
        let sum = x + w
        let (inverse, other) = (TwoDoubles(repeating: 1) / x, TwoDoubles(repeating: 1) / sum)
        let series = StirlingSeries(inverse * inverse, other * other, order: 0)
        // The remainders of Stirling's formula differ by (1/(x + w) - 1/x) times the brackets.
        let remainder =
            (inverse * other) * (series.value + other * (inverse + other) * series.slope)
        let ratio = w / x
        // A ratio below 2^-110 is its logarithm, and may be subnormal.
        let tiny = (inverse * Vector(repeating: 0.5) + Vector(repeating: 1)) * w
        let product = ((sum + Vector(repeating: 0.5)) * log1p(ratio))
            .replacing(with: tiny, where: ratio.head .< 0x1p-200)
        let rise = product + (log(x) - Vector(repeating: 1) - remainder) * w
        var excess = TwoDoubles(repeating: 0)
        let small = w.replacing(with: 0, where: .!isSmall)
        for step in 1...steps {
            let ratio = small / TwoDoubles.sum(t, Vector(repeating: Double(step)))
            excess = excess + (ratio + excess * ratio)
        }
        return rise - log1p(excess)
    }

    /// ψ(1 + t), for t >= 0.
    ///
    /// The error is below 2^-100 of the result, near its zero too.
    @inline(never)
    static func digamma(_ t: Vector) -> TwoDoubles {
        let isLarge = t .>= Double(steps)
        let argument = t.replacing(with: Vector(repeating: Double(steps)), where: .!isLarge)
        let inverse = TwoDoubles(repeating: 1) / argument
        let square = inverse * inverse
        let large =
            log(argument)
            + (inverse * Vector(repeating: 0.5)
                - square * StirlingSeries(square, order: 1).value)
        let (first, second, third) = Digamma.root
        let root = TwoDoubles(repeating: (first, second))
        let distance =
            difference(t.replacing(with: 0, where: isLarge), Vector(repeating: first))
            - TwoDoubles(repeating: (second, third))
        return digammaRise(from: root, by: distance).replacing(with: large, where: isLarge)
    }

    /// ψ(1 + t + w) - ψ(1 + t) for t >= 0 and t + w >= 0, to within 2^-100.
    @inline(never)
    static func digammaRise(from t: TwoDoubles, by w: TwoDoubles) -> TwoDoubles {
        let isSmall = t.head .< Double(steps)
        let x = shifted(t, where: isSmall)
        let sum = x + w
        let (inverse, other) = (TwoDoubles(repeating: 1) / x, TwoDoubles(repeating: 1) / sum)
        let series = StirlingSeries(inverse * inverse, other * other, order: 1)
        let bracket =
            (inverse + other) * (series.value + (other * other) * series.slope)
            - Vector(repeating: 0.5)
        let rise = log1p(w / x) + (w * other) * inverse * bracket
        var total = TwoDoubles(repeating: 0)
        for step in 1...steps {
            let low = t + Vector(repeating: Double(step))
            total = total + w / (low + w) / low
        }
        return rise + total.replacing(with: TwoDoubles(repeating: 0), where: .!isSmall)
    }

    /// ψ'(1 + t), for t >= 0, to within 2^-100.
    @inline(never)
    static func trigamma(_ t: TwoDoubles) -> TwoDoubles {
        let isSmall = t.head .< Double(steps)
        let inverse = TwoDoubles(repeating: 1) / shifted(t, where: isSmall)
        let square = inverse * inverse
        let far =
            (inverse - square * Vector(repeating: 0.5))
            + inverse * square * StirlingSeries(square, order: 2).value
        var total = TwoDoubles(repeating: 0)
        for step in 1...steps {
            let term = TwoDoubles(repeating: 1) / (t + Vector(repeating: Double(step)))
            total = total + term * term
        }
        return far + total.replacing(with: TwoDoubles(repeating: 0), where: .!isSmall)
    }

    /// The numbers with the steps added where a mask is true.
    @inline(always)
    private static func shifted(_ t: TwoDoubles, where mask: Mask) -> TwoDoubles {
        t + Vector(repeating: 0).replacing(with: Double(steps), where: mask)
    }
}
