// SPDX-License-Identifier: Apache-2.0

/// The clipped probability p of a label, its complement q, and the logarithms of both.
///
/// The smaller of p and q is exact, and so is its clipping.
struct ClippedProbability {
    let p: Vector
    let q: Vector
    /// log p and log q as heads and tails, with an error of about 2^-57; they are finite where p or q is 0.
    let logarithm: TwoDoubles
    let logarithmOfOther: TwoDoubles

    /// - Parameters:
    ///   - x: the probabilities of the positive class.
    ///   - isPositive: the labels that are positive.
    ///   - epsilon: the least probability.
    @inline(always)
    init(_ x: Vector, isPositive: Mask, epsilon: Double) {
        let isLarge = x .>= 0.5
        let least = x.replacing(with: 1 - x, where: isLarge)
        let small = least.replacing(with: epsilon, where: least .< epsilon)
        let large = 1 - small
        let (ofSmall, ofLarge) = (Logarithm(of: small).sum(), LogarithmOfSum(-small).sum)
        let isProbable = isLarge .^ .!isPositive
        p = small.replacing(with: large, where: isProbable)
        q = large.replacing(with: small, where: isProbable)
        logarithm = ofSmall.replacing(with: ofLarge, where: isProbable)
        logarithmOfOther = ofLarge.replacing(with: ofSmall, where: isProbable)
    }
}
