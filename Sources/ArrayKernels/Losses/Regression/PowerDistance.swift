// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// A power of the absolute error.
///
/// With `e = p - t` and the power P: ℓ = |e|^P, dℓ/dp = P |e|^(P-1) sign e,
/// d²ℓ/dp² = P (P - 1) |e|^(P-2). At `e = 0` all are 0, but for the Hessian 2 of P = 2.
struct PowerDistance: PointwiseLoss {
    static var inputCount: Int { 2 }
    static var hasPrecisePath: Bool { true }

    static let power = Option.number(
        "power",
        default: 1.5,
        .leftOpen(0, 100),
        "Power P of the absolute error; the loss is convex if it is at least 1."
    )

    private let power: Vector

    init(_ options: OptionValues) {
        power = Vector(repeating: options[Self.power])
    }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let size = (x[0] - x[1]).magnitude
        // The error of the logarithm, below 2^-57, is multiplied by the power.
        return point(x, Logarithm(of: size).sum(), (power .> 8) .& (size .> 0))
    }

    @inline(always)
    func precisePoint(_ x: Elements) -> Point {
        point(x, .log((x[0] - x[1]).magnitude), .none)
    }

    @inline(always)
    private func point(_ x: Elements, _ logarithm: TwoDoubles, _ cancelled: Mask) -> Point {
        let (zero, one) = (Vector(repeating: 0), Vector(repeating: 1))
        let error = Difference(x[0], x[1])
        let size = error.value.magnitude
        let isZero = size .== 0
        let sum = logarithm + error.errorOfMagnitude / size
        let less = TwoDoubles.difference(power, one)
        let slope = Vector.exp(less * sum, times: power.withSign(of: error.value))
            .replacing(with: zero, where: isZero)
        let exponent = TwoDoubles.difference(power, Vector(repeating: 2)) * sum
        let atZero = zero.replacing(with: 2, where: power .== 2)
        let hessian = Vector.exp(exponent, times: power * less.head)
            .replacing(with: atZero, where: isZero)
        let weight = Vector.exp(exponent, times: power).replacing(with: zero, where: isZero)
        let surrogate = hessian.replacing(with: weight, where: power .<= 1)
        return Point(
            loss: Vector.exp(power * sum).replacing(with: zero, where: isZero)
                .replacing(with: size, where: size .== .infinity),
            cancelled: cancelled,
            first: Derivatives(
                gradient: slope,
                hessian: hessian,
                surrogate: surrogate,
                cancelled: cancelled,
                cancelledHessian: cancelled
            ),
            second: Derivatives(
                gradient: -slope,
                hessian: hessian,
                surrogate: surrogate,
                cancelled: cancelled,
                cancelledHessian: cancelled
            )
        )
    }
}

extension PowerDistance {
    static let facts = Facts(
        name: "lp",
        aliases: [
            "lp_loss", "LPDistLoss", "power_distance", .init("Lq", convention: "catboost"),
        ],
        family: .regression,
        summary: "A power of the absolute error.",
        formula: .init(
            plain: "|p - t|^P with the power P",
            gradient: "P |p - t|^(P - 1) sign(p - t)",
            tex: #"\lvert p - t \rvert^P"#
        ),
        options: [power.declaration],
        signature: .realPair,
        kinks: [
            "p = t: the gradient is 0, and the Hessian 0 too, even if it grows without bound nearby; "
                + "for a power of 2 it is 2"
        ],
        properties: [.symmetric],
        notes: [
            "Convex for powers of 1 and more, differentiable for powers above 1.",
            "Up to a power of 1 the surrogate of the Hessian is P |p - t|^(P - 2), with which Newton's "
                + "method is iteratively reweighted least squares.",
            "A power of 1 gives absolute_error, 2 squared_error.",
        ],
        references: ["LossFunctions.jl LPDistLoss"],
        conventions: [
            .catBoost(notes: [
                "The power is q, at least 1, which has no default; CatBoost has no Hessian below 2."
            ])
        ]
    )
}
