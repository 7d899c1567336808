// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// A bounded loss that also penalises labels that are predicted too well.
///
/// With the label y = ±1, a = yp and u = 2 atan a - 1: ℓ = u², dℓ/dp = 4 y u / (1 + a²),
/// d²ℓ/dp² = 8 (1 - a u) / (1 + a²)².
struct Tangent: MarginLoss {
    static var hasPrecisePath: Bool { true }

    let labels: LabelEncoding

    init(_ options: OptionValues) {
        labels = options[LabelEncoding.option]
    }

    @inline(always)
    func point(margin: Vector) -> (loss: Vector, derivatives: Derivatives) {
        // Beyond 2^600, the derivatives are 0.
        let a = margin.clamped(-0x1p600, 0x1p600)
        let u = ArcTangent(a).doubledMinusOne
        // Beyond 2^30, 1 + a² is a², which might overflow.
        let one = Vector(repeating: 1)
        let isFar = a.magnitude .> 0x1p30
        let power = one.replacing(with: a.magnitude.powerOfTwoToUnit, where: isFar)
        let scaled = power * a
        let sum = TwoDoubles.product(scaled, scaled) + one.replacing(with: 0, where: isFar)
        let bend = Vector.multiplyAdd(-a, u.head, one) - a * u.tail
        let hessian = 8 * bend / sum.squared.head * power * power * power * power
        return (
            u.squared.head,
            Derivatives(
                gradient: 4 * u.head / sum.head * power * power,
                hessian: hessian,
                surrogate: hessian.magnitude,
                // The error of u is about 2^-56.
                cancelledHessian: bend.magnitude .< 0.125
            )
        )
    }

    @inline(always)
    func preciseDerivatives(margin: Vector) -> Derivatives {
        let one = Vector(repeating: 1)
        let u = TwoDoubles.atan(margin).scaled(by: Vector(repeating: 2)) - one
        let bend = one - u * margin
        let sum = (TwoDoubles.product(margin, margin) + one).rounded
        let hessian = 8 * bend.rounded / sum / sum
        return Derivatives(
            gradient: Vector(repeating: 0),
            hessian: hessian,
            surrogate: hessian.magnitude
        )
    }
}

extension Tangent {
    static let facts = Facts(
        name: "tangent",
        aliases: ["tangent_loss"],
        family: .binary,
        summary: "A bounded loss for data in which some labels are wrong, which also penalises "
            + "predictions far beyond the margin.",
        formula: .init(
            plain: "(2 atan(y p) - 1)^2, y the label as -1 or 1",
            gradient: "4 y (2 atan(y p) - 1) / (1 + p^2)",
            tex: #"(2 \arctan(y p) - 1)^2"#
        ),
        options: [LabelEncoding.option.declaration],
        signature: .margin,
        kinks: [],
        properties: [
            .differentiable, .twiceDifferentiable, .lipschitz, .properScoring,
            .classificationCalibrated,
        ],
        bounds: Bounds(
            loss: 17.15278970826895,
            gradient: 6.168571308828051,
            hessian: 8.484612157278836
        ),
        notes: [
            "The loss is least, 0, where y p is tan(1/2) = 0.546. The Hessian is negative where y p is below "
                + "-0.513 or above 1.255."
        ],
        references: [
            "H. Masnadi-Shirazi, V. Mahadevan, N. Vasconcelos, On the Design of Robust Classifiers for "
                + "Computer Vision, CVPR 2010"
        ]
    )
}
