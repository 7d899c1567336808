// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The negative log-likelihood of a Cauchy distribution, also called Lorentzian.
///
/// With `e = p - t` and u = (e/scale)²: ℓ = scale²/2 log(1 + u), dℓ/dp = e/(1 + u),
/// d²ℓ/dp² = (1 - u)/(1 + u)².
struct Cauchy: DistanceLoss {
    private let scale: Scale

    init(_ options: OptionValues) {
        scale = Scale(options[Fair.scale])
    }

    @inline(always)
    func point(_ error: Difference) -> (loss: Vector, derivatives: Derivatives) {
        let (value, scale) = (error.value, scale.value)
        let ratio = self.scale.ratio(error, limit: .greatestFiniteMagnitude)
        let size = ratio.head.magnitude
        // Far from the target, 1 + u is u, and log(1 + u) twice the logarithm of the ratio.
        let isFar = size .> 0x1p100
        let bounded = TwoDoubles(
            head: ratio.head.clamped(-0x1p100, 0x1p100),
            tail: ratio.tail.replacing(with: 0, where: isFar)
        )
        let square = bounded.squared
        let sum = square + Vector(repeating: 1)
        // Very far from it, the ratio may overflow.
        let isVeryFar = size .> 0x1p700
        let distant = value.magnitude * 0x1p-600 / scale
        let argument = square.head.replacing(with: size, where: isFar)
            .replacing(with: distant, where: isVeryFar)
        let shift = Vector(repeating: 0)
            .replacing(with: 600 * LogarithmOfTwo.head, where: isVeryFar)
        let logarithm = Vector.log1p(argument) + shift
        let factor = Vector(repeating: 0.5 * scale).replacing(with: scale, where: isFar)
        let inverse = scale / value
        return (
            (scale * (factor * logarithm))
                .replacing(with: 0.5 * value * value, where: size .< 0x1p-28),
            Derivatives(
                gradient: (value / sum.head).replacing(with: scale * inverse, where: isFar),
                hessian: ((Vector(repeating: 1) - square) / (sum * sum)).rounded
                    .replacing(with: -inverse * inverse, where: isFar),
                surrogate: (1 / sum.head).replacing(with: inverse * inverse, where: isFar)
            )
        )
    }
}

extension Cauchy {
    static let facts = Facts(
        name: "cauchy",
        aliases: ["cauchy_loss", "lorentzian"],
        family: .regression,
        summary: "Logarithmic for large errors, whose influence vanishes.",
        formula: .init(
            plain: "scale^2 / 2 log(1 + ((p - t) / scale)^2)",
            gradient: "(p - t) / (1 + ((p - t) / scale)^2)",
            tex: #"\tfrac{c^2}{2} \log\left(1 + \left(\tfrac{p-t}{c}\right)^2\right)"#
        ),
        options: [Fair.scale.declaration],
        signature: .realPair,
        kinks: [],
        properties: [.differentiable, .twiceDifferentiable, .lipschitz, .symmetric],
        bounds: Bounds(gradient: Bound(Fair.scale) / 2, hessian: 1),
        notes: [
            "The Hessian is negative beyond the scale.",
            "SciPy's least_squares with loss=\"cauchy\" minimises this with f_scale as the scale.",
        ],
        references: [
            "M. J. Black, P. Anandan, The Robust Estimation of Multiple Motions, Computer Vision "
                + "and Image Understanding 63, 1996",
            "SciPy least_squares",
        ]
    )
}
