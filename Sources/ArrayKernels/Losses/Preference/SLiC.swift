// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// Sequence likelihood calibration: the shortfall of the logarithm of the chosen response, with its
/// negative log-likelihood.
///
/// With the shortfall u = δ - c + r: ℓ = max(0, u) - λc, dℓ/dc = -[u > 0] - λ, dℓ/dr = [u > 0], and the
/// second derivatives are 0. The shortfall is exact up to 2^-104, so that no rounding moves its kink.
struct SLiC: PreferenceLoss, PointwiseLoss {
    static var hasReference: Bool { false }

    static let delta = Option.number(
        "delta",
        default: 1,
        .closed(0, 1e6),
        "Margin by which the logarithm of the chosen response should exceed the other."
    )
    static let regularization = Option.number(
        "lambda_coef",
        default: 0.1,
        .closed(0, 1e6),
        "Factor of the negative log-likelihood of the chosen response."
    )

    private let delta: Double
    private let factor: Double

    init(_ options: OptionValues) {
        delta = options[Self.delta]
        factor = options[Self.regularization]
    }

    @inline(always)
    func point(_ pair: ResponsePair) -> Point {
        let shortfall = Vector(repeating: delta) - pair.difference
        let isShort = shortfall.head .> 0
        let (zero, one) = (Vector(repeating: 0), Vector(repeating: 1))
        let cost = (pair.chosen * Vector(repeating: factor)).withoutTinyTail
        let share = zero.replacing(with: one, where: isShort)
        return Point(
            loss: (shortfall.kept(where: isShort) - cost).rounded,
            first: Derivatives(gradient: -(share + factor), hessian: zero),
            second: Derivatives(gradient: share, hessian: zero)
        )
    }
}

extension SLiC {
    static let facts = Facts(
        name: "slic",
        aliases: ["slic_hf", "sequence_likelihood_calibration"],
        family: .preference,
        summary: "Sequence likelihood calibration: a hinge loss of the logarithms of the "
            + "probabilities of two responses, with the negative log-likelihood of the chosen one.",
        formula: .init(
            plain: "max(0, delta - c + r) - lambda c, c and r the logarithms of the chosen and the "
                + "rejected response",
            gradient: "-1 where the first term is positive, less lambda, in c; 1 there in r",
            tex: #"\max(0, \delta - \log \pi(y_c) + \log \pi(y_r)) - \lambda \log \pi(y_c)"#
        ),
        options: [delta.declaration, regularization.declaration],
        signature: Preferences.withoutReference,
        diagnostics: .rewards(factor: nil),
        kinks: ["c - r = delta: the derivative of the first term is 0"],
        properties: [.convex, .lipschitz],
        bounds: Bounds(gradient: 1 + Bound(regularization), hessian: 0),
        notes: [
            Preferences.sums,
            "The response that regularizes is the chosen one, as in HALOs, whose beta is delta.",
            "The Hessian is 0, and so is its surrogate.",
        ],
        references: [
            "Y. Zhao et al., SLiC-HF: Sequence Likelihood Calibration with Human Feedback, 2023",
            "HALOs SLiCTrainer",
        ],
        examples: Preferences.examplesWithoutReference
    )
}
