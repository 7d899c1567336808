// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The negative log-likelihood of a beta distribution with predicted concentrations.
///
/// ℓ = log B(a, b) - (a - 1) log t - (b - 1) log(1 - t), dℓ/da = ψ(a) - ψ(a + b) - log t,
/// d²ℓ/da² = ψ'(a) - ψ'(a + b), likewise in b with 1 - t, dℓ/dt = (b - 1)/(1 - t) - (a - 1)/t and
/// d²ℓ/dt² = (a - 1)/t² + (b - 1)/(1 - t)².
///
/// The terms cancel for most concentrations, so all are computed precisely: with the smaller number m
/// and the larger one M of a and b, log B(a, b) is log Γ(1 + m) - log m + log(1 + m/M) -
/// (log Γ(1 + M + m) - log Γ(1 + M)).
struct BetaNLL: PointwiseLoss {
    static var inputCount: Int { 3 }
    static var hasPrecisePath: Bool { true }

    init(_ options: OptionValues) {}

    @inline(always)
    func point(_: Elements) -> Point {
        let zero = Vector(repeating: 0)
        let all = Mask(repeating: true)
        let derivatives = Derivatives(
            gradient: zero,
            hessian: zero,
            cancelled: all,
            cancelledHessian: all
        )
        return Point(
            loss: zero,
            cancelled: all,
            first: derivatives,
            second: derivatives,
            third: derivatives
        )
    }

    @inline(always)
    func precisePoint(_ x: Elements, for columns: Columns) -> Point {
        let (first, second, target) = (x[0], x[1], x[2])
        let minusOne = Vector(repeating: -1)
        let (less, otherLess) = (
            TwoDoubles.sum(first, minusOne), TwoDoubles.sum(second, minusOne)
        )
        let (logarithm, other) = (TwoDoubles.log(target), TwoDoubles.log1p(-target))
        let rest = TwoDoubles.difference(Vector(repeating: 1), target)

        let isLess = first .< second
        let least = second.replacing(with: first, where: isLess)
        let greatest = first.replacing(with: second, where: isLess)
        let logBeta =
            (TwoDoubles.logFactorial(least) - TwoDoubles.logRise(from: greatest, by: least))
            + (TwoDoubles.log1p(TwoDoubles(least) / greatest) - TwoDoubles.log(least))
        let bend = less / target / target + otherLess / rest / rest
        return Point(
            loss: (logBeta - (less * logarithm + otherLess * other)).rounded,
            first: derivatives(first, second, logarithm, 0, columns),
            second: derivatives(second, first, other, 1, columns),
            third: Derivatives(
                gradient: (otherLess / rest - less / target).rounded,
                hessian: bend.rounded,
                surrogate: bend.rounded.magnitude
            )
        )
    }

    /// The derivatives with respect to a concentration, if they are stored.
    @inline(never)
    private func derivatives(
        _ own: Vector,
        _ other: Vector,
        _ logarithm: TwoDoubles,
        _ input: Int,
        _ columns: Columns
    ) -> Derivatives {
        guard columns.haveGradient(of: input) || columns.haveHessian(of: input) else {
            return .zero
        }
        let sum = TwoDoubles.sum(own, other)
        let (inverse, inverseOfSum) = (
            TwoDoubles(repeating: 1) / own, TwoDoubles(repeating: 1) / sum
        )
        let rise = TwoDoubles.digammaRise(from: TwoDoubles(own), by: TwoDoubles(other))
        let bend =
            (TwoDoubles.trigamma(TwoDoubles(own)) + inverse * inverse)
            - (TwoDoubles.trigamma(sum) + inverseOfSum * inverseOfSum)
        return Derivatives(
            gradient: ((inverseOfSum - inverse) - (rise + logarithm)).rounded,
            hessian: bend.rounded
        )
    }
}

extension BetaNLL {
    static let facts = Facts(
        name: "beta_nll",
        aliases: [],
        family: .regression,
        summary: "The negative log-likelihood of a beta distribution whose concentrations are "
            + "predicted, for targets between 0 and 1.",
        formula: .init(
            plain: "log(B(a, b)) - (a - 1) log(t) - (b - 1) log(1 - t), B the beta function",
            gradient: "digamma(a) - digamma(a + b) - log(t) in a, digamma(b) - digamma(a + b) - "
                + "log(1 - t) in b",
            tex: #"\log B(a, b) - (a - 1) \log t - (b - 1) \log(1 - t)"#
        ),
        options: [],
        signature: Signature(
            .element,
            .init("concentration1", .primary, .interval(.positive), "predicted a, of 1"),
            .init("concentration0", .primary, .interval(.positive), "predicted b, of 0"),
            .init("targets", .differentiable, .interval(.open(0, 1)), "proportions")
        ),
        kinks: [],
        properties: [
            .strictlyConvex, .convex, .differentiable, .twiceDifferentiable, .properScoring,
        ],
        notes: [
            "The mean is a / (a + b). Targets of 0 and 1 have no finite likelihood in general.",
            "The negative log_prob of Beta(concentration1, concentration0) in PyTorch and TensorFlow "
                + "Probability, which lose all digits for large concentrations.",
        ],
        references: ["PyTorch Beta"]
    )
}
