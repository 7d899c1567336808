// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The negative log-likelihood of a label whose probability is the normal distribution function of the
/// prediction.
///
/// With the label y = ±1, a = yp and the rate r = φ(a)/Φ(a): ℓ = -log Φ(a), dℓ/dp = -y r,
/// d²ℓ/dp² = r (r + a). With the hazard h of |a|, r is h for negative a, where ℓ = a²/2 + log(√(2π) h).
/// For others, with the odds o = Φ(-a)/Φ(a) = φ(a)/(h - φ(a)), r is o h and ℓ = log(1 + o). No terms
/// cancel.
struct BinaryProbit: MarginLoss {
    let labels: LabelEncoding

    init(_ options: OptionValues) {
        labels = options[LabelEncoding.option]
    }

    @inline(always)
    func point(margin: Vector) -> (loss: Vector, derivatives: Derivatives) {
        let isNegative = margin .< 0
        let size = margin.magnitude
        let x = size.clamped(0, 0x1p500)
        let hazard = NormalHazard(x)
        let rootOfTwoPi = TwoDoubles(
            head: Vector(repeating: 0x1.40d931ff62706p+1),
            tail: Vector(repeating: -0x1.a6a0d6f814637p-53)
        )
        let scaledHazard = hazard.value * rootOfTwoPi

        // e^(-x²/2), beyond 20 times 2^600, so that the odds are normal numbers. Beyond 40 they are 0.
        let isFar = x .> 20
        let unit = Vector(repeating: 1).replacing(with: 0x1p-600, where: isFar)
        let capped = x.clamped(0, 40)
        let shift = TwoDoubles(
            head: Vector(repeating: 0x1.9fe3682cd3be4p+8),
            tail: Vector(repeating: 0x1.4aa84b6b3b125p-46)
        )
        let exponent = TwoDoubles.product(capped, -0.5 * capped)
        let density = TwoDoubles.extendedExp(
            exponent.replacing(with: exponent + shift, where: isFar)
        )
        let odds = density / (scaledHazard - density.scaled(by: unit))
        let rate = odds * hazard.value

        // log(1 + o), or the logarithm of √(2π) h, which is at least 2.
        let scaledOdds = odds.scaled(by: unit)
        let argument = scaledOdds.head.replacing(with: scaledHazard.head - 1, where: isNegative)
        let tail = scaledOdds.tail.replacing(with: scaledHazard.tail, where: isNegative)
        let loss = Vector.log1p(argument) + tail / (1 + argument)
        let square = Vector(repeating: 0).replacing(with: 0.5 * size * size, where: isNegative)
        let farRate = hazard.value.head.replacing(with: size, where: size .> x)
        let slope = (rate.rounded * unit).replacing(with: farRate, where: isNegative)
        let curvature = (rate * (rate.scaled(by: unit) + x)).rounded * unit
        let farCurvature = (hazard.value * hazard.surplus).head
        return (
            loss + square,
            Derivatives(
                gradient: -slope,
                hessian: curvature.replacing(with: farCurvature, where: isNegative)
            )
        )
    }
}

extension BinaryProbit {
    static let facts = Facts(
        name: "binary_probit",
        aliases: ["probit", "probit_loss", "probit_margin"],
        family: .binary,
        summary:
            "The negative log-likelihood of a label whose probability is the normal distribution "
            + "function of the prediction: probit regression.",
        formula: .init(
            plain: "-log Phi(y p), y the label as -1 or 1, Phi the normal distribution function",
            gradient: "-y phi(y p) / Phi(y p), phi the normal density",
            tex: #"-\log \Phi(y p)"#
        ),
        options: [LabelEncoding.option.declaration],
        signature: .margin,
        kinks: [],
        properties: [
            .strictlyConvex, .convex, .differentiable, .twiceDifferentiable, .properScoring,
            .classificationCalibrated,
        ],
        bounds: Bounds(hessian: 1),
        notes: [
            "The loss and its derivatives are accurate in both tails, where the logarithm of a computed "
                + "Phi is infinite below -38.5 and 0 above 8.3.",
            "For the logistic distribution function see logistic_margin.",
        ],
        references: [
            "C. I. Bliss, The Method of Probits, Science 79, 1934",
            "PyTorch torch.special.log_ndtr", "statsmodels Probit",
        ]
    )
}
