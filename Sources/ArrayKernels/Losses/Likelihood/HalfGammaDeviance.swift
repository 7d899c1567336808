// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// Half the deviance of a positive number with a gamma distribution.
///
/// With the mean p = e^z and x = log t - z: ℓ = e^x - 1 - x, dℓ/dz = 1 - e^x, d²ℓ/dz² = e^x,
/// dℓ/dp = (p - t)/p², d²ℓ/dp² = (2t - p)/p³.
enum HalfGammaDeviance: ListedLoss {
    static func kernel(_ options: OptionValues) -> any ElementKernel {
        options[Means.logInput]
            ? HalfGammaDevianceOfLogarithms(options) : HalfGammaDevianceOfMeans(options)
    }
}

/// Half the deviance of a gamma distribution, from the logarithm of its mean.
struct HalfGammaDevianceOfLogarithms: PointwiseFormula {
    static var inputCount: Int { 2 }
    static var hasPrecisePath: Bool { true }

    init(_ options: OptionValues) {}

    @inline(always)
    func point(_ x: Elements) -> Point {
        let ratio = LogarithmicRatio(of: x[1], toPowerOf: x[0])
        return point(ratio.value, ratio.cancelled)
    }

    @inline(always)
    func precisePoint(_ x: Elements) -> Point {
        point(LogarithmicRatio.precise(of: x[1], toPowerOf: x[0]), .none)
    }

    @inline(always)
    private func point(_ ratio: TwoDoubles, _ cancelled: Mask) -> Point {
        let power = Power(ratio)
        return Point(
            loss: power.surplus,
            cancelled: cancelled,
            first: Derivatives(
                gradient: -power.valueMinusOne,
                hessian: power.value,
                cancelled: cancelled,
                cancelledHessian: cancelled
            )
        )
    }
}

/// Half the deviance of a gamma distribution, from its mean.
struct HalfGammaDevianceOfMeans: PointwiseFormula {
    static var inputCount: Int { 2 }

    init(_ options: OptionValues) {}

    @inline(always)
    func point(_ x: Elements) -> Point {
        let (mean, target) = (x[0], x[1])
        return Point(
            loss: .surplus(ofRatio: target, to: mean),
            first: Derivatives(
                gradient: (mean - target) / mean / mean,
                hessian: (2 * target - mean) / mean / mean / mean,
                surrogate: 1 / mean / mean
            )
        )
    }
}

extension HalfGammaDeviance {
    static let facts = Facts(
        name: "half_gamma_deviance",
        aliases: [
            .init("reg:gamma", ["log_input": .flag(true)], convention: "xgboost"),
            .init("HalfGammaLoss", ["log_input": .flag(true)], convention: "sklearn"),
            .init("itakura_saito", ["log_input": .flag(false)]),
        ],
        family: .regression,
        summary: "Half the deviance of a gamma distribution, for positive targets whose spread is "
            + "proportional to their mean.",
        formula: .init(
            plain: "t / p - 1 - log(t / p), p = exp(z) from logarithms z",
            gradient: "1 - t / p in z, (p - t) / p^2 in p",
            tex: #"\frac{t}{p} - 1 - \log \frac{t}{p}"#
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
            "Strictly convex in the logarithm of the mean. In the mean the Hessian is negative where "
                + "p > 2t, and 1/p² takes its place with hessian_kind \"positive\".",
            "scikit-learn's HalfGammaLoss is z + t e^-z, which differs by a number that depends on "
                + "the target only; its mean_gamma_deviance is twice this loss of means.",
        ],
        references: [
            "F. Itakura, S. Saito, Analysis Synthesis Telephony Based on the Maximum Likelihood "
                + "Method, 1968",
            "scikit-learn mean_gamma_deviance", "XGBoost reg:gamma",
        ],
        conventions: [
            .xgBoost(["log_input": .flag(true)]), .lightGBM(["log_input": .flag(true)]),
            .scikitLearn(
                ["log_input": .flag(true)],
                notes: [
                    "The loss of HalfGammaLoss is greater by 1 + log t; its derivatives are these. The metric "
                        + "mean_gamma_deviance is twice the loss with log_input false."
                ]
            ),
        ]
    )
}
