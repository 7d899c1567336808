// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The Kullback-Leibler divergence of numbers that need not sum to 1.
///
/// With w = log(q/y): ℓ = Σ y (e^w - 1 - w) = Σ (y log(y/q) + q - y), ∂ℓ/∂q = (q - y)/q, ∂²ℓ/∂q² = y/q²;
/// in log q: q - y and q; in y: -w and 1/y.
struct GeneralizedKullbackLeibler: SeparableRowLoss {
    private let areLogarithms: Bool

    init(_ options: OptionValues) {
        areLogarithms = options[KullbackLeiblerDivergence.logPredictions]
    }

    /// log(q/y), from q or log q.
    @inline(always)
    private func logarithm(_ prediction: Vector, _ target: Vector) -> TwoDoubles {
        areLogarithms
            ? prediction - TwoDoubles.log(target) : .log(ofRatio: prediction, to: target)
    }

    @inline(always)
    func term(_ prediction: Vector, _ target: Vector) -> TwoDoubles {
        let q = areLogarithms ? Vector.exp(prediction) : prediction
        let w = logarithm(prediction, target)
        let isAlone = (target .== 0) .| (w.head .> 45)
        let term = (target * Power(w).surplus).replacing(with: q, where: isAlone)
        let isInfinite = areLogarithms ? Mask.none : (prediction .== 0) .& (target .> 0)
        return TwoDoubles(term.replacing(with: .infinity, where: isInfinite))
    }

    @inline(always)
    func derivatives(_ prediction: Vector, _ target: Vector) -> Derivatives {
        let isAlone = target .== 0
        if areLogarithms {
            let q = Vector.exp(prediction)
            let w = logarithm(prediction, target)
            let slope = target * Power(w).valueMinusOne
            return Derivatives(
                gradient: slope.replacing(with: q, where: isAlone .| (w.head .> 45)),
                hessian: q
            )
        }
        return Derivatives(
            gradient: ((prediction - target) / prediction).replacing(with: 1, where: isAlone),
            hessian: (target / prediction / prediction).replacing(with: 0, where: isAlone)
        )
    }

    @inline(always)
    func targetDerivatives(_ prediction: Vector, _ target: Vector) -> Derivatives {
        let slope = -logarithm(prediction, target).rounded
        let isUndefined = areLogarithms ? target .== 0 : (target .== 0) .| (prediction .== 0)
        return Derivatives(
            gradient: slope.replacing(with: .infinity, where: isUndefined),
            hessian: 1 / target
        )
    }
}

extension GeneralizedKullbackLeibler {
    static let facts = Facts(
        name: "generalized_kl",
        aliases: [
            "generalized_kl_divergence", "i_divergence",
            .init(
                "convex_kl_divergence",
                ["log_predictions": .flag(true)],
                convention: "optax"
            ),
        ],
        family: .distribution,
        summary:
            "The Kullback-Leibler divergence of numbers that need not sum to 1, which is never "
            + "negative.",
        formula: .init(
            plain: "sum_k (y_k log(y_k / q_k) + q_k - y_k), 0 log 0 = 0",
            gradient: "1 - y_k / q_k, or q_k - y_k from logarithms",
            tex: #"\sum_k y_k \log \frac{y_k}{q_k} + q_k - y_k"#
        ),
        options: [
            KullbackLeiblerDivergence.logPredictions.declaration, RowOptions.axis.declaration,
        ],
        signature: Signature(
            .row,
            .init(
                "predictions",
                .primary,
                [
                    .init(
                        "* K",
                        [
                            ConditionalDomain(
                                .interval(.nonNegative),
                                when: ["log_predictions": .flag(false)]
                            ),
                            ConditionalDomain(.real, when: ["log_predictions": .flag(true)]),
                        ]
                    )
                ],
                "predicted numbers >= 0, or their logarithms"
            ),
            .init(
                "targets",
                .differentiable,
                [.init("* K", .interval(.nonNegative))],
                "true numbers >= 0"
            )
        ),
        kinks: [
            "q = y = 0: the term is 0, and the derivatives in q are those for y = 0, 1 and 0",
            "q = 0 with y > 0: the loss is infinite, and refused",
        ],
        properties: [.strictlyConvex, .convex, .differentiable, .twiceDifferentiable],
        minimizer: .mean(.identity, [("log_predictions", .log)]),
        notes: [
            "kl_divergence and the sum of predictions less that of targets. optax takes logarithms of "
                + "predictions.",
            "In y the derivative at 0 is infinite, and refused.",
        ],
        references: [
            "I. Csiszár, Why Least Squares and Maximum Entropy?, Annals of Statistics 19, 1991",
            "optax generalized_kl_divergence",
        ],
        conventions: [
            .optax(["log_predictions": .flag(true)])
        ],
        examples: [
            Example(
                [
                    "predictions": Tensor(shape: [2, 3], values: [0.5, 2, 1.25, 0.2, 0.7, 3]),
                    "targets": Tensor(shape: [2, 3], values: [1, 1.5, 0.75, 0.3, 0.6, 2.5]),
                ],
                ["log_predictions": .flag(false)]
            ),
            Example(
                [
                    "predictions": Tensor(
                        shape: [2, 3],
                        values: [-0.7, 0.7, 0.2, -1.6, -0.4, 1.1]
                    ),
                    "targets": Tensor(shape: [2, 3], values: [1, 1.5, 0.75, 0.3, 0.6, 2.5]),
                ],
                ["log_predictions": .flag(true)]
            ),
        ]
    )
}
