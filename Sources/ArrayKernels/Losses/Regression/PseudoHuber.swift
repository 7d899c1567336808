// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// A smooth approximation of the Huber loss.
///
/// With `e = p - t` and s = √(1 + (e/delta)²): ℓ = delta² (s - 1) = e² / (1 + s), dℓ/dp = e/s,
/// d²ℓ/dp² = s⁻³.
struct PseudoHuber: DistanceLoss {
    private let delta: Scale

    init(_ options: OptionValues) {
        delta = Scale(options[Huber.delta])
    }

    @inline(always)
    func point(_ error: Difference) -> (loss: Vector, derivatives: Derivatives) {
        let value = error.value
        let ratio = delta.ratio(error, limit: 0x1p500)
        let square = Vector.multiplyAdd(ratio.head, ratio.head, Vector(repeating: 1))
        let precise = Vector.multiplyAdd(2 * ratio.head, ratio.tail, square)
        let root = precise.squareRoot()
        let quotient = value / (1 + root)
        // Far from the target, s is |e|/delta.
        let isFar = ratio.head.magnitude .>= 0x1p500
        return (
            (value * quotient).replacing(with: delta.value * value.magnitude, where: isFar),
            Derivatives(
                gradient: (value / root)
                    .replacing(
                        with: Vector(repeating: delta.value).withSign(of: value),
                        where: isFar
                    ),
                hessian: 1 / (root * precise)
            )
        )
    }
}

extension PseudoHuber {
    static let facts = Facts(
        name: "pseudo_huber",
        aliases: [
            "pseudo_huber_loss", "charbonnier", "charbonnier_loss", "soft_l1",
            .init("reg:pseudohubererror", convention: "xgboost"),
        ],
        family: .regression,
        summary: "A smooth approximation of the Huber loss, with derivatives of every order.",
        formula: .init(
            plain: "delta^2 (sqrt(1 + ((p - t) / delta)^2) - 1)",
            gradient: "(p - t) / sqrt(1 + ((p - t) / delta)^2)",
            tex: #"\delta^2 \left( \sqrt{1 + \left(\tfrac{p-t}{\delta}\right)^2} - 1 \right)"#
        ),
        options: [Huber.delta.declaration],
        signature: .realPair,
        kinks: [],
        properties: [
            .strictlyConvex, .convex, .differentiable, .twiceDifferentiable, .lipschitz, .symmetric,
        ],
        bounds: Bounds(gradient: Bound(Huber.delta), hessian: 1),
        notes: ["XGBoost calls delta huber_slope."],
        references: [
            "P. Charbonnier et al., Deterministic Edge-Preserving Regularization in Computed "
                + "Imaging, IEEE Transactions on Image Processing 6, 1997",
            "XGBoost reg:pseudohubererror",
        ],
        conventions: [.xgBoost(["delta": .number(1)])]
    )
}
