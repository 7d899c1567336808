// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// Half the deviance of a count: its negative log-likelihood, less its minimum.
///
/// With the mean p = e^z: ℓ = t log(t/p) + p - t, dℓ/dz = p - t, d²ℓ/dz² = p, dℓ/dp = (p - t)/p,
/// d²ℓ/dp² = t/p². With x = z - log t, ℓ = t (e^x - 1 - x) and dℓ/dz = t (e^x - 1).
enum HalfPoissonDeviance: ListedLoss {
    static func kernel(_ options: OptionValues) -> any ElementKernel {
        options[Means.logInput]
            ? HalfPoissonDevianceOfLogarithms(options) : HalfPoissonDevianceOfMeans(options)
    }
}

/// Half the deviance of a count, from the logarithm of its mean.
struct HalfPoissonDevianceOfLogarithms: PointwiseFormula {
    static var inputCount: Int { 2 }
    static var hasPrecisePath: Bool { true }

    init(_ options: OptionValues) {}

    @inline(always)
    func point(_ x: Elements) -> Point {
        let ratio = LogarithmicRatio(of: x[1], toPowerOf: x[0])
        return point(x, -ratio.value, ratio.cancelled)
    }

    @inline(always)
    func precisePoint(_ x: Elements) -> Point {
        point(x, -LogarithmicRatio.precise(of: x[1], toPowerOf: x[0]), .none)
    }

    @inline(always)
    private func point(_ x: Elements, _ ratio: TwoDoubles, _ cancelled: Mask) -> Point {
        let (logarithm, target) = (x[0], x[1])
        let mean = Vector.exp(logarithm)
        let power = Power(ratio)
        // Beyond e^45 the other terms are too small to matter, and for a count of 0 there are none.
        let isAlone = (ratio.head .> 45) .| (target .== 0)
        return Point(
            loss: (target * power.surplus).replacing(with: mean, where: isAlone),
            cancelled: cancelled,
            first: Derivatives(
                gradient: (target * power.valueMinusOne).replacing(with: mean, where: isAlone),
                hessian: mean,
                cancelled: cancelled
            )
        )
    }
}

/// Half the deviance of a count, from its mean.
struct HalfPoissonDevianceOfMeans: PointwiseFormula {
    static var inputCount: Int { 2 }

    init(_ options: OptionValues) {}

    @inline(always)
    func point(_ x: Elements) -> Point {
        let (mean, target) = (x[0], x[1])
        let isZero = target .== 0
        let isAlone = isZero .| (mean / target .> 0x1p60)
        return Point(
            loss: (target * Vector.surplus(ofRatio: mean, to: target))
                .replacing(with: mean, where: isAlone),
            first: Derivatives(
                gradient: (mean - target) / mean,
                hessian: target / mean / mean
            )
        )
    }
}

extension HalfPoissonDeviance {
    static let facts = Facts(
        name: "half_poisson_deviance",
        aliases: ["poisson_deviance_half"],
        family: .regression,
        summary: "Half the deviance of a count: 0 where the mean is the count.",
        formula: .init(
            plain: "t log(t / p) + p - t, p = exp(z) from logarithms z",
            gradient: "p - t in z, (p - t) / p in p",
            tex: #"t \log \frac{t}{p} + p - t"#
        ),
        options: [Means.logInput.declaration],
        signature: Means.signature(
            means: .positive,
            targets: .nonNegative,
            .constant,
            of: "counts, or any numbers >= 0"
        ),
        kinks: [],
        properties: [.convex, .differentiable, .twiceDifferentiable, .properScoring],
        minimizer: .mean(.identity, [("log_input", .log)]),
        notes: [
            "Differs from poisson_nll by a number that depends on the target only.",
            "scikit-learn's mean_poisson_deviance is twice its mean, with log_input false.",
        ],
        references: ["scikit-learn mean_poisson_deviance"],
        conventions: [
            .scikitLearn(
                ["log_input": .flag(false)],
                notes: ["The metric mean_poisson_deviance is twice the loss."]
            )
        ]
    )
}
