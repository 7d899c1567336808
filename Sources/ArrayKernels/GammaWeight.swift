// SPDX-License-Identifier: Apache-2.0

/// The weight D = x^a e^-x/Γ(a + 1) of a gamma distribution of rate 1 with a shape a, and the probability of the
/// count a in a Poisson distribution with the mean x.
///
/// From a shape of 20 on, D is e^(-h - r)/√(2πa) with the divergence h and the remainder r of Stirling's
/// formula (C. Loader, "Fast and Accurate Computation of Binomial Probabilities", 2000); below, with n the
/// integral part of a, it is e^-x x^(a - n)/Γ(1 + a - n) Π x/(a - k) for k from 0 to n - 1, or, where D is tiny,
/// e to the power of its logarithm.
struct GammaWeight {
    /// D, to within 2^-98 of it or, if it is smaller, of 2^-110.
    private(set) var value: TwoDoubles
    /// log D.
    private(set) var logarithm: TwoDoubles
    /// The divergence h of lanes from a shape of 20 on; `nil` if there are none.
    private(set) var divergence: GammaDivergence?

    /// - Parameters:
    ///   - a: positive shapes.
    ///   - x: positive numbers.
    ///   - logarithmOfX: log x.
    @inline(never)
    init(_ a: Vector, _ x: TwoDoubles, _ logarithmOfX: TwoDoubles) {
        let isLarge = a .>= Double(StirlingSeries.least)
        let zero = TwoDoubles(repeating: 0)
        (value, logarithm, divergence) = (zero, zero, nil)
        if isLarge.isAny { setLarge(a, x, where: isLarge) }
        if (.!isLarge).isAny { setSmall(a, x, logarithmOfX, where: .!isLarge) }
    }

    /// Sets the lanes of a mask, whose shapes are at least 20.
    @inline(never)
    private mutating func setLarge(_ a: Vector, _ x: TwoDoubles, where mask: Mask) {
        let shape = Vector(repeating: Double(StirlingSeries.least)).replacing(with: a, where: mask)
        let divergence = GammaDivergence(
            shape,
            TwoDoubles(shape).replacing(with: x, where: mask)
        )
        self.divergence = divergence
        let inverse = TwoDoubles(repeating: 1) / shape
        let remainder = inverse * StirlingSeries(inverse * inverse, order: 0).value
        let exponent = -(divergence.value + remainder)
        let constant = TwoDoubles(repeating: LogFactorial.constant)
        let half = TwoDoubles.log(shape).scaled(by: Vector(repeating: 0.5))
        logarithm = logarithm.replacing(with: exponent - (half + constant), where: mask)
        let root = TwoDoubles(repeating: Self.inverseRootOfTwoPi)
        value = value.replacing(
            with: TwoDoubles.exp(exponent) * root / TwoDoubles(shape).squareRoot,
            where: mask
        )
    }

    /// Sets the lanes of a mask, whose shapes are below 20.
    @inline(never)
    private mutating func setSmall(
        _ a: Vector,
        _ x: TwoDoubles,
        _ logarithmOfX: TwoDoubles,
        where mask: Mask
    ) {
        let one = TwoDoubles(repeating: 1)
        let shape = one.head.replacing(with: a, where: mask)
        let x = one.replacing(with: x, where: mask)
        let exponent = logarithmOfX * shape - x - .logFactorial(shape)
        logarithm = logarithm.replacing(with: exponent, where: mask)
        // The factors from a down to the last one of at least 1, and the rest of a.
        var product = one
        var rest = shape
        for _ in 1..<StirlingSeries.least {
            let isFactor = rest .>= 1
            guard isFactor.isAny else { break }
            let factor = x / one.head.replacing(with: rest, where: isFactor)
            product = product.replacing(with: product * factor, where: isFactor)
            rest = rest.replacing(with: rest - 1, where: isFactor)
        }
        let power = TwoDoubles.exp(logarithmOfX * rest - .logFactorial(rest))
        let near = TwoDoubles.exp(-x) * power * product
        let isNear = (x.head .< 200) .& (exponent.head .> -300)
        let d = TwoDoubles.exp(exponent).replacing(with: near, where: isNear)
        value = value.replacing(with: d, where: mask)
    }

    /// 1/√(2π).
    static var inverseRootOfTwoPi: (head: Double, tail: Double) {
        (0x1.9884533d43651p-2, -0x1.cbc0d30ebfd15p-56)
    }
}
