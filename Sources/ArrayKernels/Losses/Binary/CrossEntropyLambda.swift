// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The cross-entropy of the probability that one of several trials succeeds, whose number is the
/// exposure.
///
/// With the exposure w, λ = softplus z, x = wλ, the probability q = 1 - e^-x of the label 1 and s = σ(z):
/// ℓ = -y log q + (1 - y) x, dℓ/dz = ws (q - y)/q, dℓ/dy = -log q - x, and d²ℓ/dz² is
/// ws ((1 - y) (1 - s) + y (1 - s) e^-x (w (e^z - λ) + (e^-x - 1 + x))/q²), a sum of terms that are not
/// negative.
struct CrossEntropyLambda: PointwiseLoss {
    static var inputCount: Int { 3 }
    static var hasPrecisePath: Bool { true }

    init(_ options: OptionValues) {}

    /// Below this logit, x is so small that q is x, and λ is e^z.
    private static var least: Double { -600 }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let (logit, target, exposure) = (x[0], x[1], x[2])
        let zero = Vector(repeating: 0)
        let logistic = Logistic(logit)
        let softplus = Logistic.relativeSoftplus(logit)
        let product = softplus.head * exposure
        let value = Self.bounded(softplus * exposure)
        let isSmall = value.head .< LogarithmOfTwo.head
        let decay = Vector.exp(-value)
        let q = -Power(-value).valueMinusOne
        let other = 1 - target
        let isFar = logit .< Self.least
        let surprisal = (-Vector.log1p(-decay)).replacing(with: -Vector.log(q), where: isSmall)
            .replacing(with: -(logit + Vector.log(exposure)), where: isFar)
        let numerator = (other - decay).replacing(with: q - target, where: isSmall)
        let isDifference = numerator.isCancelled(other.replacing(with: q, where: isSmall))
        // e^-x has x times the relative error of x, which is that of λ: 2^-57, or 2^-57/λ for logits from 0 on.
        let limit = (8 * softplus.head).replacing(with: 8, where: logit .< 0)
        let leak = decay * value.head

