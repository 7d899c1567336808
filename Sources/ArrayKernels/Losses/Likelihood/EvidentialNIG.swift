// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The loss of evidential regression, which learns a normal-inverse-gamma distribution of the mean and
/// variance.
///
/// With r = m - t, w = ν r²/(2β (1 + ν)), u = w/(1 + w), A = (α + 1/2) u - 1/2 and G of `HalfStep`, the
/// loss is (α + 1/2) log(1 + w) + log(2πβ (1 + ν)/(να))/2 + G(α) + c |r| (2ν + α): that of Student's
/// t-distribution, and a penalty of evidence for wrong predictions. Without the penalty,
/// dℓ/dm = (2α + 1) w/((1 + w) r), d²ℓ/dm² = (2α + 1) w (1 - w)/((1 + w)² r²), dℓ/dν = A/(ν (1 + ν)),
/// d²ℓ/dν² = ((α + 1/2) u (1 - u) - (1 + 2ν) A)/(ν (1 + ν))², dℓ/dα = log(1 + w) + G'(α) - 1/(2α),
/// d²ℓ/dα² = G''(α) + 1/(2α²), dℓ/dβ = -A/β and d²ℓ/dβ² = ((α + 1/2) u (1 - u) + A)/β²; in the target as
/// in the mean, with the opposite sign.
struct EvidentialNIG: PointwiseLoss {
    static var inputCount: Int { 5 }
    static var hasPrecisePath: Bool { true }

    static let coefficient = Option.number(
        "coefficient",
        default: 1,
        .closed(0, 1e100),
        "Weight of the penalty, the error times the evidence."
    )

    private let coefficient: Double

    init(_ options: OptionValues) {
        coefficient = options[Self.coefficient]
    }

    /// The numbers on which the loss depends, with errors of about 2^-100.
    private struct Terms {
        let evidence: Vector
        let alpha: Vector
        let beta: Vector
        /// r.
        let error: TwoDoubles
        /// ν/(2β (1 + ν)).
        let precision: TwoDoubles
        let w: TwoDoubles
        /// 1 + w.
        let sum: TwoDoubles
        /// α + 1/2.
        let power: TwoDoubles
        /// A.
        let excess: TwoDoubles
        /// (α + 1/2) u (1 - u).
        let spread: TwoDoubles

        @inline(always)
        init(_ x: Elements) {
            (evidence, alpha, beta) = (x[1], x[2], x[3])
            error = TwoDoubles.difference(x[0], x[4])
            let one = Vector(repeating: 1)
            precision = evidence / TwoDoubles.sum(evidence, one) / (2 * beta)
            w = error.squared * precision
            sum = w + one
            power = TwoDoubles.sum(alpha, Vector(repeating: 0.5))
            let share = w / sum
            excess = power * share - Vector(repeating: 0.5)
            spread = power * share / sum
        }

        /// |r|.
        var distance: TwoDoubles {
            @inline(always) get { error.replacing(with: -error, where: error.head .< 0) }
        }

        /// 2ν + α.
        var total: TwoDoubles {
            @inline(always) get { TwoDoubles.sum(2 * evidence, alpha) }
        }
    }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let terms = Terms(x)
        let step = HalfStep(terms.alpha)
        let growth = LogarithmOfSum(terms.w.head).sum + terms.w.tail / terms.sum.head
        // The quotient under the logarithm is 1 / (precision α), times π.
        let logarithm =
            Logarithm(of: terms.precision.head).sum() + Logarithm(of: terms.alpha).sum()
            + terms.precision.tail / terms.precision.head
        let first = growth * terms.power
        let second =
            (TwoDoubles(repeating: Self.logarithmOfPi) - logarithm) * Vector(repeating: 0.5)
        let penalty = terms.distance * terms.total * Vector(repeating: coefficient)
        let loss = (first + second + penalty + step.value).rounded
        let inverse = 0.5 / terms.alpha
        let slope =
            (TwoDoubles.sum(step.slope, -inverse) + growth
            + terms.distance * Vector(repeating: coefficient)).rounded
        return point(
            terms,
            loss,
            loss.isCancelled(first.head, logarithm.head, Vector(repeating: 1), share: 0.5),
            Derivatives(
                gradient: slope,
                hessian: Vector.multiplyAdd(2 * inverse, inverse, step.bend),
                cancelled: slope.isCancelled(step.slope, inverse, growth.head, share: 0.5)
            )
        )
    }

    @inline(always)
    func precisePoint(_ x: Elements) -> Point {
        let terms = Terms(x)
        let step = PreciseHalfStep(terms.alpha)
        let growth = TwoDoubles.log1p(terms.w)
        let logarithm = TwoDoubles.log(terms.precision) + TwoDoubles.log(terms.alpha)
        let second =
            (TwoDoubles(repeating: Self.logarithmOfPi) - logarithm) * Vector(repeating: 0.5)
        let coefficient = Vector(repeating: coefficient)
        let penalty = terms.distance * terms.total * coefficient
        let inverse = TwoDoubles(repeating: 0.5) / terms.alpha
        let slope = growth + (step.slope - inverse) + terms.distance * coefficient
        return point(
            terms,
            (growth * terms.power + second + penalty + step.value).rounded,
            .none,
            Derivatives(gradient: slope.rounded, hessian: Vector(repeating: 0))
        )
    }

    /// log π.
    private static var logarithmOfPi: (head: Double, tail: Double) {
        (0x1.250d048e7a1bdp+0, 0x1.7abf2ad8d5088p-57)
    }

    /// The point with the derivatives that need no logarithm.
    @inline(always)
    private func point(
        _ terms: Terms,
        _ loss: Vector,
        _ cancelled: Mask,
        _ alpha: Derivatives
    ) -> Point {
        let (one, two) = (TwoDoubles(repeating: 1), Vector(repeating: 2))
        let (evidence, beta) = (terms.evidence, terms.beta)
        let coefficient = Vector(repeating: coefficient)
        let weight = terms.power * two * terms.precision / terms.sum
        let penaltySlope =
            (terms.total * coefficient).rounded.withSign(of: terms.error.head)
            .replacing(with: 0, where: terms.error.head .== 0)
        let slope = weight * terms.error + penaltySlope
        let bend = weight * ((one - terms.w) / terms.sum)
        let location = Derivatives(
            gradient: slope.rounded,
            hessian: bend.rounded,
            surrogate: weight.rounded
        )
        let scale = TwoDoubles.sum(evidence, one.head) * evidence
        let double = TwoDoubles.sum(2 * evidence, one.head)
        let evidenceSlope = terms.excess / scale + terms.distance * coefficient * two
        let evidenceBend = (terms.spread - double * terms.excess) / scale / scale
        let betaBend = (terms.spread + terms.excess) / beta / beta
        return Point(
            loss: loss,
            cancelled: cancelled,
            first: location,
            second: Derivatives(
                gradient: evidenceSlope.rounded,
                hessian: evidenceBend.rounded,
                surrogate: evidenceBend.rounded.magnitude
            ),
            third: alpha,
            fourth: Derivatives(
                gradient: -terms.excess.rounded / beta,
                hessian: betaBend.rounded,
                surrogate: betaBend.rounded.magnitude
            ),
            fifth: Derivatives(
                gradient: -location.gradient,
                hessian: location.hessian,
                surrogate: location.surrogate
            )
        )
    }
}

