// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The divergences of Basu, between those of Itakura and Saito, Kullback and Leibler, and Euclid.
///
/// A term is half the Tweedie deviance of the target y and the mean q, with the power 2 - beta:
/// ℓ = Σ (y^beta + (beta - 1) q^beta - beta y q^(beta-1))/(beta (beta - 1)), ∂ℓ/∂q = q^(beta-2) (q - y),
/// ∂²ℓ/∂q² = q^(beta-3) ((beta - 1) q - (beta - 2) y), ∂ℓ/∂y = (y^(beta-1) - q^(beta-1))/(beta - 1),
/// ∂²ℓ/∂y² = y^(beta-2). For beta = 0 and beta = 1 they are the limits.
struct BetaDivergence: SeparableRowLoss {
    static let beta = Option.number(
        "beta",
        default: 1,
        .closed(-8, 8),
        "Order: 2 is half the squared error, 1 the generalized Kullback-Leibler divergence, 0 that of "
            + "Itakura and Saito."
    )

    private let tweedie: Tweedie
    private let beta: Vector

    init(_ options: OptionValues) {
        beta = Vector(repeating: options[Self.beta])
        tweedie = Tweedie(a: TwoDoubles(beta), b: .difference(Vector(repeating: 1), beta))
    }

    /// log x, or a huge negative number for 0.
    @inline(always)
    private static func logarithm(_ x: Vector) -> TwoDoubles {
        Logarithm(of: x).sum()
            .replacing(with: TwoDoubles(repeating: -0x1p900), where: x .== 0)
    }

    @inline(always)
    func term(_ prediction: Vector, _ target: Vector) -> TwoDoubles {
        let (logMean, logTarget) = (Self.logarithm(prediction), Self.logarithm(target))
        let term = tweedie.loss(
            .log(ofRatio: prediction, to: target),
            logMean: logMean,
            target: target,
            logTarget: logTarget
        )
        let infinite = Vector(repeating: .infinity)
        let atZero = Vector.exp(
            tweedie.a * logTarget,
            times: 1 / (beta * (beta - 1))
        )
        .replacing(with: 0, where: target .== 0)
        let isFinite = (beta .> 1) .| ((beta .> 0) .& (target .== 0))
        let missing = infinite.replacing(with: atZero, where: isFinite)
        return TwoDoubles(term.replacing(with: missing, where: prediction .== 0))
    }

    @inline(always)
    func derivatives(_ prediction: Vector, _ target: Vector) -> Derivatives {
        let logMean = Self.logarithm(prediction)
        let isAlone = target .== 0
        let one = Vector(repeating: 1)
        let mass = Vector.exp(-(tweedie.b * logMean), times: one)
        let curvature = Vector.exp(-(tweedie.power * logMean), times: beta - 1)
        return Derivatives(
            gradient: Vector.exp(-(tweedie.power * logMean), times: prediction - target)
                .replacing(with: mass, where: isAlone),
            hessian: tweedie.curvature(logMean: logMean, mean: prediction, target: target)
                .replacing(with: curvature, where: isAlone),
            surrogate: .exp(-(tweedie.power * logMean), times: one)
        )
    }

    @inline(always)
    func targetDerivatives(_ prediction: Vector, _ target: Vector) -> Derivatives {
        let (logMean, logTarget) = (Self.logarithm(prediction), Self.logarithm(target))
        let w = AlphaTerm.logarithm(prediction, target)
        let exponent = -(tweedie.b * w)
        let inverse = -1 / tweedie.divisorOfB
        let near = Vector.exp(
            -(tweedie.b * logTarget),
            times: -Power(exponent).valueMinusOne * inverse
        )
        let far = Vector.exp(-(tweedie.b * logMean), times: -inverse)
        return Derivatives(
            gradient: near.replacing(with: far, where: exponent.head .> 45)
                .replacing(with: -w.rounded, where: inverse .== 0)
                .replacing(with: .infinity, where: (prediction .== 0) .& (inverse .== 0))
                .replacing(with: -.infinity, where: (target .== 0) .& (inverse .== 0)),
            hessian: .exp(-(tweedie.power * logTarget), times: Vector(repeating: 1))
        )
    }
}

extension BetaDivergence {
    static let facts = Facts(
        name: "beta_divergence",
        aliases: ["beta_loss"],
        family: .distribution,
        summary:
            "The divergences of Basu, between those of Itakura and Saito, Kullback and Leibler, and "
            + "Euclid.",
        formula: .init(
            plain: "sum_k (y_k^beta + (beta - 1) q_k^beta - beta y_k q_k^(beta - 1)) "
                + "/ (beta (beta - 1))",
            gradient: "q_k^(beta - 2) (q_k - y_k)",
            tex: #"\frac{1}{\beta (\beta - 1)} \sum_k y_k^\beta + (\beta - 1) q_k^\beta - "#
                + #"\beta y_k q_k^{\beta - 1}"#
        ),
        options: [beta.declaration, RowOptions.axis.declaration],
        signature: .measures(.differentiable),
        kinks: [
            "beta = 0 and beta = 1: the limits, which the others approach continuously",
            "q = 0 or y = 0: derivatives and losses that are infinite there are refused",
        ],
        properties: [.differentiable, .twiceDifferentiable],
        minimizer: .mean(),
        notes: [
            "Convex in the predictions for beta from 1 to 2, and in the targets for any beta. Elsewhere "
                + "the Hessian may be negative, and q^(beta - 2) takes its place with hessian_kind "
                + "\"positive\".",
            "The beta_loss of scikit-learn's NMF, whose frobenius, kullback-leibler and itakura-saito are "
                + "beta 2, 1 and 0; it is the sum over all rows. A term is half_tweedie_deviance with "
                + "the power 2 - beta.",
        ],
        references: [
            "C. Févotte, J. Idier, Algorithms for Nonnegative Matrix Factorization with the "
                + "beta-Divergence, Neural Computation 23, 2011",
            "scikit-learn NMF",
        ],
        examples: [
            Example([
                "predictions": Tensor(shape: [2, 3], values: [0.5, 2, 1.25, 0.2, 0.7, 3]),
                "targets": Tensor(shape: [2, 3], values: [1, 1.5, 0.75, 0.3, 0.6, 2.5]),
            ])
        ]
    )
}
