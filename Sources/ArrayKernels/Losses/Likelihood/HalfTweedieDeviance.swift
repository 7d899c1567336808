// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// Half the deviance of a Tweedie distribution, whose variance is a power of its mean.
///
/// With the mean p = e^z, a = 2 - power, b = power - 1 and w = log(p/t): ℓ = p^a/a + t p^-b/b - t^a/(ab),
/// dℓ/dz = p^a - t p^-b, d²ℓ/dz² = a p^a + b t p^-b, dℓ/dp = p^-power (p - t),
/// d²ℓ/dp² = p^(-power - 1) (power t - b p).
enum HalfTweedieDeviance: ListedLoss {
    static let power = Option.number(
        "power",
        default: 1.5,
        .closed(1, 10),
        "Power of the mean to which the variance is proportional: 1 for counts, 2 for gamma and 3 for "
            + "inverse Gaussian distributions."
    )

    static func kernel(_ options: OptionValues) -> any ElementKernel {
        options[Means.logInput]
            ? HalfTweedieDevianceOfLogarithms(options) : HalfTweedieDevianceOfMeans(options)
    }
}

/// Half the deviance of a Tweedie distribution, from the logarithm of its mean.
struct HalfTweedieDevianceOfLogarithms: PointwiseFormula {
    static var inputCount: Int { 2 }
    static var hasPrecisePath: Bool { true }

    private let tweedie: Tweedie

    init(_ options: OptionValues) {
        tweedie = Tweedie(power: options[HalfTweedieDeviance.power])
    }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let ratio = LogarithmicRatio(of: x[1], toPowerOf: x[0])
        let (main, other, exponent) = terms(-ratio.value, x[1])
        let decay = Vector.exp(exponent).replacing(with: 0, where: x[1] .== 0)
        let bracket = main.head + other.head * decay
        // Only beyond a power of 2 the terms differ in sign.
        let isCancelled = bracket.isCancelled(main.head) .& (tweedie.a.head .< 0)
        return point(x, -ratio.value, bracket, ratio.cancelled, isCancelled)
    }

    @inline(always)
    func precisePoint(_ x: Elements) -> Point {
        let w = -LogarithmicRatio.precise(of: x[1], toPowerOf: x[0])
        let (main, other, exponent) = terms(w, x[1])
        let bracket = (main + other * TwoDoubles.exp(exponent)).rounded
        return point(x, w, bracket, .none, .none)
    }

    /// The factors a and b of the terms of the second derivative, that of the larger power first, and the
    /// logarithm of the ratio of the powers, -|w|.
    @inline(always)
    private func terms(
        _ w: TwoDoubles,
        _ target: Vector
    ) -> (main: TwoDoubles, other: TwoDoubles, exponent: TwoDoubles) {
        let isAbove = (w.head .> 0) .| (target .== 0)
        let (a, b) = (tweedie.a, tweedie.b)
        return (
            b.replacing(with: a, where: isAbove),
            a.replacing(with: b, where: isAbove),
            w.replacing(with: -w, where: isAbove)
        )
    }

    /// The losses and derivatives.
    ///
    /// - Parameters:
    ///   - x: the inputs.
    ///   - w: z - log t.
    ///   - bracket: a + b e^-w where the mean is above t, else b + a e^w.
    ///   - cancelled: the elements in which w is not accurate.
    ///   - cancelledBracket: those in which the bracket is not.
    /// - Returns: the point.
    @inline(always)
    private func point(
        _ x: Elements,
        _ w: TwoDoubles,
        _ bracket: Vector,
        _ cancelled: Mask,
        _ cancelledBracket: Mask
    ) -> Point {
        let (logMean, target) = (TwoDoubles(x[0]), x[1])
        let mass = Vector.exp(tweedie.a * logMean, times: Vector(repeating: 1))
        let hessian = tweedie.bend(w, bracket, logMean: logMean, target: target)
        let slope = tweedie.slope(w, logMean: logMean, target: target)
        // For a target of 0 and a power of 2 or more, the loss is infinite.
        let isDefined = (target .> 0) .| (tweedie.a.head .> 0)
        let undefined = Vector(repeating: .nan)
        return Point(
            loss: tweedie.loss(
                w,
                logMean: logMean,
                target: target,
                logTarget: Logarithm(of: target).sum()
            ),
            cancelled: cancelled,
            first: Derivatives(
                gradient: undefined.replacing(with: slope, where: isDefined),
                hessian: undefined.replacing(with: hessian, where: isDefined),
                surrogate: tweedie.a.head[0] < 0 ? mass : hessian,
                cancelled: cancelled,
                cancelledHessian: cancelledBracket
            )
        )
    }
}