extension EvidentialNIG {
    static let facts = Facts(
        name: "evidential_nig",
        aliases: ["evidential", "evidential_regression"],
        family: .regression,
        summary: "The loss of evidential regression, which predicts a normal-inverse-gamma "
            + "distribution of the mean and variance.",
        formula: .init(
            plain: "log(pi / v) / 2 - a log(W) + (a + 1 / 2) log(v (m - t)^2 + W) + log(gamma(a) / "
                + "gamma(a + 1 / 2)) + c |m - t| (2 v + a), W = 2 b (1 + v), m the mean, v the "
                + "evidence, a the concentration, b the rate and c the coefficient",
            gradient:
                "(2 a + 1) v (m - t) / (v (m - t)^2 + W) + c sign(m - t) (2 v + a) in the mean",
            tex:
                #"\tfrac12 \log \frac{\pi}{\nu} - \alpha \log \Omega + (\alpha + \tfrac12) \log((m - t)^2 \nu "#
                + #"+ \Omega) + \log \frac{\Gamma(\alpha)}{\Gamma(\alpha + \frac12)} + c \lvert m - t \rvert "#
                + #"(2\nu + \alpha), \quad \Omega = 2\beta(1 + \nu)"#
        ),
        options: [coefficient.declaration],
        signature: Signature(
            .element,
            .init("mean", .primary, .real, "predicted means"),
            .init(
                "evidence",
                .primary,
                .interval(.closed(1e-100, 1e100)),
                "predicted evidence for the mean, in samples"
            ),
            .init(
                "concentration",
                .primary,
                .interval(.closed(1e-100, 1e100)),
                "predicted concentrations of a gamma distribution"
            ),
            .init(
                "rate",
                .primary,
                .interval(.closed(1e-100, 1e100)),
                "predicted rates, or inverse scales, of a gamma distribution"
            ),
            .init("targets", .differentiable, .real, "true numbers")
        ),
        kinks: ["m = t: the gradient of the penalty in m is 0, the middle of its subdifferential"],
        properties: [],
        notes: [
            "mean, evidence, concentration and rate are gamma, nu, alpha and beta in the paper: the "
                + "precision has a gamma distribution.",
            "Without the penalty it is student_t_nll with df = 2 a and the scale sqrt(b (1 + v) / "
                + "(v a)). The variance of the mean exists for a > 1.",
            "The surrogates are (2 a + 1) v / (v (m - t)^2 + W) in the mean and the magnitudes of the "
                + "Hessian in v and b.",
        ],
        references: [
            "aamini/evidential-deep-learning evidential_regression (A. Amini et al., Deep Evidential "
                + "Regression, NeurIPS 2020)"
        ],
        examples: [
            Example([
                "mean": Tensor(shape: [3], values: [0.2, 1.7, -0.4]),
                "evidence": Tensor(shape: [3], values: [1, 1.5, 0.75]),
                "concentration": Tensor(shape: [3], values: [1.5, 3, 2]),
                "rate": Tensor(shape: [3], values: [0.5, 1, 0.25]),
                "targets": Tensor(shape: [3], values: [0, 1.5, -0.5]),
            ])
        ]
    )
}
