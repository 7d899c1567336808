// SPDX-License-Identifier: Apache-2.0

/// Sigmoid and softplus of z and of -z as sums of a head and a tail, with errors of a few 2^-103.
struct PreciseLogistic {
    /// σ(z).
    let sigmoid: TwoDoubles
    /// σ(-z) = 1 - σ(z).
    let complement: TwoDoubles
    /// log(1 + e^-|z|).
    let softplusNegAbs: TwoDoubles
    private let z: TwoDoubles
    /// 1 + e^-|z|.
    private let sum: TwoDoubles

    /// tanh(z/2) = 2σ(z) - 1.
    var tangentOfHalf: TwoDoubles {
        @inline(always) get {
            let isNegative = z.head .< 0
            let distance = TwoDoubles.expm1((-z).replacing(with: z, where: isNegative))
            return (-distance).replacing(with: distance, where: isNegative) / sum
        }
    }

    /// The entropy of σ(z): log(1 + e^-|z|) + |z| σ(-|z|), two terms of the same sign.
    var entropy: TwoDoubles {
        @inline(always) get {
            let isNegative = z.head .< 0
            let distance = z.replacing(with: -z, where: isNegative)
            return softplusNegAbs + distance
                * complement.replacing(with: sigmoid, where: isNegative)
        }
    }

    /// softplus(-z).
    var softplusOfNegative: TwoDoubles {
        @inline(always) get {
            let zero = TwoDoubles(repeating: 0)
            return softplusNegAbs + (-z).replacing(with: zero, where: z.head .> 0)
        }
    }

    @inline(always)
    init(_ z: TwoDoubles) {
        self.z = z
        let isNegative = z.head .< 0
        let decay = TwoDoubles.exp((-z).replacing(with: z, where: isNegative))
        sum = decay + Vector(repeating: 1)
        let (large, small) = (TwoDoubles(repeating: 1) / sum, decay / sum)
        sigmoid = large.replacing(with: small, where: isNegative)
        complement = small.replacing(with: large, where: isNegative)
        softplusNegAbs = .log1p(decay)
    }
}
