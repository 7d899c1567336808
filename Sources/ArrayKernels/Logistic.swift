// SPDX-License-Identifier: Apache-2.0

/// Sigmoid and softplus of z and of -z, from e^-|z|; none is computed as a difference of others.
struct Logistic {
    private let z: Vector
    private let isNegative: Mask
    /// e^-|z|.
    let expNegAbs: Vector
    /// e^-|z| - 1; valid for |z| up to 690.
    let expm1NegAbs: Vector
    /// log(1 + e^-|z|).
    private let softplusNegAbs: Vector

    /// softplus(z) as the sum of a head and a tail, with an error of about 2^-57.
    var preciseSoftplus: TwoDoubles {
        @inline(always) get {
            LogarithmOfSum(expNegAbs).sum + z.replacing(with: 0, where: isNegative)
        }
    }

    /// The same with an error of about 2^-57 of the result where z is negative.
    @inline(always)
    static func relativeSoftplus(_ z: Vector) -> TwoDoubles {
        let power = Exponential((-z.magnitude).clamped(-750, 0)).sum
        let parts = LogarithmOfSum(power.head)
        let logarithm = parts.logarithm.sum(
            correction: parts.correction + power.tail / (1 + power.head)
        )
        return logarithm + z.replacing(with: 0, where: z .< 0)
    }

    #if COMPACT
    @inline(never)
    #else
    @inline(always)
    #endif
    init(_ z: Vector) {
        self.z = z
        let isNegative = z .< 0
        self.isNegative = isNegative
        let power = Exponential((-z.magnitude).clamped(-750, 0))
        expNegAbs = power.value
        expm1NegAbs = power.valueMinusOne
        softplusNegAbs = .log1p(expNegAbs)
    }

    /// σ and softplus of the sum of a head and a tail; `expm1NegAbs` is that of the head.
    @inline(always)
    init(_ z: TwoDoubles) {
        self.z = z.head
        let isNegative = z.head .< 0
        self.isNegative = isNegative
        let distance = (-z).replacing(with: z, where: isNegative)
        expNegAbs = .exp(distance)
        expm1NegAbs = Exponential(distance.head.clamped(-750, 0)).valueMinusOne
        softplusNegAbs = .log1p(expNegAbs)
    }

    /// σ(z).
    var sigmoid: Vector {
        @inline(always) get {
            let sum = 1 + expNegAbs
            return (1 / sum).replacing(with: expNegAbs / sum, where: isNegative)
        }
    }

    /// σ(-z) = 1 - σ(z).
    var complement: Vector {
        @inline(always) get {
            let sum = 1 + expNegAbs
            return (expNegAbs / sum).replacing(with: 1 / sum, where: isNegative)
        }
    }

    /// σ(z) σ(-z).
    var product: Vector {
        @inline(always) get {
            // (1 + e)^2 = 1 + e (2 + e), in which the rounding error of 1 + e does not count twice.
            let square = Vector.multiplyAdd(expNegAbs, 2 + expNegAbs, Vector(repeating: 1))
            return expNegAbs / square
        }
    }

    /// The entropy of σ(z): log(1 + e^-|z|) + |z| σ(-|z|), two terms of the same sign.
    var entropy: Vector {
        @inline(always) get { softplusNegAbs + z.magnitude * (expNegAbs / (1 + expNegAbs)) }
    }

    /// tanh(z/2) = 2σ(z) - 1.
    var tangentOfHalf: Vector {
        @inline(always) get {
            let distance = (-expm1NegAbs).replacing(with: 1, where: expNegAbs .< 0x1p-60)
            return (distance / (1 + expNegAbs)).withSign(of: z)
        }
    }

    /// softplus(z) = max(z, 0) + log(1 + e^-|z|), two terms of the same sign.
    var softplus: Vector {
        @inline(always) get {
            z.replacing(with: 0, where: isNegative) + softplusNegAbs
        }
    }

    /// softplus(-z).
    var softplusOfNegative: Vector {
        @inline(always) get {
            Vector(repeating: 0).replacing(with: -z, where: isNegative) + softplusNegAbs
        }
    }
}
