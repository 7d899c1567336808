// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The robust loss of Barron, which contains the squared error and the losses of Charbonnier, Cauchy,
/// Geman-McClure and, in the limit, Welsch.
///
/// With e = p - t, x = (e/c)², b = |alpha - 2|, u = x/b and L = log(1 + u): ℓ = b/alpha (e^(alpha L/2) - 1),
/// dℓ/dp = e/c² e^((alpha-2)L/2), d²ℓ/dp² = 1/c² (1 + (alpha - 1) u) e^((alpha-4)L/2). For alpha = 0,
/// ℓ is b L/2, and for alpha = 2, x/2.
struct GeneralRobust: DistanceLoss {
    static let alpha = Option.number(
        "alpha",
        default: 1,
        .closed(-16, 16),
        "Shape: 2 is the squared error, 1 Charbonnier's or pseudo-Huber loss, 0 Cauchy's, -2 that of "
            + "Geman and McClure; the lower, the less outliers count."
    )
    static let scale = Option.number(
        "scale",
        default: 1,
        .positive,
        "Error c beyond which the loss is no longer nearly quadratic."
    )

    private let alpha: Double
    private let scale: Scale
    /// log c, alpha - 2, its magnitude b, and log b.
    private let logScale: TwoDoubles
    private let excess: TwoDoubles
    private let distance: TwoDoubles
    private let logDistance: TwoDoubles

    /// Beyond this ratio, 1 is too small to matter beside u.
    private static var limit: Double { 0x1p400 }

    init(_ options: OptionValues) {
        alpha = options[Self.alpha]
        scale = Scale(options[Self.scale])
        logScale = .log(Vector(repeating: scale.value))
        excess = .difference(Vector(repeating: alpha), Vector(repeating: 2))
        let distance = alpha < 2 ? -excess : excess
        // For alpha = 2, b only occurs where it does not matter.
        self.distance = alpha == 2 ? TwoDoubles(repeating: 1) : distance
        logDistance = .log(self.distance)
    }

    @inline(always)
    func point(_ error: Difference) -> (loss: Vector, derivatives: Derivatives) {
        let one = Vector(repeating: 1)
        let value = error.value
        let ratio = scale.ratio(error, limit: Self.limit)
        let isFar = ratio.head.magnitude .>= Self.limit
        let square = ratio.squared
        let u = square / distance
        let sum = LogarithmOfSum(u.head).sum
        let near = TwoDoubles.orderedSum(sum.head, sum.tail + u.tail / (1 + u.head))
        let logSize = Logarithm(of: value.magnitude).sum() - logScale
        let far = logSize.scaled(by: Vector(repeating: 2)) - logDistance
        let logarithm = near.replacing(with: far, where: isFar)

        let curvature =
            (logarithm * excess).scaled(by: Vector(repeating: 0.5))
            - logScale.scaled(by: Vector(repeating: 2))
        let weight = Vector.exp(curvature, times: one)
        let hessian = hessian(u, logarithm, curvature, isFar, weight)
        return (
            loss(value, square.head, logarithm, isFar)
                .replacing(with: .infinity, where: value.magnitude .== .infinity),
            Derivatives(
                gradient: .exp(curvature, times: value),
                hessian: hessian,
                surrogate: alpha > 2 ? hessian : weight
            )
        )
    }

    @inline(always)
    private func loss(
        _ value: Vector,
        _ square: Vector,
        _ logarithm: TwoDoubles,
        _ isFar: Mask
    ) -> Vector {
        if alpha == 2 {
            let quotient = value / scale.value
            return (0.5 * square).replacing(with: 0.5 * quotient * quotient, where: isFar)
        }
        let general: Vector
        if alpha.magnitude < 0x1p-70 {
            general = logarithm.head
        } else {
            let factor = distance.head / alpha
            let half = logarithm * Vector(repeating: 0.5 * alpha)
            // Where e^(alpha L/2) is large, 1 is too small to matter.
            general = (factor * Power(half).valueMinusOne)
                .replacing(with: .exp(half, times: factor), where: half.head .> 45)
        }
        return general.replacing(with: 0.5 * square, where: square .< 0x1p-60)
    }

    @inline(always)
    private func hessian(
        _ u: TwoDoubles,
        _ logarithm: TwoDoubles,
        _ curvature: TwoDoubles,
        _ isFar: Mask,
        _ weight: Vector
    ) -> Vector {
        if alpha == 2 { return weight }
        let one = Vector(repeating: 1)
        let bracket = u * TwoDoubles.difference(Vector(repeating: alpha), one) + one
        let near = Vector.exp(curvature - logarithm, times: bracket.rounded)
        if alpha == 1 { return near }
        return near.replacing(with: (alpha - 1) * weight, where: isFar)
    }
}

extension GeneralRobust {
    static let facts = Facts(
        name: "general_robust",
        aliases: ["barron", "adaptive_robust", "general_adaptive_robust"],
        family: .regression,
        summary:
            "A robust loss with a shape between and beyond those of the squared error and of Geman "
            + "and McClure.",
        formula: .init(
            plain: "|alpha - 2| / alpha ((((p - t) / c)^2 / |alpha - 2| + 1)^(alpha / 2) - 1), "
                + "c the scale; log(((p - t) / c)^2 / 2 + 1) for alpha 0 and ((p - t) / c)^2 / 2 for 2",
            gradient: "(p - t) / c^2 (((p - t) / c)^2 / |alpha - 2| + 1)^(alpha / 2 - 1)",
            tex: #"\frac{\lvert \alpha - 2 \rvert}{\alpha} \left( \left( "#
                + #"\frac{((p - t) / c)^2}{\lvert \alpha - 2 \rvert} + 1 \right)^{\alpha / 2} - 1 \right)"#
        ),
        options: [alpha.declaration, scale.declaration],
        signature: .realPair,
        kinks: ["alpha = 0 and alpha = 2: the limits, which the others approach continuously"],
        properties: [.differentiable, .twiceDifferentiable, .symmetric],
        notes: [
            "Convex for alpha of 1 and more. Below 1 the Hessian is negative for large errors; up to "
                + "alpha 2 its surrogate is the gradient divided by the error.",
            "Its curvature at 0 is 1 / c^2 for every alpha; pseudo_huber, cauchy, geman_mcclure and "
                + "welsch, the limit for alpha towards minus infinity, are scaled to a curvature of 1.",
        ],
        references: [
            "J. T. Barron, A General and Adaptive Robust Loss Function, CVPR 2019",
            "jonbarron/robust_loss_pytorch lossfun",
        ]
    )
}