        // ws, and ws (1 - s), to which the second derivative is equal for a target of 0.
        let slope = (exposure * logistic.sigmoid)
            .replacing(with: .exp(TwoDoubles(logit), times: exposure), where: isFar)
        let e = logistic.expNegAbs
        let bend =
            Vector.exp(TwoDoubles(-logit.magnitude), times: exposure)
            / Vector.multiplyAdd(e, 2 + e, Vector(repeating: 1))
        let loss = target * surprisal + zero.replacing(with: other * product, where: other .> 0)
        let farSlope = slope.replacing(with: slope - target, where: target .> 0)
        let difference = surprisal - product
        return Point(
            loss: loss.replacing(with: slope, where: isFar .& (target .== 0)),
            cancelled: (target * leak .> limit * loss) .& .!isFar,
            first: Derivatives(
                gradient: (slope * (numerator / q)).replacing(with: farSlope, where: isFar),
                hessian: bend,
                cancelled: (isDifference .| (leak .> limit * numerator.magnitude)) .& .!isFar,
                cancelledHessian: target .> 0
            ),
            second: Derivatives(
                gradient: difference,
                hessian: zero,
                cancelled: difference.isCancelled(surprisal) .& .!isFar
            )
        )
    }

    @inline(always)
    func precisePoint(_ x: Elements) -> Point {
        let (logit, target, exposure) = (x[0], x[1], x[2])
        let one = Vector(repeating: 1)
        let (sigmoid, complement, softplus) = TwoDoubles.logistic(TwoDoubles(logit))
        let value = Self.bounded(softplus * exposure)
        let isSmall = value.head .< LogarithmOfTwo.head
        let (decay, q) = (TwoDoubles.exp(-value), -TwoDoubles.expm1(-value))
        let surprisal = (-TwoDoubles.log1p(-decay))
            .replacing(with: -TwoDoubles.log(q), where: isSmall)
        let other = TwoDoubles.difference(one, target)
        let numerator = (other - decay).replacing(with: q - target, where: isSmall)
        let loss = surprisal * target + (other * value).kept(where: other.head .> 0)

        // (1 - s) (w (e^z - λ) + (e^-x - 1 + x)), where e^z - λ is e^λ - 1 - λ.
        let surplus = TwoDoubles.surplus(-value)
        let near = complement * (TwoDoubles.surplus(softplus) * exposure + surplus)
        let far = (sigmoid - complement * softplus) * exposure + complement * surplus
        let share = decay * near.replacing(with: far, where: logit .> 40) / q / q
        let bend = (sigmoid * (other * complement + share * target)).rounded * exposure
        // Where x is tiny, so is its square; where e^-z is, the first term is computed apart from it.
        let isTiny = (value.head .< 0x1p-60) .& (logit .< -42)
        let low = Vector.exp(
            TwoDoubles(logit),
            times: other.head * exposure + target * (0.5 * (1 + exposure))
        )
        let high =
            Vector.exp(TwoDoubles(-logit), times: other.head * exposure)
            + (share * target).rounded * exposure
        return Point(
            loss: loss.rounded,
            first: Derivatives(
                gradient: (numerator / q * sigmoid).rounded * exposure,
                hessian: bend.replacing(with: low, where: isTiny)
                    .replacing(with: high, where: logit .> 600)
            ),
            second: Derivatives(
                gradient: (surprisal - value).rounded,
                hessian: Vector(repeating: 0)
            )
        )
    }

    /// x, or 10^5 where it is more, from which on e^-x is 0.
    @inline(always)
    private static func bounded(_ x: TwoDoubles) -> TwoDoubles {
        x.replacing(with: TwoDoubles(repeating: 1e5), where: .!(x.head .< 1e5))
    }
}

extension CrossEntropyLambda {
    static let facts = Facts(
        name: "cross_entropy_lambda",
        aliases: [.init("xentlambda", convention: "lightgbm")],
        family: .binary,
        summary:
            "The cross-entropy of a label that is 1 if any of several trials succeeds; their number "
            + "is the exposure.",
        formula: .init(
            plain: "-y log(1 - exp(-w h)) + (1 - y) w h, h = log(1 + exp(z)) and w the exposure",
            gradient: "w sigmoid(z) (1 - y / (1 - exp(-w h)))",
            tex: #"-y \log\left(1 - e^{-w h}\right) + (1 - y)\, w h, \quad h = \log(1 + e^z)"#
        ),
        options: [],
        signature: Signature(
            .element,
            .init("predictions", .primary, .real, "numbers z, whose softplus is the rate h"),
            .init("targets", .differentiable, .unit, "labels, or probabilities of the label 1"),
            .init(
                "exposures",
                .constant,
                .interval(.closed(1e-30, 1e15)),
                "numbers of trials, or any exposure"
            )
        ),
        kinks: [],
        properties: [
            .strictlyConvex, .convex, .differentiable, .twiceDifferentiable, .properScoring,
            .classificationCalibrated,
        ],
        notes: [
            "With exposures of 1 it is binary_cross_entropy of logits.",
            "LightGBM takes the weights of the samples as exposures; weights here multiply the loss. Its "
                + "gradient and Hessian are NaN or infinite for large predictions, about 20 with an "
                + "exposure of 2.",
        ],
        references: ["LightGBM cross_entropy_lambda"],
        conventions: [
            .lightGBM(notes: [
                "LightGBM's weights of samples are exposures here; without weights these are 1."
            ])
        ],
        examples: [
            Example([
                "predictions": Tensor(shape: [3], values: [0.2, 1.7, -0.4]),
                "targets": Tensor(shape: [3], values: [1, 0, 1]),
                "exposures": Tensor(shape: [3], values: [1, 2, 5]),
            ])
        ]
    )
}
