// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// Half the deviance of a positive number with an inverse Gaussian distribution.
///
/// With the mean p = e^z and u = t/p: ℓ = (u - 1)²/(2t), dℓ/dz = -u (u - 1)/t,
/// d²ℓ/dz² = u (2u - 1)/t, dℓ/dp = (p - t)/p³, d²ℓ/dp² = (3t - 2p)/p⁴.
enum HalfInverseGaussianDeviance: ListedLoss {
    static func kernel(_ options: OptionValues) -> any ElementKernel {
        options[Means.logInput]
            ? HalfInverseGaussianDevianceOfLogarithms(options)
            : HalfInverseGaussianDevianceOfMeans(options)
    }
}

/// Half the deviance of an inverse Gaussian distribution, from the logarithm of its mean.
struct HalfInverseGaussianDevianceOfLogarithms: PointwiseFormula {
    static var inputCount: Int { 2 }
    static var hasPrecisePath: Bool { true }

    init(_ options: OptionValues) {}

    @inline(always)
    func point(_ x: Elements) -> Point {
        let target = x[1]
        let ratio = LogarithmicRatio(of: target, toPowerOf: x[0])
        let power = Power(ratio.value)
        let (value, difference) = (power.value, power.valueMinusOne)
        let bend = 2 * value - 1
        return Point(
            loss: 0.5 * difference * (difference / target),
            cancelled: ratio.cancelled,
            first: Derivatives(
                gradient: -difference * (value / target),
                hessian: bend * (value / target),
                surrogate: value / target * value,
                cancelled: ratio.cancelled,
                cancelledHessian: ratio.cancelled .| bend.isCancelled(2 * value)
            )
        )
    }

    @inline(always)
    func precisePoint(_ x: Elements) -> Point {
        let target = x[1]
        let ratio = LogarithmicRatio.precise(of: target, toPowerOf: x[0])
        let (value, difference) = (TwoDoubles.exp(ratio), TwoDoubles.expm1(ratio))
        let share = value.rounded / target
        let bend = (value.scaled(by: Vector(repeating: 2)) - Vector(repeating: 1)).rounded
        return Point(
            loss: 0.5 * difference.rounded * (difference.rounded / target),
            first: Derivatives(
                gradient: -difference.rounded * share,
                hessian: bend * share,
                surrogate: share * value.rounded
            )
        )
    }
}

/// Half the deviance of an inverse Gaussian distribution, from its mean.
struct HalfInverseGaussianDevianceOfMeans: PointwiseFormula {
    static var inputCount: Int { 2 }

    init(_ options: OptionValues) {}

    @inline(always)
    func point(_ x: Elements) -> Point {
        let (mean, target) = (x[0], x[1])
        let ratio = (mean - target) / mean
        let bend = TwoDoubles.product(Vector(repeating: 3), target) - 2 * mean
        return Point(
            loss: 0.5 * ratio * (ratio / target),
            first: Derivatives(
                gradient: ratio / mean / mean,
                hessian: bend.rounded / mean / mean / mean / mean,
                surrogate: target / mean / mean / mean / mean
            )
        )
    }
}

extension HalfInverseGaussianDeviance {
    static let facts = Facts(
        name: "half_inverse_gaussian_deviance",
        aliases: ["inverse_gaussian"],
        family: .regression,
        summary: "Half the deviance of an inverse Gaussian distribution, for positive targets with "
            + "a long tail.",
        formula: .init(
            plain: "(t - p)^2 / (2 t p^2), p = exp(z) from logarithms z",
            gradient: "(p - t) / p^2 in z, (p - t) / p^3 in p",
            tex: #"\frac{(t - p)^2}{2 t p^2}"#
        ),
        options: [Means.logInput.declaration],
        signature: Means.signature(
            means: .positive,
            targets: .positive,
            .constant,
            of: "positive numbers"
        ),
        kinks: [],
        properties: [.differentiable, .twiceDifferentiable, .properScoring],
        minimizer: .mean(.identity, [("log_input", .log)]),
        notes: [
            "The Tweedie deviance of power 3. The Hessian is negative where z > log(2t), and in the "
                + "mean where p > 1.5t."
        ],
        references: ["scikit-learn mean_tweedie_deviance with power 3"],
        conventions: [
            .scikitLearn(
                ["log_input": .flag(false)],
                notes: ["The metric mean_tweedie_deviance with power 3 is twice the loss."]
            )
        ]
    )
}
