// SPDX-License-Identifier: Apache-2.0

/// Sigmoid and softplus of z and of -z as sums of a head and a tail, with errors of a few 2^-103.
struct PreciseLogistic {
    /// σ(z).
    let sigmoid: TwoDoubles
    /// σ(-z) = 1 - σ(z).
    let complement: TwoDoubles
    /// log(1 + e^-|z|).
    let softplusNegAbs: TwoDoubles

    @inline(always)
    init(_ z: TwoDoubles) {
        let isNegative = z.head .< 0
        let decay = TwoDoubles.exp((-z).replacing(with: z, where: isNegative))
        let sum = decay + Vector(repeating: 1)
        let (large, small) = (TwoDoubles(repeating: 1) / sum, decay / sum)
        sigmoid = large.replacing(with: small, where: isNegative)
        complement = small.replacing(with: large, where: isNegative)
        softplusNegAbs = .log1p(decay)
    }
}
