// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The negative log-likelihood of a gamma distribution with a predicted concentration and rate.
///
/// ℓ = log Γ(a) - a log b - (a - 1) log t + bt, dℓ/da = ψ(a) - log b - log t, d²ℓ/da² = ψ'(a),
/// dℓ/db = t - a/b, d²ℓ/db² = a/b², dℓ/dt = b - (a - 1)/t, d²ℓ/dt² = (a - 1)/t².
///
/// Γ(a) is computed as Γ(1 + a)/a.
struct GammaNLL: PointwiseLoss {
    static var inputCount: Int { 3 }
    static var hasPrecisePath: Bool { true }

    init(_ options: OptionValues) {}

    @inline(always)
    func point(_ x: Elements) -> Point {
        let (concentration, rate, target) = (x[0], x[1], x[2])
        let own = Logarithm(of: concentration).sum()
        let logarithm = Logarithm(of: target).sum()
        let both = Logarithm(of: rate).sum() + logarithm
        let multiple = both * concentration
        let product = TwoDoubles.product(rate, target)
        let factorial = LogFactorial(concentration).value
        let loss = ((factorial - multiple) + product + (logarithm - own)).rounded
        var isCancelled = loss.isCancelled(factorial.head, multiple.head, product.head)
        isCancelled.formUnion(loss.isCancelled(logarithm.head, own.head, product.head))

        let inverse = 1 / concentration
        let digamma = Digamma.value(concentration)
        let slope = ((digamma - inverse) - both.head) - both.tail
        let less = TwoDoubles.sum(concentration, Vector(repeating: -1))
        let bend = less.head / target / target
        return Point(
            loss: loss,
            cancelled: isCancelled,
            first: Derivatives(
                gradient: slope,
                hessian: Trigamma.value(concentration) + inverse * inverse,
                cancelled: slope.isCancelled(digamma, inverse, both.head, share: 0.75)
            ),
            second: Derivatives(
                gradient: (target - TwoDoubles(concentration) / rate).rounded,
                hessian: concentration / rate / rate
            ),
            third: Derivatives(
                gradient: (rate - less / target).rounded,
                hessian: bend,
                surrogate: bend.magnitude
            )
        )
    }

    @inline(always)
    func precisePoint(_ x: Elements, for columns: Columns) -> Point {
        let (concentration, rate, target) = (x[0], x[1], x[2])
        let logarithm = TwoDoubles.log(target)
        let both = TwoDoubles.log(rate) + logarithm
        let terms = TwoDoubles.logFactorial(concentration) - both * concentration
        let rest = logarithm - TwoDoubles.log(concentration)
        var slope = Vector(repeating: 0)
        if columns.haveGradient(of: 0) {
            let inverse = TwoDoubles(repeating: 1) / concentration
            slope = (TwoDoubles.digamma(concentration) - inverse - both).rounded
        }
        return Point(
            loss: (terms + TwoDoubles.product(rate, target) + rest).rounded,
            first: Derivatives(gradient: slope, hessian: Vector(repeating: 0))
        )
    }
}

extension GammaNLL {
    static let facts = Facts(
        name: "gamma_nll",
        aliases: [],
        family: .regression,
        summary: "The negative log-likelihood of a gamma distribution whose concentration and rate "
            + "are predicted.",
        formula: .init(
            plain: "log(gamma(a)) - a log(b) - (a - 1) log(t) + b t, a the concentration and b the "
                + "rate",
            gradient: "digamma(a) - log(b t) in the concentration, t - a / b in the rate",
            tex: #"\log \Gamma(a) - a \log b - (a - 1) \log t + b t"#
        ),
        options: [],
        signature: Signature(
            .element,
            .init(
                "concentration",
                .primary,
                .interval(.positive),
                "predicted concentrations of a gamma distribution"
            ),
            .init(
                "rate",
                .primary,
                .interval(.positive),
                "predicted rates, or inverse scales, of a gamma distribution"
            ),
            .init("targets", .differentiable, .interval(.positive), "positive numbers")
        ),
        kinks: [],
        properties: [
            .strictlyConvex, .convex, .differentiable, .twiceDifferentiable, .properScoring,
        ],
        notes: [
            "The mean is a / b, the variance a / b^2. The part that depends on the mean, divided by a, "
                + "is half_gamma_deviance.",
            "The negative log_prob of Gamma(concentration, rate) in PyTorch and TensorFlow Probability.",
        ],
        references: ["PyTorch Gamma"]
    )
}
