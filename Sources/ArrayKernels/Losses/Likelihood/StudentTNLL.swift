// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The negative log-likelihood of Student's t-distribution with predicted location, scale and degrees
/// of freedom.
///
/// With r = (m - t)/s, u = r²/ν, v = u/(1 + u) and G of `HalfStep`:
/// ℓ = G(ν/2) + log(2π)/2 + log s + (ν + 1) log(1 + u)/2, dℓ/dm = (ν + 1) r/(ν (1 + u) s),
/// d²ℓ/dm² = (ν + 1)(1 - u)/(ν (1 + u)² s²), dℓ/ds = (1 - r²)/((1 + u) s),
/// d²ℓ/ds² = (3r² + r² u + u - 1)/((1 + u)² s²),
/// dℓ/dν = (G'(ν/2) + (log(1 + u) - v) - v/ν)/2 and d²ℓ/dν² = (G''(ν/2)/2 - v²/ν + v (2 - v)/ν²)/2, and
/// in the target as in the location, with the opposite sign. The surrogates are (ν + 1)/(ν (1 + u) s²)
/// in the location, the Fisher information 2ν/((ν + 3) s²) in the scale, and the positive terms in ν.
struct StudentTNLL: PointwiseLoss {
    static var inputCount: Int { 4 }
    static var hasPrecisePath: Bool { true }

    init(_ options: OptionValues) {}

    /// Beyond this ratio, 1 + u is u.
    private static var far: Double { 0x1p300 }

    /// The numbers on which all derivatives depend, with errors of about 2^-101.
    private struct Terms {
        let error: Vector
        let scale: Vector
        let freedom: Vector
        /// Where |r| is replaced by its bound.
        let isFar: Mask
        /// |r| divided by the bound there, and otherwise 1.
        let excess: TwoDoubles
        /// r, r² and u.
        let ratio: TwoDoubles
        let square: TwoDoubles
        let u: TwoDoubles
        /// 1 + u.
        let sum: TwoDoubles
        /// v.
        let share: TwoDoubles

        @inline(always)
        init(_ x: Elements) {
            (scale, freedom) = (x[1], x[2])
            let difference = TwoDoubles.difference(x[0], x[3])
            error = difference.head
            let quotient = difference / scale
            let isFar = (error / scale).magnitude .> StudentTNLL.far
            self.isFar = isFar
            let bounded = difference.scaled(by: Vector(repeating: 1 / StudentTNLL.far))
            let one = TwoDoubles(repeating: 1)
            excess = one.replacing(
                with: bounded.replacing(with: -bounded, where: error .< 0) / scale,
                where: isFar
            )
            ratio = quotient.replacing(
                with: TwoDoubles(repeating: StudentTNLL.far),
                where: isFar
            )
            square = ratio.squared
            u = square / freedom
            sum = u + Vector(repeating: 1)
            share = u / sum
        }
    }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let one = Vector(repeating: 1)
        let terms = Terms(x)
        let (freedom, sum, share) = (terms.freedom, terms.sum, terms.share)
        let step = HalfStep(0.5 * freedom)
        let logarithm = Logarithm(of: terms.scale).sum()
        let part =
            LogarithmOfSum(terms.u.head).sum + terms.u.tail / sum.head
            + Logarithm(of: terms.excess.head).sum() * Vector(repeating: 2)
        let growth = part * TwoDoubles.sum(freedom, one) * Vector(repeating: 0.5)
        let constant = TwoDoubles(repeating: LogFactorial.constant)
        let loss = (logarithm + growth + (constant + step.value)).rounded
        let location = location(terms)

