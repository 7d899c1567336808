// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The negative log-likelihood of a normal distribution with a predicted mean and logarithm of its
/// variance.
///
/// With r = m - t and Q = r² e^-s: ℓ = (s + Q)/2, dℓ/dm = r e^-s, d²ℓ/dm² = e^-s, dℓ/ds = (1 - Q)/2,
/// d²ℓ/ds² = Q/2, and in the target as in the mean, with the other sign.
struct GaussianNLLLogVariance: PointwiseLoss {
    static var inputCount: Int { 3 }
    static var hasPrecisePath: Bool { true }

    /// log(2π), or 0.
    private let constant: (head: Double, tail: Double)

    init(_ options: OptionValues) {
        constant = options[GaussianNLL.full] ? GaussianNLL.logarithmOfTwoPi : (0, 0)
    }

    /// The error times a power of two, 2^-exponent, whose square neither overflows nor underflows.
    @inline(always)
    private func scaled(_ error: TwoDoubles) -> (error: TwoDoubles, exponent: Vector) {
        let exponent = Decomposition(error.head.magnitude).k.clamped(-1_000, 1_000)
        return (error.scaled(by: .power(ofTwo: -exponent)), exponent)
    }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let logarithm = x[1]
        let error = TwoDoubles.difference(x[0], x[2])
        let (unit, exponent) = scaled(error)
        let share = Vector.exp(
            TwoDoubles(-logarithm),
            times: Vector.multiplyAdd(unit.head, unit.head, 2 * unit.head * unit.tail),
            exponent: 2 * exponent
        )
        let double = (logarithm + constant.head) + share
        let size = logarithm.magnitude
        let larger = size.replacing(with: share, where: share .> size)
        let largest = larger.replacing(with: constant.head, where: larger .< constant.head)
        let bend = 1 - share
        let slope = Vector.exp(TwoDoubles(-logarithm), times: error.head)
        let inverse = Vector.exp(-logarithm)
        return Point(
            loss: 0.5 * double,
            cancelled: double.magnitude .< largest * (2.0 / 3),
            first: Derivatives(gradient: slope, hessian: inverse),
            second: Derivatives(
                gradient: 0.5 * bend,
                hessian: 0.5 * share,
                cancelled: bend.isCancelled(Vector(repeating: 1))
            ),
            third: Derivatives(gradient: -slope, hessian: inverse)
        )
    }

    @inline(always)
    func precisePoint(_ x: Elements) -> Point {
        let (unit, exponent) = scaled(.difference(x[0], x[2]))
        // Terms cancel only if the share is of the size of the logarithm.
        let logarithm = x[1].clamped(-2_000, 2_000)
        let power = TwoDoubles(-logarithm).expWithExponent
        let share = (power.value * unit.squared)
            .scaled(byTwoTo: (power.exponent + 2 * exponent).clamped(-2_000, 2_000))
        let constant = TwoDoubles(
            head: Vector(repeating: constant.head),
            tail: Vector(repeating: constant.tail)
        )
        let half = Vector(repeating: 0.5)
        return Point(
            loss: (((constant + logarithm) + share) * half).rounded,
            first: .zero,
            second: Derivatives(
                gradient: ((Vector(repeating: 1) - share) * half).rounded,
                hessian: Vector(repeating: 0)
            )
        )
    }
}

extension GaussianNLLLogVariance {
    static let facts = Facts(
        name: "gaussian_nll_logvar",
        aliases: ["gaussian_nll_log_variance"],
        family: .regression,
        summary: "The negative log-likelihood of a normal distribution, from its mean and the "
            + "logarithm of its variance.",
        formula: .init(
            plain: "(s + (m - t)^2 exp(-s)) / 2, m the mean and s the logarithm of the variance",
            gradient: "(m - t) exp(-s) in the mean, (1 - (m - t)^2 exp(-s)) / 2 in the logarithm",
            tex: #"\tfrac12 \left( s + (m - t)^2 e^{-s} \right)"#
        ),
        options: [GaussianNLL.full.declaration],
        signature: Signature(
            .element,
            .init("mean", .primary, .real, "predicted means"),
            .init("log_variance", .primary, .real, "logarithms of predicted variances"),
            .init("targets", .differentiable, .real, "true numbers")
        ),
        kinks: [],
        properties: [.differentiable, .twiceDifferentiable, .properScoring],
        minimizer: .mean(),
        notes: [
            "Any number is the logarithm of a variance, so nothing is clipped; gaussian_nll takes the "
                + "variance itself.",
            "Convex in the mean, and in the logarithm, but not in both together.",
        ],
        references: [
            "A. Kendall, Y. Gal, What Uncertainties Do We Need in Bayesian Deep Learning for Computer "
                + "Vision?, NIPS 2017"
        ]
    )
}
