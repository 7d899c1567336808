// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The negative log-likelihood of a Tweedie distribution between Poisson and gamma, without the terms
/// that do not depend on the mean.
///
/// With the logarithm z of the mean, a = 2 - power and b = power - 1: ℓ = e^(az)/a + t e^(-bz)/b,
/// dℓ/dz = e^(az) - t e^(-bz), d²ℓ/dz² = a e^(az) + b t e^(-bz).
struct TweedieNLL: PointwiseLoss {
    static var inputCount: Int { 2 }
    static var hasPrecisePath: Bool { true }

    static let power = Option.number(
        "power",
        default: 1.5,
        .open(1, 2),
        "Power of the mean to which the variance is proportional: near 1 as for counts, near 2 as "
            + "for gamma distributions."
    )

    /// 2 - power and power - 1, which are exact.
    private let a: Double
    private let b: Double

    init(_ options: OptionValues) {
        let power = options[Self.power]
        (a, b) = (2 - power, power - 1)
    }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let (logarithm, target) = (x[0], x[1])
        let mass = Vector.exp(TwoDoubles.product(Vector(repeating: a), logarithm))
        let decay = target * Vector.exp(TwoDoubles.product(Vector(repeating: -b), logarithm))
        // For a target of 0, the second term is 0 even if e^(-bz) overflows.
        let pull = decay.replacing(with: 0, where: target .== 0)
        let gradient = mass - pull
        return Point(
            loss: mass / a + pull / b,
            first: Derivatives(
                gradient: gradient,
                hessian: a * mass + b * pull,
                cancelled: gradient.isCancelled(mass)
            )
        )
    }

    @inline(always)
    func precisePoint(_ x: Elements) -> Point {
        let mass = TwoDoubles.exp(TwoDoubles.product(Vector(repeating: a), x[0]))
        let pull = TwoDoubles.exp(TwoDoubles.product(Vector(repeating: -b), x[0])) * x[1]
        let (massValue, pullValue) = (mass.rounded, pull.rounded)
        return Point(
            loss: massValue / a + pullValue / b,
            first: Derivatives(
                gradient: (mass - pull).rounded,
                hessian: a * massValue + b * pullValue
            )
        )
    }
}

extension TweedieNLL {
    static let facts = Facts(
        name: "tweedie_nll",
        aliases: [
            "tweedie", .init("HalfTweedieLoss", convention: "sklearn"),
            .init("reg:tweedie", convention: "xgboost"),
        ],
        family: .regression,
        summary: "The negative log-likelihood of a Tweedie distribution between Poisson and gamma, "
            + "for targets many of which are 0.",
        formula: .init(
            plain: "exp((2 - power) z) / (2 - power) - t exp((1 - power) z) / (1 - power), "
                + "z = log p",
            gradient: "exp((2 - power) z) - t exp((1 - power) z)",
            tex: #"\frac{e^{(2-\rho) z}}{2-\rho} - t\, \frac{e^{(1-\rho) z}}{1-\rho}"#
        ),
        options: [power.declaration],
        signature: Signature(
            .element,
            .init("predictions", .primary, .real, "logarithms of means"),
            .init("targets", .constant, .interval(.nonNegative), "numbers >= 0")
        ),
        kinks: [],
        properties: [
            .strictlyConvex, .convex, .differentiable, .twiceDifferentiable, .properScoring,
        ],
        minimizer: .mean(.log),
        notes: [
            "Half the deviance less a number that depends on the target only. The power is "
                + "tweedie_variance_power in XGBoost and LightGBM.",
            "What is left out grows without bound near the powers 1 and 2: half_tweedie_deviance is "
                + "continuous there.",
        ],
        references: ["XGBoost reg:tweedie", "LightGBM tweedie", "scikit-learn HalfTweedieLoss"],
        conventions: [
            .xgBoost(["power": .number(1.5)]),
            .lightGBM(["power": .number(1.5)]),
            .catBoost(notes: ["CatBoost has no default for the power, there variance_power."]),
            .scikitLearn(["power": .number(1.5)]),
        ]
    )
}
