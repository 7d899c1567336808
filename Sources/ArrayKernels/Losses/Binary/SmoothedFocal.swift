// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The focal loss of smoothed binary labels.
///
/// The share b = s/2 of a label belongs to the other class, and a = 1 - b to its own. With the probability p of the
/// label, q = 1 - p, r = bp + aq, C = -a log p - b log q, g = gamma and the weight w of the smoothed label:
/// ℓ = w r^g C. In p or its logit, ℓ' = w r^g (g (r'/r) C + C') and
/// ℓ'' = w r^g (g (g - 1) (r'/r)² C + g (r''/r) C + 2g (r'/r) C' + C''). In p, r' = b - a, r'' = 0,
/// C' = b/q - a/p and C'' = a/p² + b/q²; in the logit, r' = (b - a) pq, r'' = (b - a) pq (q - p),
/// C' = bp - aq and C'' = pq. All of it is computed in two doubles, since terms of both signs meet.
struct SmoothedFocal: PointwiseFormula {
    static var inputCount: Int { 2 }
    static var hasList: Bool { true }
    static var hasPrecisePath: Bool { true }

    private let gamma: Double
    private let epsilon: Double
    private let fromLogits: Bool
    private let own: TwoDoubles
    private let other: Double
    private let weights: FocalWeights
    var list: (option: String, values: [Double])? { weights.list }

    init(_ options: OptionValues) {
        gamma = options[BinaryFocal.gamma]
        epsilon = options[ProbabilityOptions.epsilon]
        fromLogits = options[ProbabilityOptions.fromLogits]
        other = options[ProbabilityOptions.labelSmoothing] / 2
        own = .difference(Vector(repeating: 1), Vector(repeating: other))
        weights = FocalWeights(options)
    }

    /// Leaves all to the precise path.
    @inline(always)
    func point(_ x: Elements) -> Point { .deferred }

    @inline(never)
    func precisePoint(_ x: Elements) -> Point {
        let isPositive = x[1] .> 0.5
        let (own, other) = (self.own, Vector(repeating: self.other))
        let (gamma, two) = (Vector(repeating: self.gamma), Vector(repeating: 2))
        let weight =
            own * weights.weight(x, isPositive: isPositive)
            + other * weights.weight(x, isPositive: .!isPositive)
        let label =
            fromLogits
            ? Label(logit: x[0], isPositive: isPositive)
            : Label(probability: x[0], isPositive: isPositive, epsilon: epsilon)
        let (p, q) = (label.p, label.q)
        let entropy = own * label.surprisal + label.surprisalOfOther * other
        let rest = p * other + own * q
        let power = weight * TwoDoubles.exp(TwoDoubles.log(rest) * gamma)
        let difference = other - own
        // r'/r, r''/r, C' and C''.
        let ratio: TwoDoubles
        let bendRatio: TwoDoubles
        let slope: TwoDoubles
        let bend: TwoDoubles
        if fromLogits {
            let product = p * q
            ratio = difference * product / rest
            bendRatio = ratio * (q - p)
            slope = p * other - own * q
            bend = product
        } else {
            ratio = difference / rest
            bendRatio = TwoDoubles(repeating: 0)
            let (byOwn, byOther) = (own / p, other / q)
            slope = byOther - byOwn
            bend = byOwn / p + byOther / q
        }
        let scaled = ratio * gamma
        let less = TwoDoubles.difference(gamma, Vector(repeating: 1))
        let gradient = (power * (scaled * entropy + slope)).rounded
        let curvature =
            (scaled * ratio * less + bendRatio * gamma) * entropy + scaled * slope * two + bend
        let hessian = (power * curvature).rounded
        return Point(
            loss: (power * entropy).rounded,
            first: Derivatives(
                gradient: (-gradient).replacing(with: gradient, where: isPositive),
                hessian: hessian,
                surrogate: hessian.magnitude
            )
        )
    }

    /// The probability of a label, its complement, and minus the logarithms of both.
    private struct Label {
        let p: TwoDoubles
        let q: TwoDoubles
        let surprisal: TwoDoubles
        let surprisalOfOther: TwoDoubles

        @inline(always)
        init(logit: Vector, isPositive: Mask) {
            let (zero, one) = (Vector(repeating: 0), Vector(repeating: 1))
            let margin = (-logit).replacing(with: logit, where: isPositive)
            let isNegative = margin .< 0
            let decay = TwoDoubles.exp(-margin.magnitude)
            let (large, excess) = (one / (decay + one), TwoDoubles.log1p(decay))
            let small = decay * large
            p = large.replacing(with: small, where: isNegative)
            q = small.replacing(with: large, where: isNegative)
            surprisal = excess + zero.replacing(with: -margin, where: isNegative)
            surprisalOfOther = excess + margin.replacing(with: zero, where: isNegative)
        }

        @inline(always)
        init(probability x: Vector, isPositive: Mask, epsilon: Double) {
            let isLarge = x .>= 0.5
            let distance = x.replacing(with: 1 - x, where: isLarge)
            let least = distance.replacing(with: epsilon, where: distance .< epsilon)
            let (small, one) = (TwoDoubles(least), Vector(repeating: 1))
            let large = one - small
            let isProbable = isLarge .^ .!isPositive
            // No loss is finite without epsilon at 0 and 1.
            let ofSmall = (-TwoDoubles.log(least))
                .replacing(with: TwoDoubles(repeating: .infinity), where: least .== 0)
            let ofLarge = -TwoDoubles.log1p(-least)
            p = small.replacing(with: large, where: isProbable)
            q = large.replacing(with: small, where: isProbable)
            surprisal = ofSmall.replacing(with: ofLarge, where: isProbable)
            surprisalOfOther = ofLarge.replacing(with: ofSmall, where: isProbable)
        }
    }
}
