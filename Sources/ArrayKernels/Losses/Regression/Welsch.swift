// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// A loss that is bounded like an inverted normal density.
///
/// With `e = p - t` and u = (e/scale)²: ℓ = scale²/2 (1 - e^-u), dℓ/dp = e e^-u,
/// d²ℓ/dp² = (1 - 2u) e^-u.
struct Welsch: DistanceLoss {
    private let scale: Scale

    init(_ options: OptionValues) {
        scale = Scale(options[Fair.scale])
    }

    @inline(always)
    func point(_ error: Difference) -> (loss: Vector, derivatives: Derivatives) {
        let (value, scale) = (error.value, scale.value)
        let ratio = self.scale.ratio(error, limit: 40)
        let square = ratio.squared
        // The root of e^-u does not underflow where the gradient does not.
        let root = Exponential((-0.5 * square.head).clamped(-750, 0)).value(
            error: -0.5 * square.tail
        )
        let bend = Vector(repeating: 1) - square.scaled(by: Vector(repeating: 2))
        return (
            (scale * (-0.5 * scale * Vector.expm1(-square.head)))
                .replacing(with: 0.5 * value * value, where: ratio.head.magnitude .< 0x1p-28),
            Derivatives(
                gradient: value * root * root,
                hessian: bend.head * root * root,
                surrogate: root * root
            )
        )
    }
}

extension Welsch {
    static let facts = Facts(
        name: "welsch",
        aliases: ["welsch_loss", "leclerc"],
        family: .regression,
        summary: "Bounded: the influence of large errors vanishes exponentially.",
        formula: .init(
            plain: "scale^2 / 2 (1 - exp(-((p - t) / scale)^2))",
            gradient: "(p - t) exp(-((p - t) / scale)^2)",
            tex: #"\tfrac{c^2}{2} \left(1 - e^{-\left(\frac{p-t}{c}\right)^2}\right)"#
        ),
        options: [Fair.scale.declaration],
        signature: .realPair,
        kinks: [],
        properties: [.differentiable, .twiceDifferentiable, .lipschitz, .symmetric],
        bounds: Bounds(
            loss: Bound(Fair.scale).squared / 2,
            gradient: 0.42888194248035344 * Bound(Fair.scale),
            hessian: 1
        ),
        notes: ["The Hessian is negative beyond the scale divided by the square root of 2."],
        references: [
            "J. E. Dennis, R. E. Welsch, Techniques for Nonlinear Least Squares and Robust "
                + "Regression, Communications in Statistics B 7, 1978"
        ]
    )
}
