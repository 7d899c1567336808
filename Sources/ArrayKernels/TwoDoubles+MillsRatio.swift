// SPDX-License-Identifier: Apache-2.0

extension TwoDoubles {
    /// The Mills ratio Φ(-x)/φ(x) of the normal distribution for x >= 0, with an error of at most 2^-98 of
    /// the result.
    ///
    /// Up to 2 it is √(π/2) e^(x²/2) - Σ x^(2k+1)/(2k+1)!!, whose terms lose five bits, beyond it is
    /// the continued fraction 1/(x + 1/(x + 2/(x + 3/(x + …)))).
    @inline(never)
    static func millsRatio(_ x: TwoDoubles) -> TwoDoubles {
        let isNear = x.head .<= 2
        let one = Vector(repeating: 1)
        let near = TwoDoubles(repeating: 1).replacing(with: x, where: isNear)
        let square = near.squared
        var (term, sum) = (near, near)
        for divisor in stride(from: 3.0, through: 95, by: 2) {
            term = term * square / Vector(repeating: divisor)
            sum = sum + term
        }
        // √(π/2).
        let root = TwoDoubles(
            head: Vector(repeating: 0x1.40d931ff62706p+0),
            tail: Vector(repeating: -0x1.a6a0d6f814637p-54)
        )
        let small = root * exp(square.scaled(by: Vector(repeating: 0.5))) - sum

        let far = x.replacing(with: TwoDoubles(repeating: 2), where: isNear)
        // The rest of the fraction is about (x + √(x² + 4n))/2.
        let rest = (far.head * far.head + 1_204).squareRoot()
        var fraction = TwoDoubles(0.5 * (far.head + rest))
        for numerator in stride(from: 300.0, through: 1, by: -1) {
            fraction = far + Vector(repeating: numerator) / fraction
        }
        return (one / fraction).replacing(with: small, where: isNear)
    }
}
