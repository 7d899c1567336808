// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The Fair loss: quadratic near the target, and less than linear far from it.
///
/// With `e = p - t` and x = |e|/scale: ℓ = scale² (x - log(1 + x)), dℓ/dp = e/(1 + x),
/// d²ℓ/dp² = 1/(1 + x)².
struct Fair: DistanceLoss {
    static let scale = Option.number(
        "scale",
        default: 1,
        .positive,
        "Error, often written c, around which the loss ceases to be quadratic."
    )

    private let scale: Scale

    init(_ options: OptionValues) {
        scale = Scale(options[Self.scale])
    }

    @inline(always)
    func point(_ error: Difference) -> (loss: Vector, derivatives: Derivatives) {
        let (value, scale) = (error.value, scale.value)
        let size = value.magnitude
        let ratio = self.scale.ratio(error, limit: .greatestFiniteMagnitude)
        let x = ratio.head.magnitude
        let tail = ratio.tail.replacing(with: -ratio.tail, where: value .< 0)
        let inverse = 1 / ((1 + x) + tail)
        let shortfall = LogarithmOfSum(x).shortfall(of: x) + x * inverse * tail
        let isFar = x .> 0x1p100
        let middle = scale * (scale * shortfall)
        return (
            middle.replacing(with: 0.5 * value * value, where: x .< 0x1p-54)
                .replacing(with: scale * size, where: isFar),
            Derivatives(
                gradient: (value * inverse)
                    .replacing(with: Vector(repeating: scale).withSign(of: value), where: isFar),
                hessian: inverse * inverse
            )
        )
    }
}

extension Fair {
    static let facts = Facts(
        name: "fair",
        aliases: ["fair_loss"],
        family: .regression,
        summary: "Quadratic for small errors and almost linear for large ones, with continuous "
            + "second derivatives.",
        formula: .init(
            plain: "scale^2 (|p - t| / scale - log(1 + |p - t| / scale))",
            gradient: "(p - t) / (1 + |p - t| / scale)",
            tex: #"c^2 \left( \tfrac{\lvert p-t\rvert}{c} - \log\left(1 + "#
                + #"\tfrac{\lvert p-t\rvert}{c}\right) \right)"#
        ),
        options: [scale.declaration],
        signature: .realPair,
        kinks: [],
        properties: [
            .strictlyConvex, .convex, .differentiable, .twiceDifferentiable, .lipschitz, .symmetric,
        ],
        bounds: Bounds(gradient: Bound(scale), hessian: 1),
        notes: ["LightGBM calls the scale fair_c."],
        references: [
            "R. C. Fair, On the Robust Estimation of Econometric Models, Annals of Economic and "
                + "Social Measurement 3, 1974",
            "LightGBM fair",
        ],
        conventions: [.lightGBM(["scale": .number(1)])]
    )
}