/// Half the deviance of a Tweedie distribution, from its mean.
struct HalfTweedieDevianceOfMeans: PointwiseFormula {
    static var inputCount: Int { 2 }

    private let tweedie: Tweedie

    init(_ options: OptionValues) {
        tweedie = Tweedie(power: options[HalfTweedieDeviance.power])
    }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let (mean, target) = (x[0], x[1])
        let logMean = Logarithm(of: mean).sum()
        let isDefined = (target .> 0) .| (tweedie.a.head .> 0)
        let exponent = -(tweedie.power * logMean)
        let curvature = tweedie.curvature(logMean: logMean, mean: mean, target: target)
        return Point(
            loss: tweedie.loss(
                .log(ofRatio: mean, to: target),
                logMean: logMean,
                target: target,
                logTarget: Logarithm(of: target).sum()
            ),
            first: Derivatives(
                gradient: Vector(repeating: .nan).replacing(
                    with: .exp(exponent, times: mean - target),
                    where: isDefined
                ),
                hessian: Vector(repeating: .nan).replacing(with: curvature, where: isDefined),
                surrogate: .exp(exponent, times: Vector(repeating: 1))
            )
        )
    }
}

extension HalfTweedieDeviance {
    static let facts = Facts(
        name: "half_tweedie_deviance",
        aliases: [
            "tweedie_deviance_half",
            .init(
                "HalfTweedieLossIdentity",
                ["log_input": .flag(false)],
                convention: "sklearn"
            ),
        ],
        family: .regression,
        summary:
            "Half the deviance of a Tweedie distribution, whose variance is a power of its mean: "
            + "0 where the mean is the target.",
        formula: .init(
            plain: "t^(2 - power) / ((1 - power) (2 - power)) - t p^(1 - power) / (1 - power) "
                + "+ p^(2 - power) / (2 - power), p = exp(z) from logarithms z",
            gradient: "p^(2 - power) - t p^(1 - power) in z, (p - t) / p^power in p",
            tex: #"\frac{t^{2-\rho}}{(1-\rho)(2-\rho)} - \frac{t\, p^{1-\rho}}{1-\rho} "#
                + #"+ \frac{p^{2-\rho}}{2-\rho}"#
        ),
        options: [power.declaration, Means.logInput.declaration],
        signature: Means.signature(
            means: .positive,
            targets: .nonNegative,
            .constant,
            of: "numbers >= 0, or > 0 for a power of 2 or more"
        ),
        kinks: [
            "power = 1 and power = 2: the limits, the Poisson and gamma deviances, which the others "
                + "approach continuously",
            "t = 0 with a power of 2 or more: the deviance is infinite, and refused",
        ],
        properties: [.differentiable, .twiceDifferentiable, .properScoring],
        minimizer: .mean(.identity, [("log_input", .log)]),
        notes: [
            "Convex in the logarithm of the mean up to a power of 2. Elsewhere the Hessian may be "
                + "negative; with hessian_kind \"positive\" the Fisher information takes its place: "
                + "p^(2 - power) in z, p^-power in p.",
            "tweedie_nll differs by a number that depends on the target only, and so does "
                + "scikit-learn's HalfTweedieLoss, which jumps near powers 1 and 2, at which it drops "
                + "another.",
            "scikit-learn's mean_tweedie_deviance is twice this loss with log_input false; its "
                + "default power is 0, which is squared_error.",
        ],
        references: [
            "B. Jorgensen, Exponential Dispersion Models, Journal of the Royal Statistical Society B "
                + "49, 1987",
            "scikit-learn mean_tweedie_deviance",
        ],
        conventions: [
            .scikitLearn(
                ["log_input": .flag(false), "power": .number(1.5)],
                notes: [
                    "HalfTweedieLossIdentity; the metric mean_tweedie_deviance, whose power is 0 unless set, is "
                        + "twice the loss."
                ]
            )
        ]
    )
}
