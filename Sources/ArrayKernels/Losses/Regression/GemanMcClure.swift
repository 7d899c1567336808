// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// A bounded loss that is a rational function of the error.
///
/// With `e = p - t` and u = (e/scale)²: ℓ = (e²/2)/(1 + u), dℓ/dp = e/(1 + u)²,
/// d²ℓ/dp² = (1 - 3u)/(1 + u)³.
struct GemanMcClure: DistanceLoss {
    private let scale: Scale

    init(_ options: OptionValues) {
        scale = Scale(options[Fair.scale])
    }

    @inline(always)
    func point(_ error: Difference) -> (loss: Vector, derivatives: Derivatives) {
        let (value, scale) = (error.value, scale.value)
        let ratio = self.scale.ratio(error, limit: 0x1p530)
        // Far from the target, 1 + u is u, and is computed in units of 2^600.
        let isFar = ratio.head.magnitude .> 0x1p150
        let one = Vector(repeating: 1).replacing(with: 0, where: isFar)
        let square = ratio.scaled(by: one.replacing(with: 0x1p-300, where: isFar)).squared
        let unit = one.replacing(with: 0x1p-600, where: isFar)
        let sum = square + one
        let bend = one - square * Vector(repeating: 3)
        let curvature = (bend / sum / sum / sum).rounded
        return (
            (0.5 * value * (value / sum.head))
                .replacing(with: 0.5 * scale * scale, where: isFar),
            Derivatives(
                gradient: value / sum.head * unit / sum.head * unit,
                hessian: curvature * unit * unit,
                surrogate: unit / sum.head * (unit / sum.head)
            )
        )
    }
}

extension GemanMcClure {
    static let facts = Facts(
        name: "geman_mcclure",
        aliases: ["geman_mcclure_loss"],
        family: .regression,
        summary: "Bounded: large errors approach half the square of the scale.",
        formula: .init(
            plain: "(p - t)^2 / 2 / (1 + ((p - t) / scale)^2)",
            gradient: "(p - t) / (1 + ((p - t) / scale)^2)^2",
            tex: #"\frac{\tfrac12 (p-t)^2}{1 + \left(\frac{p-t}{c}\right)^2}"#
        ),
        options: [Fair.scale.declaration],
        signature: .realPair,
        kinks: [],
        properties: [.differentiable, .twiceDifferentiable, .lipschitz, .symmetric],
        bounds: Bounds(
            loss: Bound(Fair.scale).squared / 2,
            gradient: 0.3247595264191645 * Bound(Fair.scale),
            hessian: 1
        ),
        notes: ["The Hessian is negative beyond the scale divided by the square root of 3."],
        references: [
            "S. Geman, D. E. McClure, Bayesian Image Analysis: An Application to Single Photon "
                + "Emission Tomography, Proceedings of the American Statistical Association, 1985"
        ]
    )
}
