// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// Tukey's biweight, which is constant beyond its scale.
///
/// With `e = p - t`, u = (e/scale)² and v = max(0, 1 - u): ℓ = scale²/6 (1 - v³), dℓ/dp = e v²,
/// d²ℓ/dp² = v (1 - 5u).
struct TukeyBiweight: DistanceLoss {
    static let scale = Option.number(
        "scale",
        default: 4.685,
        .positive,
        "Error, often written c, beyond which the loss is constant."
    )

    private let scale: Scale

    init(_ options: OptionValues) {
        scale = Scale(options[Self.scale])
    }

    @inline(always)
    func point(_ error: Difference) -> (loss: Vector, derivatives: Derivatives) {
        let value = error.value
        let zero = Vector(repeating: 0)
        let square = scale.ratio(error, limit: 2).squared
        let difference = (Vector(repeating: 1) - square).head
        let isNear = difference .> 0
        let weight = zero.replacing(with: difference, where: isNear)
        let bend = (Vector(repeating: 1) - square * Vector(repeating: 5)).head
        // 1 - v³ = u (3v + u²), a sum of positive terms, and scale² u = e².
        let sum = Vector.multiplyAdd(square.head, square.head, 3 * weight)
        let part = value * sum / 6
        let near = Vector.multiplyAdd(value, part, 2 * error.error * part)
        return (
            Vector(repeating: scale.value * scale.value / 6).replacing(with: near, where: isNear),
            Derivatives(
                gradient: zero.replacing(with: value * weight * weight, where: isNear),
                hessian: weight * bend,
                surrogate: weight * weight
            )
        )
    }
}

extension TukeyBiweight {
    static let facts = Facts(
        name: "tukey_biweight",
        aliases: ["tukey", "biweight", "bisquare", "tukey_biweight_loss"],
        family: .regression,
        summary: "Constant beyond its scale, so that gross outliers have no influence at all.",
        formula: .init(
            plain: "scale^2 / 6 (1 - max(0, 1 - ((p - t) / scale)^2)^3)",
            gradient: "(p - t) max(0, 1 - ((p - t) / scale)^2)^2",
            tex: #"\tfrac{c^2}{6} \left(1 - \max\left(0,\ 1 - "#
                + #"\left(\tfrac{p-t}{c}\right)^2\right)^3\right)"#
        ),
        options: [scale.declaration],
        signature: .realPair,
        kinks: [],
        properties: [.differentiable, .twiceDifferentiable, .lipschitz, .symmetric],
        bounds: Bounds(
            loss: Bound(scale).squared / 6,
            gradient: 0.2862167011199731 * Bound(scale),
            hessian: 1
        ),
        notes: [
            "With errors in units of their standard deviation, the default scale has 95 % of the "
                + "efficiency of least squares for normal errors.",
            "The Hessian is negative between 1/√5 of the scale and the scale.",
        ],
        references: [
            "A. E. Beaton, J. W. Tukey, The Fitting of Power Series, Technometrics 16, 1974"
        ]
    )
}