        // log(1 + u) - v is -log(1 - v) - v.
        let near =
            LogarithmOfSum(-share.head).shortfall(of: -share.head)
            + share.tail * share.head * sum.head
        let shortfall = (part - share).rounded.replacing(with: near, where: terms.u.head .< 1)
        let quotient = share.head / freedom
        let slope = (shortfall + step.slope) - quotient
        let positive = 0.5 * step.bend + (2 - share.head) * quotient / freedom
        let bend = positive - share.head * quotient
        return Point(
            loss: loss,
            cancelled: loss.isCancelled(logarithm.head, growth.head, one, share: 0.5),
            first: location,
            second: scaleDerivatives(terms),
            third: Derivatives(
                gradient: 0.5 * slope,
                hessian: 0.5 * bend,
                surrogate: 0.5 * positive,
                cancelled: slope.isCancelled(step.slope, shortfall, quotient, share: 0.75),
                cancelledHessian: bend.isCancelled(positive)
            ),
            fourth: Derivatives(
                gradient: -location.gradient,
                hessian: location.hessian,
                surrogate: location.surrogate
            )
        )
    }

    @inline(always)
    func precisePoint(_ x: Elements) -> Point {
        let (one, half) = (Vector(repeating: 1), Vector(repeating: 0.5))
        let terms = Terms(x)
        let (freedom, share) = (terms.freedom, terms.share)
        let step = PreciseHalfStep(0.5 * freedom)
        let part =
            TwoDoubles.log1p(terms.u) + TwoDoubles.log(terms.excess) * Vector(repeating: 2)
        let growth = part * TwoDoubles.sum(freedom, one) * half
        let constant = TwoDoubles(repeating: LogFactorial.constant)
        let loss = TwoDoubles.log(terms.scale) + growth + (constant + step.value)

        // log(1 + u) - v is the sum of v^k / k from k = 2 on.
        let isSmall = terms.u.head .< 0.5
        let small = TwoDoubles(repeating: 0).replacing(with: share, where: isSmall)
        var series = TwoDoubles(repeating: 0)
        for k in (2...70).reversed() {
            series = series * small + TwoDoubles(repeating: 1) / Vector(repeating: Double(k))
        }
        let shortfall = (part - share).replacing(with: series * small * small, where: isSmall)
        let quotient = share / freedom
        let slope = shortfall + step.slope - quotient
        let positive =
            step.bend * half + (TwoDoubles(repeating: 2) - share) * quotient / freedom
        return Point(
            loss: loss.rounded,
            first: .zero,
            third: Derivatives(
                gradient: 0.5 * slope.rounded,
                hessian: 0.5 * (positive - share * quotient).rounded,
                surrogate: 0.5 * positive.rounded
            )
        )
    }

    /// The derivatives with respect to the location.
    @inline(always)
    private func location(_ terms: Terms) -> Derivatives {
        let one = TwoDoubles(repeating: 1)
        let weight = TwoDoubles.sum(terms.freedom, one.head) / terms.freedom / terms.sum
        let bend = weight * (one - terms.u) / terms.sum
        let farSlope = (terms.freedom + 1) / terms.error
        let farBend = farSlope / terms.error
        return Derivatives(
            gradient: ((weight * terms.ratio).rounded / terms.scale)
                .replacing(with: farSlope, where: terms.isFar),
            hessian: (bend.rounded / terms.scale / terms.scale)
                .replacing(with: -farBend, where: terms.isFar),
            surrogate: (weight.rounded / terms.scale / terms.scale)
                .replacing(with: farBend, where: terms.isFar)
        )
    }

    /// The derivatives with respect to the scale.
    @inline(always)
    private func scaleDerivatives(_ terms: Terms) -> Derivatives {
        let (one, u, square) = (TwoDoubles(repeating: 1), terms.u, terms.square)
        let (part, rest) = (square / terms.sum, (u - one) / terms.sum)
        let bend = part * ((u + Vector(repeating: 3)) / terms.sum) + rest / terms.sum
        let freedom = terms.freedom
        return Derivatives(
            gradient: ((one - square) / terms.sum).rounded / terms.scale,
            hessian: bend.rounded / terms.scale / terms.scale,
            surrogate: 2 * (freedom / (freedom + 3)) / terms.scale / terms.scale
        )
    }
}

extension StudentTNLL {
    static let facts = Facts(
        name: "student_t_nll",
        aliases: ["student_t"],
        family: .regression,
        summary:
            "The negative log-likelihood of Student's t-distribution whose location, scale and "
            + "degrees of freedom are predicted.",
        formula: .init(
            plain: "log(s) + log(d pi) / 2 + log(gamma(d / 2) / gamma((d + 1) / 2)) + (d + 1) / 2 "
                + "log(1 + ((m - t) / s)^2 / d), m the location, s the scale, d the degrees of "
                + "freedom",
            gradient: "(d + 1) (m - t) / (d s^2 + (m - t)^2) in the location, (1 - r^2) / "
                + "(s (1 + r^2 / d)) in the scale, r = (m - t) / s",
            tex: #"\log s + \tfrac12 \log(\nu \pi) + \log \frac{\Gamma(\nu/2)}{\Gamma((\nu+1)/2)} "#
                + #"+ \tfrac{\nu+1}{2} \log\left(1 + \frac{(m - t)^2}{\nu s^2}\right)"#
        ),
        options: [],
        signature: Signature(
            .element,
            .init("location", .primary, .real, "predicted locations"),
            .init("scale", .primary, .interval(.positive), "predicted scales"),
            .init(
                "df",
                .differentiable,
                .interval(.closed(1e-100, 1e100)),
                "degrees of freedom, given or predicted"
            ),
            .init("targets", .differentiable, .real, "true numbers")
        ),
        kinks: [],
        properties: [.differentiable, .twiceDifferentiable, .properScoring],
        notes: [
            "The Hessian is negative in the location where |m - t| > s sqrt(d). The surrogates are "
                + "(d + 1) / (d s^2 + (m - t)^2) in the location, the Fisher information "
                + "2 d / ((d + 3) s^2) in the scale, and the positive terms of the Hessian in df.",
            "The negative log_prob of StudentT(df, loc, scale) in PyTorch, whose differences of "
                + "log-gamma functions lose all digits for large df. df = 1 is the Cauchy distribution; "
                + "for large df, the loss is that of gaussian_nll in full.",
        ],
        references: ["PyTorch StudentT"],
        examples: [
            Example([
                "location": Tensor(shape: [3], values: [0.2, 1.7, -0.4]),
                "scale": Tensor(shape: [3], values: [1, 1.5, 0.75]),
                "df": Tensor(shape: [3], values: [4, 2.5, 30]),
                "targets": Tensor(shape: [3], values: [0, 1.5, -0.5]),
            ])
        ]
    )
}
